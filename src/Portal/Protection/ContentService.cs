using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Protection;

/// <summary>Reads and changes what may be pushed into a project.</summary>
public sealed class ContentService
{
    readonly Transactions _transactions;
    readonly ContentGuard _guard;
    readonly IAccessPolicy _policy;
    readonly AuditLog _audit;
    readonly IChangeFeed _feed;
    readonly TimeProvider _time;

    internal ContentService(Transactions transactions, ContentGuard guard, IAccessPolicy policy, AuditLog audit, IChangeFeed feed, TimeProvider time) =>
        (_transactions, _guard, _policy, _audit, _feed, _time) = (transactions, guard, policy, audit, feed, time);

    /// <summary>The list of a project; an empty one lets anything in. Needs <c>project:read</c>.</summary>
    public async Task<Result<ContentList>> FindAsync(Caller caller, ProjectEntry project, CancellationToken cancellation) =>
        await RefuseAsync(caller, project, Permissions.ProjectRead, cancellation) is { } refusal ? refusal : await _guard.OfAsync(project.Id, cancellation);

    /// <summary>Replaces the list. What is in the project already stays, whatever it is. Needs <c>project:update</c>.</summary>
    public async Task<Result> ChangeAsync(Caller caller, ProjectEntry project, IEnumerable<string>? entries, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.ProjectUpdate, cancellation) is { } refusal) return refusal;
        var list = ContentList.Read(entries);
        if (!list.Ok) return list.Error;
        return await _transactions.RunAsync(async db =>
        {
            var row = await db.ContentPolicies.FirstOrDefaultAsync(c => c.ProjectId == project.Id, cancellation);
            var (before, after) = (row?.Allowed ?? "", string.Join(' ', list.Value.Entries));
            if (before == after) return Result.Success;
            if (row is null) db.ContentPolicies.Add(row = new() { ProjectId = project.Id });
            (row.Allowed, row.UpdatedAt, row.UpdatedBy) = (after, _time.GetUtcNow(), caller.Name);
            _audit.Add(db, new(caller.Actor, AuditActions.Update, AuditResources.ContentTypes, project.Name, project.Id) { Before = new { allowed = Shown(before) }, After = new { allowed = Shown(after) } });
            await db.SaveChangesAsync(cancellation);
            await _feed.AnnounceAsync(db, cancellation, ContentGuard.Changed(project.Id));
            return Result.Success;
        }, cancellation);
    }

    async ValueTask<Error?> RefuseAsync(Caller caller, ProjectEntry project, Permission needed, CancellationToken cancellation)
    {
        var rights = await _policy.RightsAsync(caller, project.Target, cancellation);
        return rights.Has(needed) ? null : ProjectErrors.Refusal(caller, rights, needed);
    }

    static string Shown(string list) => list.Length == 0 ? "anything" : list;
}
