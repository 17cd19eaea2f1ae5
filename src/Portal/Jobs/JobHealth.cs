using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Portal.Jobs.Engine;
using Portal.Jobs.Scheduling;

namespace Portal.Jobs;

/// <summary>Whether this node renews its lease and fires schedules.</summary>
sealed class JobHealth(JobEngine engine, SchedulerHost scheduler, IOptions<JobOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        engine.Age > TimeSpan.FromSeconds(options.Value.LeaseSeconds) ? HealthCheckResult.Unhealthy("Long work cannot reach the database.")
        : scheduler.Trouble is { } trouble ? HealthCheckResult.Unhealthy($"Schedules do not run: {trouble}")
        : HealthCheckResult.Healthy());
}
