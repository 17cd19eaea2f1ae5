using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Portal.Kernel;

namespace Portal.Data;

/// <summary>
/// Runs a unit of work in one transaction, from the start again when another one got in between: a row of the same key was inserted meanwhile,
/// or the database broke a deadlock.
/// </summary>
public sealed class Transactions(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider)
{
    const int MaxAttempts = 12;

    /// <summary>Runs <paramref name="work"/> and commits, or rolls back when it refuses. It must not change anything but the context, because it may run several times.</summary>
    public Task<Result> RunAsync(Func<PortalDbContext, Task<Result>> work, CancellationToken cancellation) => RunAsync(work, r => r.Ok, cancellation);

    /// <summary>The same for work that returns something.</summary>
    public Task<Result<T>> RunAsync<T>(Func<PortalDbContext, Task<Result<T>>> work, CancellationToken cancellation) => RunAsync(work, r => r.Ok, cancellation);

    async Task<T> RunAsync<T>(Func<PortalDbContext, Task<T>> work, Func<T, bool> keep, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var db = await contexts.CreateDbContextAsync(cancellation);
                await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
                var result = await work(db);
                if (keep(result)) await transaction.CommitAsync(cancellation);
                return result;
            }
            catch (Exception e) when (attempt < MaxAttempts && (provider.IsUniqueViolation(e) || IsTransient(e)))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 8 * attempt)), cancellation);
            }
        }
    }

    // a deadlock while saving comes wrapped twice: by the save, and by the provider that recognises it
    internal static bool IsTransient(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            if (inner is DbException { IsTransient: true }) return true;
        return false;
    }
}
