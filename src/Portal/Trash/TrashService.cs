using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Trash;

/// <summary>Settings of the trash; null leaves one as it is.</summary>
public sealed record TrashSettings(int? Days, bool? Counted);

/// <summary>Restores, destroys, and sets for how long things lie in the trash.</summary>
public sealed class TrashService(IDbContextFactory<PortalDbContext> contexts, TrashQueries queries, DeletionService deletions, DeletionEnd end, ProjectRestorer projects, TrashWindows windows)
{
    /// <summary>The most deletions of one bulk deletion.</summary>
    public const int MaxBatch = 1_000;

    /// <summary>Brings one deletion back; see <see cref="DeletionService.RestoreAsync"/>. A project needs <c>project:delete</c> on the system.</summary>
    /// <param name="project">Another name for a project; null for its old one.</param>
    public async Task<Result<RestoreSummary>> RestoreAsync(Caller caller, long id, RestoreAs otherwise, string? project, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var isProject = await db.Deletions.AnyAsync(d => d.Id == id && d.Kind == DeletionKind.Project, cancellation);
        return isProject ? await projects.RestoreAsync(caller, id, project, cancellation) : await deletions.RestoreAsync(caller, id, cancellation, otherwise);
    }

    /// <summary>Brings everything of a bulk deletion back that is still there; what cannot be brought back is told with the first reason.</summary>
    public async Task<Result<RestoreSummary>> RestoreBatchAsync(Caller caller, Guid batch, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var ids = await db.Deletions.Where(d => d.Batch == batch && d.RestoredAt == null && d.DestroyedAt == null).OrderByDescending(d => d.Id).Take(MaxBatch).Select(d => d.Id).ToListAsync(cancellation);
        if (ids.Count == 0) return ArtifactErrors.DeletionNotFound;
        var (artifacts, tags, taken) = (0, 0, new List<string>());
        foreach (var id in ids)
        {
            var one = await deletions.RestoreAsync(caller, id, cancellation);
            if (!one.Ok) return one.Error;
            (artifacts, tags) = (artifacts + one.Value.Artifacts, tags + one.Value.Tags);
            taken.AddRange(one.Value.TagsTaken);
        }
        return new RestoreSummary(artifacts, tags, taken);
    }

    /// <summary>Takes a deletion out of the trash for good. Needs <c>trash:delete</c> and the name of what was deleted.</summary>
    public async Task<Result> DestroyAsync(Caller caller, long id, string? name, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await TrashQueries.RowAsync(db, id, cancellation);
        if (row is null || await queries.RefuseAsync(caller, row, Permissions.Named("trash:list"), cancellation) is not null) return ArtifactErrors.DeletionNotFound;
        if (await queries.RefuseAsync(caller, row, Permissions.Named("trash:delete"), cancellation) is { } refusal) return refusal;
        if (name?.Trim() != row.Name) return TrashErrors.Name(row.Name);
        return await end.EndAsync(caller, id, cancellation);
    }

    /// <summary>Sets a project's window for deletions from now on; null gives it the system's. Needs <c>project:update</c>.</summary>
    public Task<Result> SetWindowAsync(Caller caller, string project, int? days, CancellationToken cancellation) => windows.SetAsync(caller, project, days, cancellation);

    /// <summary>Sets the system's defaults. Only a system administrator may.</summary>
    public Task<Result> ConfigureAsync(Caller caller, TrashSettings settings, CancellationToken cancellation) => windows.ConfigureAsync(caller, settings, cancellation);
}

/// <summary>Sets for how long things lie in the trash, and who pays for them.</summary>
public sealed class TrashWindows(Transactions transactions, IDbContextFactory<PortalDbContext> contexts, ProjectQueries projects, IAccessPolicy policy, AuthSettingsService settings, AuditLog audit)
{
    internal async Task<Result> SetAsync(Caller caller, string project, int? days, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var found = await projects.ResolveAsync(caller, project, Permissions.ProjectUpdate, cancellation);
        if (!found.Ok) return found.Error;
        if (days is < 0 or > SettingKeys.MaxTrashDays) return TrashErrors.Days;
        return await transactions.RunAsync(async db =>
        {
            var row = await db.Projects.SingleAsync(p => p.Id == found.Value.Id, cancellation);
            if (row.TrashDays == days) return Result.Success;
            audit.Add(db, new(caller.Actor, AuditActions.Update, AuditResources.Trash, row.Name, row.Id) { Before = new { days = row.TrashDays }, After = new { days } });
            row.TrashDays = days;
            await db.SaveChangesAsync(cancellation);
            return Result.Success;
        }, cancellation);
    }

    internal async Task<Result> ConfigureAsync(Caller caller, TrashSettings change, CancellationToken cancellation)
    {
        if (await policy.RefuseAllButAdministratorsAsync(caller, Permissions.ConfigurationUpdate, cancellation) is { } refusal) return refusal;
        if (change.Days is < 0 or > SettingKeys.MaxTrashDays) return TrashErrors.Days;
        var changes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (change.Days is { } days) changes[SettingKeys.TrashWindowDays.Name] = days.ToString(CultureInfo.InvariantCulture);
        if (change.Counted is { } counts) changes[SettingKeys.TrashCountsQuota.Name] = counts ? "true" : "false";
        var changed = await settings.ChangeAsync(caller, changes, cancellation);
        if (!changed.Ok || change.Counted is not { } counted) return changed;
        await using var reading = await contexts.CreateDbContextAsync(cancellation);
        foreach (var project in await reading.ProjectStorages.Select(s => s.ProjectId).Order().ToListAsync(cancellation))
        {
            // one project after the other, so that nobody's pushes wait for all of them
            await transactions.RunAsync(async db =>
            {
                if (counted) await StorageAccount.ChargeAllAsync(db, project, cancellation);
                else await StorageAccount.ReleaseAllAsync(db, project, cancellation);
                return Result.Success;
            }, cancellation);
        }
        return Result.Success;
    }
}

/// <summary>Brings deleted projects back whole: with members, rules and limits. Robots are made anew, because only their holders knew the secrets.</summary>
public sealed class ProjectRestorer(Transactions transactions, IAccessPolicy policy, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    internal async Task<Result<RestoreSummary>> RestoreAsync(Caller caller, long id, string? name, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.Named("trash:list"), cancellation) is { }) return ArtifactErrors.DeletionNotFound;
        if (await policy.RefuseAsync(caller, Permissions.ProjectDelete, cancellation) is { } refusal) return refusal;
        var now = time.GetUtcNow();
        return await transactions.RunAsync<RestoreSummary>(async db =>
        {
            if (await db.Deletions.Where(d => d.Id == id && d.Kind == DeletionKind.Project && d.RestoredAt == null && d.DestroyedAt == null).ExecuteUpdateAsync(s => s.SetProperty(d => d.RestoredAt, now), cancellation) == 0)
                return await db.Deletions.AnyAsync(d => d.Id == id && d.DestroyedAt != null, cancellation) ? ArtifactErrors.Destroyed : ArtifactErrors.Restored;
            var deletion = await db.Deletions.AsNoTracking().SingleAsync(d => d.Id == id, cancellation);
            var wanted = ProjectName.Parse(string.IsNullOrEmpty(name) ? deletion.Name : name);
            if (!wanted.Ok) return wanted.Error;
            var text = wanted.Value.Text;
            if (await db.Projects.AnyAsync(p => p.Name == text, cancellation)) return ProjectErrors.Taken(text);
            var project = await db.Projects.SingleAsync(p => p.Id == deletion.ProjectId, cancellation);
            (project.Name, project.DeletedAt, project.UpdatedAt) = (text, null, now);
            var members = await MembersAsync(db, caller, deletion, now, cancellation);
            db.Bindings.AddRange(members);
            audit.Add(db, new(caller.Actor, AuditActions.Restore, AuditResources.Project, text, project.Id) { After = new { deletion = id, members = members.Count } });
            await db.SaveChangesAsync(cancellation);
            await feed.AnnounceAsync(db, cancellation, [ProjectService.Notice(project.Id), .. members.Select(m => AccessTopics.OfSubject(m.SubjectKind, m.SubjectId))]);
            return new RestoreSummary(0, 0, []);
        }, cancellation);
    }

    // whoever or whichever role is gone meanwhile stays away
    static async Task<List<Binding>> MembersAsync(PortalDbContext db, Caller caller, Deletion deletion, DateTimeOffset now, CancellationToken cancellation)
    {
        var kept = JsonSerializer.Deserialize<List<ProjectTrash.KeptMember>>(deletion.Content ?? "[]")!;
        var (users, groups, roles) = (kept.Where(k => k.Kind == SubjectKind.User).Select(k => k.Subject).ToList(), kept.Where(k => k.Kind == SubjectKind.Group).Select(k => k.Subject).ToList(), kept.Select(k => k.Role).ToList());
        var here = (Users: await db.Users.Where(u => users.Contains(u.Id)).Select(u => u.Id).ToListAsync(cancellation),
            Groups: await db.Groups.Where(g => groups.Contains(g.Id)).Select(g => g.Id).ToListAsync(cancellation),
            Roles: await db.Roles.Where(r => roles.Contains(r.Id)).Select(r => r.Id).ToListAsync(cancellation));
        return [.. kept.Where(k => here.Roles.Contains(k.Role) && (k.Kind == SubjectKind.Group ? here.Groups : here.Users).Contains(k.Subject)).Select(k => new Binding
        {
            SubjectKind = k.Kind,
            SubjectId = k.Subject,
            RoleId = k.Role,
            ProjectId = deletion.ProjectId,
            RepositoryPattern = k.Repositories,
            TagPattern = k.Tags,
            Until = k.Until,
            Origin = k.Origin,
            CreatedAt = now,
            UpdatedAt = now,
            CreatedBy = caller.Name,
        })];
    }
}

/// <summary>The refusals of the trash.</summary>
public static class TrashErrors
{
    public static Error Name(string name) => Error.Invalid("name", $"To delete it for good, type its name: {name}");

    public static Error Days { get; } = Error.Invalid("days", $"The window of the trash is 0 to {SettingKeys.MaxTrashDays} days.");

    public static Error Changed { get; } = new("CONFLICT", "What the patterns match has changed since you looked. Look again.", ErrorKind.Conflict);

    public static Error TooMany(int most) => Error.Invalid("tags", $"One bulk deletion takes at most {most} tags and artifacts. Choose narrower patterns.");

    public static Error Nothing { get; } = Error.Invalid("tags", "The patterns match nothing that may be deleted.");
}
