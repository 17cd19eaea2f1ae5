using System.Text.Json;
using Portal.Access;
using Portal.Jobs;
using Portal.Kernel;

namespace Portal.Retention;

/// <summary>What a run is asked to do.</summary>
/// <param name="DryRun">Judge and write down only.</param>
/// <param name="Confirm">The plan that is confirmed; 0 for none.</param>
sealed record RetentionParameters(bool DryRun, long Confirm = 0)
{
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static RetentionParameters Read(string text) => JsonSerializer.Deserialize<RetentionParameters>(text, JsonSerializerOptions.Web)!;
}

/// <summary>Retention's way to Jobs.</summary>
sealed class RetentionJobs(IJobs jobs, IJobQueries queries)
{
    public const string Kind = "RETENTION";

    public static JobKind Job { get; } = new(Kind, "Retention", JobLane.Upkeep, 2) { MaxAttempts = 3, SeenWith = Permissions.RetentionList, StoppedWith = Permissions.RetentionUpdate };

    public IJobQueries Queries => queries;

    public Task<Result<long>> StartAsync(Caller caller, long policy, int? project, RetentionParameters parameters, CancellationToken cancellation) =>
        jobs.StartAsync(caller, new(Kind, policy, project, parameters.ToJson()), cancellation);

    public Task<Result> StopAsync(Caller caller, long run, CancellationToken cancellation) => jobs.StopAsync(caller, run, cancellation);

    /// <summary>Sets or takes away the schedule of a policy.</summary>
    public async Task<Result> ScheduleAsync(Caller caller, RetentionPolicy policy, CancellationToken cancellation)
    {
        if (policy.Cron.Length > 0) return await jobs.ScheduleAsync(caller, new(Kind, policy.Id, policy.ProjectId, new RetentionParameters(false).ToJson(), policy.Cron), cancellation);
        await jobs.UnscheduleAsync(caller, Kind, policy.Id, cancellation);
        return Result.Success;
    }

    public Task UnscheduleAsync(Caller caller, long policy, CancellationToken cancellation) => jobs.UnscheduleAsync(caller, Kind, policy, cancellation);
}
