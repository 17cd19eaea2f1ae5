using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portal.Access;

/// <summary>Removes forgotten sign-in failures and long-ended sessions, hourly, so that neither table grows without bound.</summary>
sealed class AccessUpkeep(SignInThrottle throttle, SessionService sessions, TimeProvider time, ILogger<AccessUpkeep> log) : BackgroundService
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
                    log.LogInformation("Removed {Failures} sign-in counts and {Sessions} old sessions", await throttle.PruneAsync(stoppingToken), await sessions.PruneAsync(stoppingToken));
                }
                catch (System.Data.Common.DbException e)
                {
                    log.LogWarning(e, "Upkeep of sign-ins waits for the database");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
