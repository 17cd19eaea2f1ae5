using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary>What changing groups and rules brings with it: a transaction, an audit row, announcements.</summary>
public sealed class GroupChanges(IDbContextFactory<PortalDbContext> contexts, Transactions transactions, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    internal DateTimeOffset Now => time.GetUtcNow();

    internal Task<Result> RunAsync(Func<PortalDbContext, Task<Result>> work, CancellationToken cancellation) => transactions.RunAsync(work, cancellation);

    internal Task<Result<T>> RunAsync<T>(Func<PortalDbContext, Task<Result<T>>> work, CancellationToken cancellation) => transactions.RunAsync(work, cancellation);

    /// <summary>One transaction without a second try, for names that may be taken.</summary>
    internal async Task<Result<T>> OnceAsync<T>(Func<PortalDbContext, Task<Result<T>>> work)
    {
        await using var db = await contexts.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var result = await work(db);
        if (result.Ok) await transaction.CommitAsync();
        return result;
    }

    internal void Audit(PortalDbContext db, Caller caller, string action, string name, object? before, object? after) =>
        audit.Add(db, new(caller.Actor, action, AuditResources.Group, name) { Before = before, After = after });

    internal void AuditMember(PortalDbContext db, Caller caller, string action, string group, string user) =>
        audit.Add(db, new(caller.Actor, action, AuditResources.GroupMember, $"{group}/{user}"));

    internal void AuditRule(PortalDbContext db, Caller caller, string action, string pattern, object? before, object? after) =>
        audit.Add(db, new(caller.Actor, action, AuditResources.MappingRule, pattern) { Before = before, After = after });

    /// <summary>Drops what is remembered of the group and of its people.</summary>
    internal Task AnnounceAsync(PortalDbContext db, int? groupId, IReadOnlyCollection<int> people, CancellationToken cancellation)
    {
        var notices = people.Select(id => AccessTopics.OfSubject(SubjectKind.User, id));
        return feed.AnnounceAsync(db, cancellation, groupId is { } id ? [AccessTopics.OfSubject(SubjectKind.Group, id), .. notices] : [.. notices]);
    }
}
