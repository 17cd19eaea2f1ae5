using System.Globalization;
using Portal.Kernel;
using Portal.Retention.Rules;

namespace Portal.Retention;

/// <summary>The refusals of Retention.</summary>
public static class RetentionErrors
{
    public static Error NotFound { get; } = Error.NotFound("The retention policy");

    public static Error PlanNotFound { get; } = Error.NotFound("The retention run");

    public static Error ClusterNotFound { get; } = Error.NotFound("The cluster");

    /// <summary>The project has one already.</summary>
    public static Error Exists { get; } = Error.Invalid("scope", "The project has a retention policy already. Change that one.");

    public static Error TooManyRules { get; } = Error.Invalid("rules", "only 15 rules are allowed at most");

    public static Error SameRules { get; } = new("CONFLICT", "Two rules of the policy are the same.", ErrorKind.Conflict, "rules");

    public static Error LockedBySystem { get; } = new("PRECONDITION", "The system's retention policy holds for every project, so this project cannot have rules of its own.", ErrorKind.Precondition);

    public static Error Percent { get; } = Error.Invalid("brake_percent", "brake_percent is 1 to 100, or left out for the default.");

    public static Error Bytes { get; } = Error.Invalid("brake_bytes", "brake_bytes is -1 for no limit, 1 or more, or left out for the default.");

    public static Error Mode { get; } = Error.Invalid("mode", "mode is inherit, extend or replace.");

    public static Error Cron { get; } = Error.Invalid("cron", string.Create(CultureInfo.InvariantCulture, $"cron has six fields, the first of them 0 for the seconds, and at most {RetentionPolicy.MaxCron} characters; empty for no schedule."));

    /// <summary>Only a plan that the brake stopped waits.</summary>
    public static Error NotWaiting { get; } = new("CONFLICT", "This run does not wait for anybody: it was carried out, confirmed already, or is out of date.", ErrorKind.Conflict);

    public static Error NoRules { get; } = new("PRECONDITION", "No rules count here, so there is nothing to run.", ErrorKind.Precondition);

    public static Error RuleCount { get; } = Error.Invalid("rules", string.Create(CultureInfo.InvariantCulture, $"only {PolicyRules.MaxRules} rules are allowed at most"));
}
