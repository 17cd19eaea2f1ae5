using System.Globalization;
using Portal.Jobs;
using Portal.Web.Kit;

namespace Portal.Web.Jobs;

/// <summary>Runs in words.</summary>
public static class JobWords
{
    public static PillStatus Pill(JobStatus status) => status switch
    {
        JobStatus.Running => PillStatus.Running,
        JobStatus.Success => PillStatus.Succeeded,
        JobStatus.Error => PillStatus.Failed,
        JobStatus.Stopped => PillStatus.Stopped,
        _ => PillStatus.Waiting,
    };

    public static string Status(JobRunRow run) => run switch
    {
        { Status: JobStatus.Running, Stopping: true } => "Stopping",
        { Status: JobStatus.Pending, Attempt: > 0 } => "Waits for another attempt",
        { Status: JobStatus.Pending } => "Waiting",
        { Status: JobStatus.Running } => "Running",
        { Status: JobStatus.Success } => "Succeeded",
        { Status: JobStatus.Error } => "Failed",
        _ => "Stopped",
    };

    /// <summary>Who or what began it.</summary>
    public static string Cause(JobRunRow run) => run.Trigger switch { JobTrigger.Schedule => "Schedule", JobTrigger.Event => "Event", _ => run.Actor };

    /// <summary><c>1,204 of 3,400 tags</c>; empty before anything is known.</summary>
    public static string Done(JobRunRow run) => run switch
    {
        { Done: 0, Total: 0 } => "",
        { Total: 0 } => $"{Format.Number(run.Done)} {run.Unit}",
        _ => $"{Format.Number(run.Done)} of {Format.Number(run.Total)} {run.Unit}",
    };

    /// <summary><c>4.2 images/s</c>; empty while not known.</summary>
    public static string Rate(JobRunRow run) => run.Rate is not { } rate ? "" : $"{(rate >= 9.95 ? Format.Number((long)Math.Round(rate)) : rate.ToString("0.#", CultureInfo.InvariantCulture))} {run.Unit}/s";

    /// <summary><c>3 min 34 s left</c>; empty while not known.</summary>
    public static string Left(JobRunRow run) => run.Left is { } left ? $"{Format.Duration(left)} left" : "";

    public static string Lane(JobLane lane) => lane switch { JobLane.Prompt => "Prompt", JobLane.Upkeep => "Upkeep", JobLane.Transfer => "Transfer", _ => "Bulk" };
}
