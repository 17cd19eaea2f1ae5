using Portal.Retention;
using Portal.Retention.Evaluation;
using Portal.Retention.Rules;
using Portal.Web.Kit;

namespace Portal.Web.Retention;

/// <summary>Words and signs of verdicts and plans.</summary>
static class RetentionWords
{
    /// <summary>The class, icon and word of a verdict.</summary>
    public static (string Class, string Icon, string Word) Of(Verdict verdict) => verdict switch
    {
        Verdict.Keep => ("keep", "check_circle", "Keep"),
        Verdict.Delete => ("del", "delete", "Trash"),
        Verdict.Skip => ("skip", "remove_circle", "Skip"),
        Verdict.Immutable => ("keep", "lock", "Immutable"),
        _ => ("keep", "lock", "Locked"),
    };

    public static (string Class, string Icon, string Word) Of(RuleAction action) => action switch
    {
        RuleAction.Keep => ("keep", "check_circle", "Keep"),
        RuleAction.Delete => ("del", "delete", "Trash"),
        _ => ("skip", "remove_circle", "Skip"),
    };

    public static (PillStatus Pill, string Word) Of(PlanState state) => state switch
    {
        PlanState.Running => (PillStatus.Running, "Under way"),
        PlanState.DryRun => (PillStatus.Succeeded, "Dry run"),
        PlanState.Waiting => (PillStatus.Waiting, "Waits for you"),
        PlanState.Done => (PillStatus.Succeeded, "Done"),
        PlanState.Confirmed => (PillStatus.Running, "Confirmed"),
        _ => (PillStatus.Stopped, "Out of date"),
    };

    public static string Name(string repository, string tag, string digest) => tag.Length > 0 ? $"{repository}:{tag}" : $"{repository}@{(digest.Length > 15 ? digest[..15] : digest)}";
}
