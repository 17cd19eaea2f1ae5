using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>Makes, changes and deletes robots. Every change is checked, audited and announced in one transaction, and bites at the robot's next request.</summary>
public sealed class RobotService(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, RobotGuard guard, RobotChanges changes, IOptions<AccessOptions> options)
{
    /// <summary>Makes a robot of the system or of a project.</summary>
    /// <param name="projectId">The project; null for the system.</param>
    /// <param name="projectName">The project's name, which becomes part of the robot's.</param>
    public async Task<Result<NewRobot>> CreateAsync(Caller caller, int? projectId, string? projectName, RobotDraft draft, CancellationToken cancellation)
    {
        if (await guard.RefuseAsync(caller, projectId, Permissions.RobotCreate, cancellation) is { } refusal) return refusal;
        if ((RobotRules.Name(draft.Name) ?? RobotRules.Description(draft.Description) ?? RobotRules.Days(draft.Days) ?? RobotRules.Rights(projectId, draft.Rights)) is { } wrong) return wrong;
        if (draft.Secret is { } given && RobotSecretText.Refuse(given) is { } weak) return weak;
        if (await guard.RefuseExcessAsync(caller, draft.Rights, cancellation) is { } excess) return excess;
        var now = changes.Now;
        var secret = draft.Secret ?? RobotSecretText.New();
        var kept = draft.Secret is null ? RobotSecretText.KeepRandom(secret, now) : RobotSecretText.KeepGiven(secret, now);
        var robot = new Robot
        {
            Name = draft.Name,
            Login = RobotRules.Login(options.Value.RobotNamePrefix, projectName, draft.Name),
            Description = draft.Description,
            ProjectId = projectId,
            DurationDays = draft.Days,
            ExpiresAt = RobotRules.End(now, draft.Days),
            CreatedAt = now,
            UpdatedAt = now,
            CreatedBy = caller.Name,
            CreatedByKind = caller.Kind,
            CreatedById = caller.Id,
            Stamp = AccountEffects.NewStamp(),
            Permissions = RobotRules.Rows(draft.Rights),
            Secrets = [kept],
        };
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var login = robot.Login.ToUpperInvariant();
        if (await db.Users.AnyAsync(u => u.NormalizedUserName == login, cancellation)) return AccessErrors.RobotTaken(robot.Login);
        db.Robots.Add(robot);
        changes.Audit(db, caller, AuditActions.Create, robot, null, RobotRules.Audited(robot));
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            return AccessErrors.RobotTaken(robot.Login);
        }
        return new NewRobot(robot.Id, robot.Login, secret, robot.CreatedAt, robot.ExpiresAt);
    }

    /// <summary>Whether the caller may change robots of a place at all.</summary>
    /// <param name="projectId">The project; null for the system.</param>
    public ValueTask<Error?> RefuseChangeAsync(Caller caller, int? projectId, CancellationToken cancellation) => guard.RefuseAsync(caller, projectId, Permissions.RobotUpdate, cancellation);

    /// <summary>Changes what is given. Rights that the robot has already may stay, even when the caller lacks them.</summary>
    public async Task<Result> UpdateAsync(Caller caller, int robotId, RobotChange change, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var found = await guard.FindAsync(db, caller, robotId, Permissions.RobotUpdate, cancellation);
        if (!found.Ok) return found.Error;
        var robot = found.Value;
        var wrong = (change.Description is { } description ? RobotRules.Description(description) : null) ?? (change.Days is { } days ? RobotRules.Days(days) : null)
            ?? (change.Rights is { } rights ? RobotRules.Rights(robot.ProjectId, rights) : null);
        if (wrong is not null) return wrong;
        if (change.Rights is not null && await guard.RefuseExcessAsync(caller, change.Rights.Except(RobotGuard.RightsOf(robot)), cancellation) is { } excess) return excess;
        // To wake a robot up is to hand out its rights.
        if (change.Disabled == false && robot.DisabledAt is not null && await guard.RefuseExcessAsync(caller, change.Rights ?? RobotGuard.RightsOf(robot), cancellation) is { } more) return more;
        var before = RobotRules.Audited(robot);
        Apply(db, robot, change);
        changes.Audit(db, caller, AuditActions.Update, robot, before, RobotRules.Audited(robot));
        await changes.CommitAsync(db, robot, transaction, cancellation);
        return Result.Success;
    }

    void Apply(PortalDbContext db, Robot robot, RobotChange change)
    {
        robot.UpdatedAt = changes.Now;
        robot.Description = change.Description ?? robot.Description;
        if (change.Days is { } days) (robot.DurationDays, robot.ExpiresAt) = (days, RobotRules.End(robot.CreatedAt, days));
        if (change.Disabled is { } disabled && disabled != robot.DisabledAt is not null)
        {
            robot.DisabledAt = disabled ? changes.Now : null;
            robot.Stamp = AccountEffects.NewStamp();
        }
        if (change.Rights is not { } rights) return;
        db.RobotPermissions.RemoveRange(robot.Permissions);
        robot.Permissions = RobotRules.Rows(rights);
    }

    /// <summary>Deletes a robot with its secrets and roles; its name is free again.</summary>
    public async Task<Result> DeleteAsync(Caller caller, int robotId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var found = await guard.FindAsync(db, caller, robotId, Permissions.RobotDelete, cancellation);
        if (!found.Ok) return found.Error;
        changes.Audit(db, caller, AuditActions.Delete, found.Value, RobotRules.Audited(found.Value), null);
        db.Robots.Remove(found.Value);
        await db.Bindings.Where(b => b.SubjectKind == SubjectKind.Robot && b.SubjectId == robotId).ExecuteDeleteAsync(cancellation);
        await changes.CommitAsync(db, found.Value, transaction, cancellation);
        return Result.Success;
    }

    /// <summary>Takes the robots of a project that is being deleted with it, and its rights from others.</summary>
    /// <returns>The notices to announce with the project's own.</returns>
    internal static async Task<IReadOnlyList<ChangeNotice>> RemoveOfProjectAsync(PortalDbContext db, int projectId, CancellationToken cancellation)
    {
        var own = await db.Robots.Where(r => r.ProjectId == projectId).Select(r => r.Id).ToListAsync(cancellation);
        var others = await db.RobotPermissions.Where(p => p.ProjectId == projectId).Select(p => p.RobotId).Distinct().ToListAsync(cancellation);
        await db.RobotPermissions.Where(p => p.ProjectId == projectId).ExecuteDeleteAsync(cancellation);
        await db.Bindings.Where(b => b.SubjectKind == SubjectKind.Robot && own.Contains(b.SubjectId)).ExecuteDeleteAsync(cancellation);
        await db.Robots.Where(r => r.ProjectId == projectId).ExecuteDeleteAsync(cancellation);
        return [.. own.Union(others).Select(id => AccessTopics.OfSubject(SubjectKind.Robot, id))];
    }
}
