using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>Who may do what to robots: the right at the robot's place, and never more for the robot than the caller has.</summary>
public sealed class RobotGuard(IAccessPolicy policy)
{
    /// <summary>The refusal for a place; null when the caller has the right there. A project that is foreign looks like a missing one.</summary>
    /// <param name="projectId">The project; null for the system.</param>
    public async ValueTask<Error?> RefuseAsync(Caller caller, int? projectId, Permission right, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var rights = await policy.RightsAsync(caller, Place(projectId), cancellation);
        if (rights.Has(right)) return null;
        return projectId is null || rights.Has(Permissions.ProjectRead) ? AccessErrors.Lacks(right) : Error.NotFound("The project");
    }

    /// <summary>The refusal for one robot: who may not read it is told that there is none.</summary>
    public async ValueTask<Error?> RefuseAsync(Caller caller, Robot robot, Permission right, CancellationToken cancellation)
    {
        var rights = await policy.RightsAsync(caller, Place(robot.ProjectId), cancellation);
        return rights.Has(right) ? null : rights.Has(Permissions.RobotRead) ? AccessErrors.Lacks(right) : AccessErrors.NoRobot;
    }

    /// <summary>The first right that the caller does not have at its place; null when they have all.</summary>
    public async ValueTask<Error?> RefuseExcessAsync(Caller caller, IEnumerable<RobotRight> rights, CancellationToken cancellation)
    {
        var wanted = rights.ToLookup(r => r.EveryProject);
        foreach (var right in wanted[true])
            if (await policy.ScopeAsync(caller, right.Permission, cancellation) is not { Everywhere: true, Only: null }) return AccessErrors.RobotExceeds(right.Permission);
        foreach (var place in wanted[false].GroupBy(r => r.ProjectId))
        {
            var own = await policy.RightsAsync(caller, Place(place.Key), cancellation);
            foreach (var right in place)
                if (!own.Has(right.Permission)) return AccessErrors.RobotExceeds(right.Permission);
        }
        return null;
    }

    /// <summary>Loads a robot with its rights and secrets for a change, when the caller may make it.</summary>
    internal async Task<Result<Robot>> FindAsync(PortalDbContext db, Caller caller, int robotId, Permission right, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        // Asked before anything is locked: a refused caller holds nobody up, and learns at the price of a missing robot that there is none.
        if (await db.Robots.AsNoTracking().FirstOrDefaultAsync(r => r.Id == robotId, cancellation) is not { } asked) return AccessErrors.NoRobot;
        if (await RefuseAsync(caller, asked, right, cancellation) is { } refusal) return refusal;
        // The row is locked first, so that two changes of one robot follow each other.
        await db.Robots.Where(r => r.Id == robotId).ExecuteUpdateAsync(s => s.SetProperty(r => r.UpdatedAt, r => r.UpdatedAt), cancellation);
        var robot = await db.Robots.Include(r => r.Permissions).Include(r => r.Secrets).AsSplitQuery().FirstOrDefaultAsync(r => r.Id == robotId, cancellation);
        return robot is null ? AccessErrors.NoRobot : robot;
    }

    internal static IEnumerable<RobotRight> RightsOf(Robot robot) => robot.Permissions
        .Select(p => Permissions.TryParse($"{p.Resource}:{p.Action}", out var right) ? new RobotRight(right, p.ProjectId, p.EveryProject) : (RobotRight?)null).OfType<RobotRight>();

    // What a project gives to everybody is not the caller's own to hand on, so a public project counts like a private one; nor is what a pattern gives, so it has no name.
    static AccessTarget Place(int? projectId) => projectId is { } id ? AccessTarget.Project(id, "", false) : AccessTarget.System;
}
