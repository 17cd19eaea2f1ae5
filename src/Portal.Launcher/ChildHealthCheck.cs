using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Portal.Launcher;

/// <summary>Tells in the health report of the server whether one child runs and answers.</summary>
sealed class ChildHealthCheck(SupervisedChild child) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var problem = await child.ProblemAsync(cancellationToken);
        var data = new Dictionary<string, object> { ["restarts"] = child.Status.Restarts };
        return problem is null
            ? HealthCheckResult.Healthy($"{child.Name} answers", data)
            : new HealthCheckResult(context.Registration.FailureStatus, problem, data: data);
    }
}
