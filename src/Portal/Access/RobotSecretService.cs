using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>A robot's new secret.</summary>
/// <param name="Text">The secret when it was generated; empty when the caller gave it.</param>
/// <param name="OldUntil">Until when the one before goes on working; null when it died at once.</param>
public sealed record NewRobotSecret(string Text, DateTimeOffset? OldUntil);

/// <summary>Replaces robots' secrets. During an overlap the old and the new one both work.</summary>
public sealed class RobotSecretService(IDbContextFactory<PortalDbContext> contexts, RobotGuard guard, RobotChanges changes, IOptions<AccessOptions> options)
{
    /// <summary>Gives a robot a new secret. Whoever gets a robot's secret gets its rights, so the caller must have them all.</summary>
    /// <param name="given">A secret of the caller's own; null or empty for a random one.</param>
    /// <param name="overlap">How long the old one goes on working; zero for not at all. An overlap that still ran from before ends.</param>
    public async Task<Result<NewRobotSecret>> RotateAsync(Caller caller, int robotId, string? given, TimeSpan overlap, CancellationToken cancellation)
    {
        var longest = TimeSpan.FromHours(options.Value.RobotOverlapMaxHours);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var found = await guard.FindAsync(db, caller, robotId, Permissions.RobotUpdate, cancellation);
        if (!found.Ok) return found.Error;
        var robot = found.Value;
        if (await guard.RefuseExcessAsync(caller, RobotGuard.RightsOf(robot), cancellation) is { } excess) return excess;
        if (overlap < TimeSpan.Zero || overlap > longest)
            return Error.Invalid("overlap_minutes", string.Create(CultureInfo.InvariantCulture, $"An overlap has 0 to {(int)longest.TotalMinutes} minutes."));
        if (given is { Length: > 0 } && RobotSecretText.Refuse(given) is { } weak) return weak;
        var now = changes.Now;
        var own = given is { Length: > 0 };
        var text = own ? given! : RobotSecretText.New();
        DateTimeOffset? until = overlap > TimeSpan.Zero ? now + overlap : null;
        db.RobotSecrets.RemoveRange(robot.Secrets.Where(s => s.ValidUntil is not null || until is null));
        foreach (var old in robot.Secrets.Where(s => s.ValidUntil is null)) old.ValidUntil = until;
        robot.Secrets.Add(own ? RobotSecretText.KeepGiven(text, now) : RobotSecretText.KeepRandom(text, now));
        robot.UpdatedAt = now;
        changes.Audit(db, caller, AuditActions.Update, robot, null, new { Secret = "replaced", OldWorksUntil = until });
        await changes.CommitAsync(db, robot, transaction, cancellation);
        return new NewRobotSecret(own ? "" : text, until);
    }

    /// <summary>Ends an overlap early: the old secret dies now.</summary>
    public async Task<Result> EndOverlapAsync(Caller caller, int robotId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var found = await guard.FindAsync(db, caller, robotId, Permissions.RobotUpdate, cancellation);
        if (!found.Ok) return found.Error;
        var now = changes.Now;
        var old = found.Value.Secrets.Where(s => s.ValidUntil > now).ToList();
        if (old.Count == 0) return new Error("PRECONDITION", "No old secret of this robot works any more.", ErrorKind.Precondition);
        db.RobotSecrets.RemoveRange(old);
        changes.Audit(db, caller, AuditActions.Update, found.Value, new { OldWorksUntil = old[0].ValidUntil }, new { OldSecret = "ended" });
        await changes.CommitAsync(db, found.Value, transaction, cancellation);
        return Result.Success;
    }
}
