using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>The trusts of robots. Whoever makes one hands out the robot's rights, so nobody does for a robot that may more than they may.</summary>
public sealed class FederationService(Transactions transactions, RobotGuard guard, IssuerHttp http, TrustChanges changes, WorkloadTokens tokens)
{
    /// <summary>A robot's trusts by name, at most <see cref="TrustRules.MaxPerRobot"/>.</summary>
    public Task<Result<IReadOnlyList<FederationTrust>>> ListAsync(Caller caller, int robotId, CancellationToken cancellation) =>
        transactions.RunAsync<IReadOnlyList<FederationTrust>>(async db =>
        {
            var robot = await ReadableAsync(db, caller, robotId, cancellation);
            return robot.Ok ? await OfRobot(db, robotId).ToListAsync(cancellation) : robot.Error;
        }, cancellation);

    /// <summary>One trust of this very robot.</summary>
    public async Task<Result<FederationTrust>> FindAsync(Caller caller, int robotId, int trustId, CancellationToken cancellation)
    {
        var all = await ListAsync(caller, robotId, cancellation);
        return !all.Ok ? all.Error : all.Value.FirstOrDefault(t => t.Id == trustId) is { } trust ? trust : FederationErrors.Missing;
    }

    /// <summary>Adds a trust; gives its id.</summary>
    public Task<Result<int>> CreateAsync(Caller caller, int robotId, TrustDraft draft, CancellationToken cancellation) =>
        transactions.RunAsync<int>(async db =>
        {
            var robot = await ChangeableAsync(db, caller, robotId, cancellation);
            if (!robot.Ok) return robot.Error;
            if (await ForbidAsync(caller, robot.Value, draft, cancellation) is { } refusal) return refusal;
            var names = await db.FederationTrusts.Where(t => t.RobotId == robotId).Select(t => t.Name).ToListAsync(cancellation);
            if (names.Count >= TrustRules.MaxPerRobot) return FederationErrors.TooMany;
            if (names.Contains(draft.Name, StringComparer.Ordinal)) return FederationErrors.NameTaken(draft.Name);
            var trust = new FederationTrust { RobotId = robotId, CreatedAt = changes.Now, CreatedBy = caller.Name };
            Fill(trust, draft);
            db.FederationTrusts.Add(trust);
            await changes.SaveAsync(db, caller, AuditActions.Create, robot.Value, trust, null, TrustChanges.Facts(trust), cancellation);
            return trust.Id;
        }, cancellation);

    /// <summary>Replaces what a trust says.</summary>
    public Task<Result> UpdateAsync(Caller caller, int robotId, int trustId, TrustDraft draft, CancellationToken cancellation) =>
        transactions.RunAsync(async db =>
        {
            var robot = await ChangeableAsync(db, caller, robotId, cancellation);
            if (!robot.Ok) return robot.Error;
            if (await ForbidAsync(caller, robot.Value, draft, cancellation) is { } refusal) return refusal;
            var all = await db.FederationTrusts.Where(t => t.RobotId == robotId).ToListAsync(cancellation);
            if (all.Find(t => t.Id == trustId) is not { } trust) return FederationErrors.Missing;
            if (all.Exists(t => t.Id != trustId && t.Name == draft.Name)) return FederationErrors.NameTaken(draft.Name);
            var before = TrustChanges.Facts(trust);
            Fill(trust, draft);
            await changes.SaveAsync(db, caller, AuditActions.Update, robot.Value, trust, before, TrustChanges.Facts(trust), cancellation);
            return Result.Success;
        }, cancellation);

    /// <summary>Removes a trust; registry tokens that it gave out die within two seconds.</summary>
    public Task<Result> DeleteAsync(Caller caller, int robotId, int trustId, CancellationToken cancellation) =>
        transactions.RunAsync(async db =>
        {
            var robot = await ChangeableAsync(db, caller, robotId, cancellation);
            if (!robot.Ok) return robot.Error;
            if (await db.FederationTrusts.FirstOrDefaultAsync(t => t.Id == trustId && t.RobotId == robotId, cancellation) is not { } trust) return FederationErrors.Missing;
            db.FederationTrusts.Remove(trust);
            await changes.SaveAsync(db, caller, AuditActions.Delete, robot.Value, trust, TrustChanges.Facts(trust), null, cancellation);
            return Result.Success;
        }, cancellation);

    /// <summary>Says what each trust of the robot makes of a token, without letting it in and without writing it anywhere.</summary>
    public async Task<Result<IReadOnlyList<TrustVerdict>>> TestAsync(Caller caller, int robotId, string? token, CancellationToken cancellation)
    {
        var trusts = await transactions.RunAsync<IReadOnlyList<FederationTrust>>(async db =>
        {
            var robot = await FindAsync(db, caller, robotId, Permissions.RobotUpdate, cancellation);
            return robot.Ok ? await OfRobot(db, robotId).ToListAsync(cancellation) : robot.Error;
        }, cancellation);
        if (!trusts.Ok) return trusts.Error;
        var read = Jwt.Read(token?.Trim());
        if (!read.Ok) return read.Error with { Kind = ErrorKind.Invalid, Field = "token" };
        var issuer = trusts.Value.FirstOrDefault(t => t.Issuer == read.Value.Claims.Text("iss"))?.Issuer;
        // an issuer that no trust names is not asked
        var fault = issuer is null ? null : await tokens.FaultAsync(read.Value, issuer, cancellation);
        return trusts.Value.Select(t => TrustVerdict.Of(t, read.Value.Claims, fault)).ToList();
    }

    async ValueTask<Error?> ForbidAsync(Caller caller, Robot robot, TrustDraft draft, CancellationToken cancellation) =>
        TrustRules.Refuse(draft, http) ?? await guard.RefuseExcessAsync(caller, RobotGuard.RightsOf(robot), cancellation);

    Task<Result<Robot>> ReadableAsync(PortalDbContext db, Caller caller, int robotId, CancellationToken cancellation) => FindAsync(db, caller, robotId, Permissions.RobotRead, cancellation);

    async Task<Result<Robot>> FindAsync(PortalDbContext db, Caller caller, int robotId, Permission right, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var robot = await db.Robots.AsNoTracking().FirstOrDefaultAsync(r => r.Id == robotId, cancellation);
        if (robot is null) return AccessErrors.NoRobot;
        return await guard.RefuseAsync(caller, robot, right, cancellation) is { } refusal ? refusal : robot;
    }

    Task<Result<Robot>> ChangeableAsync(PortalDbContext db, Caller caller, int robotId, CancellationToken cancellation) => guard.FindAsync(db, caller, robotId, Permissions.RobotUpdate, cancellation);

    static IQueryable<FederationTrust> OfRobot(PortalDbContext db, int robotId) => db.FederationTrusts.AsNoTracking().Where(t => t.RobotId == robotId).OrderBy(t => t.Name);

    void Fill(FederationTrust trust, TrustDraft draft)
    {
        (trust.Name, trust.Kind, trust.Issuer, trust.Audience, trust.Conditions, trust.SingleUse) = (draft.Name, draft.Kind, draft.Issuer, draft.Audience, draft.Conditions, draft.SingleUse);
        trust.DisabledAt = draft.Disabled ? trust.DisabledAt ?? changes.Now : null;
        trust.UpdatedAt = changes.Now;
    }
}
