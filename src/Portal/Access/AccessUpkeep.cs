using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portal.Access;

/// <summary>Removes forgotten sign-in failures, long-ended sessions and long-dead access tokens, hourly, so that no table grows without bound.</summary>
sealed class AccessUpkeep(SignInThrottle throttle, SessionService sessions, AccessTokenService tokens, TimeProvider time, ILogger<AccessUpkeep> log) : BackgroundService
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
                    log.LogInformation("Removed {Failures} sign-in counts, {Sessions} old sessions and {Tokens} dead access tokens",
                        await throttle.PruneAsync(stoppingToken), await sessions.PruneAsync(stoppingToken), await tokens.PruneAsync(stoppingToken));
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
