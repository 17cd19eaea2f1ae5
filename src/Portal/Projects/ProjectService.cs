using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>What a project's admin decides; null leaves a setting as it is.</summary>
public sealed record ProjectSettings(bool? Public = null, string? Description = null, bool? AuditPulls = null, bool? AuditPushes = null);

/// <summary>Creates and changes projects.</summary>
public sealed class ProjectService(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, IAccessPolicy policy, ProjectChanges changes)
{
    /// <summary>Creates a project; the creator becomes its owner and project admin, and groups get the roles that rules give them there. Any signed-in user may.</summary>
    public Task<Result<ProjectEntry>> CreateAsync(Caller caller, string? name, ProjectSettings settings, CancellationToken cancellation) => CreateAsync(caller, name, settings, null, cancellation);

    /// <summary>The same with a limit for its bytes, which only counts when the creator may set quotas; everybody else gets the system's default.</summary>
    /// <param name="storageLimit">Bytes, or <see cref="ProjectStorage.Unlimited"/>; null and 0 for the default.</param>
    public async Task<Result<ProjectEntry>> CreateAsync(Caller caller, string? name, ProjectSettings settings, long? storageLimit, CancellationToken cancellation)
    {
        if (caller.Kind != SubjectKind.User) return AccessErrors.SignInNeeded;
        if (caller.Limit is { } bound && (bound.ProjectId is not null || !bound.Rights.Has(Permissions.ProjectCreate))) return AccessErrors.Lacks(Permissions.ProjectCreate);
        var parsed = ProjectName.Parse(name);
        if (!parsed.Ok) return parsed.Error;
        if (settings.Description is { Length: > 1000 }) return ProjectErrors.Description;
        var mayLimit = await policy.MayAsync(caller, Permissions.QuotaUpdate, AccessTarget.System, cancellation);
        if (mayLimit && storageLimit is { } asked && asked is not (ProjectStorage.Unlimited or (>= 0 and <= ProjectStorage.MaxLimit))) return ProjectErrors.StorageLimit;
        var now = changes.Now;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var defaults = await StorageDefaults.ReadAsync(db, cancellation);
        var limit = mayLimit && defaults.Enabled && storageLimit is { } given and not 0 ? given : defaults.PerProject;
        var project = new Project
        {
            Name = parsed.Value.Text,
            Description = settings.Description ?? "",
            Public = settings.Public ?? false,
            AuditPulls = settings.AuditPulls ?? true,
            AuditPushes = settings.AuditPushes ?? true,
            OwnerId = caller.Id,
            CreatedAt = now,
            UpdatedAt = now,
            Storage = new() { Limit = limit },
        };
        db.Projects.Add(project);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            return ProjectErrors.Taken(parsed.Value.Text);
        }
        var admin = await db.Roles.SingleAsync(r => r.Name == BuiltInRoles.ProjectAdmin.Name, cancellation);
        db.Bindings.Add(new() { SubjectKind = SubjectKind.User, SubjectId = caller.Id, RoleId = admin.Id, ProjectId = project.Id, CreatedAt = now, UpdatedAt = now, CreatedBy = caller.Name });
        changes.Audit(db, new(caller.Actor, AuditActions.Create, AuditResources.Project, project.Name, project.Id) { After = new { project.Public, project.Description, StorageLimit = limit < 0 ? (long?)null : limit } });
        await db.SaveChangesAsync(cancellation);
        await changes.GiveGroupsTheirRolesAsync(db, project, cancellation);
        await changes.AnnounceAsync(db, cancellation, AccessTopics.OfSubject(SubjectKind.User, caller.Id), Notice(project.Id));
        await transaction.CommitAsync(cancellation);
        return Entry(project);
    }

    /// <summary>Changes settings; only what is given.</summary>
    public async Task<Result> UpdateAsync(Caller caller, int projectId, ProjectSettings settings, CancellationToken cancellation)
    {
        if (settings.Description is { Length: > 1000 }) return ProjectErrors.Description;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var project = await FindAsync(db, projectId, cancellation);
        if (project is null) return ProjectErrors.NotFound;
        if (await RefuseAsync(caller, project, Permissions.ProjectUpdate, cancellation) is { } refusal) return refusal;
        var before = new { project.Public, project.Description, project.AuditPulls, project.AuditPushes };
        project.Public = settings.Public ?? project.Public;
        project.Description = settings.Description ?? project.Description;
        project.AuditPulls = settings.AuditPulls ?? project.AuditPulls;
        project.AuditPushes = settings.AuditPushes ?? project.AuditPushes;
        project.UpdatedAt = changes.Now;
        changes.Audit(db, new(caller.Actor, AuditActions.Update, AuditResources.Project, project.Name, project.Id)
        {
            Before = before,
            After = new { project.Public, project.Description, project.AuditPulls, project.AuditPushes },
        });
        await db.SaveChangesAsync(cancellation);
        await changes.AnnounceAsync(db, cancellation, Notice(project.Id));
        await transaction.CommitAsync(cancellation);
        return Result.Success;
    }

    internal static Task<Project?> FindAsync(PortalDbContext db, int id, CancellationToken cancellation) =>
        db.Projects.FirstOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, cancellation);

    async ValueTask<Error?> RefuseAsync(Caller caller, Project project, Permission right, CancellationToken cancellation)
    {
        var rights = await policy.RightsAsync(caller, AccessTarget.Project(project.Id, project.Name, project.Public), cancellation);
        return rights.Has(right) ? null : ProjectErrors.Refusal(caller, rights, right);
    }

    static ProjectEntry Entry(Project p) => new(p.Id, p.Name, p.Public, p.AuditPulls, p.AuditPushes);

    internal static ChangeNotice Notice(int id) => new(ProjectDirectory.Topic, FormattableString.Invariant($"{id}"));
}
