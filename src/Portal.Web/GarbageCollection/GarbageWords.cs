using System.Globalization;
using Portal.GarbageCollection;
using Portal.Jobs;
using Portal.Web.Kit;

namespace Portal.Web.GarbageCollection;

/// <summary>Garbage collections in words.</summary>
public static class GarbageWords
{
    public static PillStatus Pill(JobStatus status) => status switch
    {
        JobStatus.Pending => PillStatus.Waiting,
        JobStatus.Running => PillStatus.Running,
        JobStatus.Success => PillStatus.Succeeded,
        JobStatus.Stopped => PillStatus.Stopped,
        _ => PillStatus.Failed,
    };

    /// <summary>What a run was asked for.</summary>
    public static string Asked(JobRunRow run)
    {
        var asked = GarbageParameters.Read(run.Parameters);
        return $"{(asked.DryRun ? "Dry run" : "Collection")}{(asked.DeleteUntagged ? ", with what has no tag" : "")}";
    }

    /// <summary>Who or what began it.</summary>
    public static string By(JobRunRow run) => run.Trigger == JobTrigger.Schedule ? "Schedule" : run.Actor;

    /// <summary>The hours in which it deletes.</summary>
    public static string Hours(GarbageSettings settings) => settings.FromHour == settings.ToHour ? "at any hour" : string.Create(CultureInfo.InvariantCulture, $"from {settings.FromHour:00}:00 to {settings.ToHour:00}:00 UTC");

    /// <summary>How fast it deletes.</summary>
    public static string Pace(GarbageSettings settings) => settings.ItemsPerSecond == 0 ? "as fast as it can" : $"{Format.Count(settings.ItemsPerSecond, "item")} a second at most";

    /// <summary>What was found by the last look at live tags.</summary>
    public static string Check(GarbageReport report) => report.Problems.Count > 0 ? $"{Format.Count(report.Problems.Count, "problem")}: {report.Problems[0]}"
        : report.DryRun ? "A dry run deletes nothing and looks at no tags" : $"{Format.Count(report.CheckedTags, "live tag")} with {Format.Count(report.CheckedBlobs, "blob")} looked at afterwards, all whole";
}
