using Portal.Api;
using Portal.Kernel;

namespace Portal.Jobs;

/// <summary>When something is due, as the Harbor v2.0 API says it.</summary>
[Wire]
public sealed class ScheduleObjJson
{
    /// <summary>Hourly, Daily, Weekly, Custom, Manual or None; Schedule in the history of runs.</summary>
    public string? Type { get; init; }

    /// <summary>Six fields, seconds first; for Custom.</summary>
    public string? Cron { get; init; }
    public DateTimeOffset? NextScheduledTime { get; init; }
}

/// <summary>The kinds of schedule of the Harbor v2.0 API and the cron texts that they stand for.</summary>
public static class ScheduleTypes
{
    public const string Manual = "Manual";
    public const string None = "None";
    public const string Custom = "Custom";

    static readonly Dictionary<string, string> Crons = new(StringComparer.Ordinal) { ["Hourly"] = "0 0 * * * *", ["Daily"] = "0 0 0 * * *", ["Weekly"] = "0 0 0 * * 0" };

    /// <summary>The cron text; null for <see cref="Manual"/> and <see cref="None"/>. A type that there is not is refused.</summary>
    public static Result<string?> CronOf(ScheduleObjJson? schedule) => schedule?.Type switch
    {
        Manual or None => (string?)null,
        Custom => schedule.Cron ?? "",
        { } type when Crons.TryGetValue(type, out var cron) => string.IsNullOrWhiteSpace(schedule.Cron) ? cron : schedule.Cron,
        _ => JobErrors.ScheduleType,
    };

    /// <summary>The type that a cron text is of.</summary>
    public static string Of(string cron) => Crons.FirstOrDefault(c => c.Value == cron).Key ?? Custom;
}
