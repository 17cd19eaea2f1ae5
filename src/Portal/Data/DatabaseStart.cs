using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Portal.Data;

/// <summary>Waits until the database answers, then brings it to the newest migration. Runs before anything else starts.</summary>
public sealed class DatabaseStart(IDbContextFactory<PortalDbContext> contexts, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<DatabaseStart> log)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        var until = time.GetUtcNow().AddSeconds(options.Value.StartTimeoutSeconds);
        while (true)
        {
            try
            {
                await using var db = await contexts.CreateDbContextAsync(cancellation);
                await db.Database.MigrateAsync(cancellation);
                return;
            }
            catch (System.Data.Common.DbException e) when (e.IsTransient && time.GetUtcNow() < until)
            {
                log.LogInformation("The database does not answer yet: {Reason}", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
            }
        }
    }
}
