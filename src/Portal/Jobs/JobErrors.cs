using System.Globalization;
using Portal.Kernel;

namespace Portal.Jobs;

/// <summary>The refusals of Jobs.</summary>
public static class JobErrors
{
    public static Error RunNotFound { get; } = Error.NotFound("The run");

    public static Error KindNotFound { get; } = Error.NotFound("The kind of job");

    public static Error PoolNotFound { get; } = Error.NotFound("The worker pool");

    public static Error UnknownKind(string kind) => Error.Invalid("kind", $"There is no job of the kind '{(kind.Length > JobQueue.MaxKind ? kind[..JobQueue.MaxKind] : kind)}'.");

    public static Error Parameters { get; } = Error.Invalid("parameters", string.Create(CultureInfo.InvariantCulture, $"parameters is a JSON object of at most {JobRun.MaxJson} bytes."));

    public static Error TimeZone(string name) => Error.Invalid("time_zone", $"There is no time zone '{(name.Length > 64 ? name[..64] : name)}'. Give an IANA name such as Europe/Berlin, or none for UTC.");

    public static Error StillOpen { get; } = new("CONFLICT", "The run has not ended yet. Stop it first.", ErrorKind.Conflict);

    public static Error Action { get; } = Error.Invalid("action", "action is stop, pause or resume.");

    public static Error JobType { get; } = Error.Invalid("job_type", "job_type is all.");

    public static Error ScheduleType { get; } = Error.Invalid("type", "type is Manual, None, Hourly, Daily, Weekly or Custom.");
}
