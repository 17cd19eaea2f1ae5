using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portal.Access.Federation;

/// <summary>Forgets used tokens that have ended, hourly.</summary>
sealed class FederationUpkeep(WorkloadTokens tokens, TimeProvider time, ILogger<FederationUpkeep> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await tokens.PruneAsync(stoppingToken);
                }
                catch (System.Data.Common.DbException e)
                {
                    log.LogWarning(e, "Upkeep of used tokens waits for the database");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
