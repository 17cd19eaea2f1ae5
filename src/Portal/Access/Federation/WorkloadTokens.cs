using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>A workload that was let in as a robot.</summary>
/// <param name="Until">The end of the workload's own token.</param>
public sealed record Workload(Caller Caller, int TrustId, DateTimeOffset Until);

/// <summary>How a workload shows its token.</summary>
public enum WorkloadDoor
{
    /// <summary>Exchanges it, once.</summary>
    Exchange = 0,

    /// <summary>As the password of a client that shows it again for every request.</summary>
    Password = 1,
}

/// <summary>Finds the robot that trusts a workload's token.</summary>
public sealed class WorkloadTokens(IDbContextFactory<PortalDbContext> contexts, TokenUses uses, IssuerDirectory issuers, WorkloadAudit audit, IOptions<FederationOptions> options, TimeProvider time)
{
    /// <summary>The user name of a workload that lets its token name the robot.</summary>
    public const string AnyRobot = "oauth2";

    /// <summary>Lets a workload in, or says no more than that nobody trusts its token.</summary>
    /// <param name="robot">The robot's login; null or <see cref="AnyRobot"/> when the token decides.</param>
    /// <param name="caller">The anonymous caller with the address of the request.</param>
    public async Task<Result<Workload>> AdmitAsync(string token, string? robot, WorkloadDoor door, Caller caller, CancellationToken cancellation)
    {
        var read = Jwt.Read(token);
        if (!read.Ok) return read.Error;
        var now = time.GetUtcNow();
        var trusts = await TrustsAsync(read.Value.Claims.Text("iss"), robot is null or AnyRobot ? null : robot, now, cancellation);
        // before a token is believed in the least, somebody here must trust its issuer: nobody makes Portal ask an address by sending a token
        if (trusts.Count == 0) return FederationErrors.NoTrust;
        if (await audit.WaitAsync(caller, cancellation) is { } wait) return wait;
        var fault = await FaultAsync(read.Value, trusts[0].Issuer, cancellation);
        var matching = trusts.Where(t => TrustVerdict.Of(t, read.Value.Claims, fault).Matches).ToList();
        if (matching.Count == 0) return await RefuseAsync(caller, robot, fault, cancellation);
        if (matching.Any(t => t.RobotId != matching[0].RobotId)) return FederationErrors.SeveralRobots;
        var trust = matching[0];
        var until = read.Value.Claims.Time("exp")!.Value;
        if (until <= now) return await RefuseAsync(caller, robot, JwtErrors.Expired, cancellation);
        var workload = new Workload(caller with { Kind = SubjectKind.Robot, Id = trust.RobotId, Name = trust.Robot!.Login, Credential = TrustCredentials.Credential(trust.Id) }, trust.Id, until);
        if (matching.TrueForAll(t => t.SingleUse) && await IsReplayAsync(read.Value.Claims, door, caller, cancellation)) return await RefuseAsync(caller, robot, JwtErrors.Replayed, cancellation);
        await audit.AdmittedAsync(workload, trust, read.Value.Claims, cancellation);
        return workload;
    }

    /// <summary>What is wrong with a token of this issuer whatever the trust; null for nothing.</summary>
    internal async Task<Error?> FaultAsync(Jwt token, string issuer, CancellationToken cancellation)
    {
        var verified = await issuers.VerifyAsync(token, issuer, verifyCertificate: true, cancellation);
        if (!verified.Ok) return verified.Error;
        return new JwtRules(issuer, TimeSpan.FromSeconds(options.Value.SkewSeconds), TimeSpan.FromHours(options.Value.MaxTokenHours)).Refuse(token.Claims, time.GetUtcNow());
    }

    async Task<List<FederationTrust>> TrustsAsync(string? issuer, string? robot, DateTimeOffset now, CancellationToken cancellation)
    {
        if (issuer is null) return [];
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var trusts = db.FederationTrusts.AsNoTracking().Include(t => t.Robot)
            .Where(t => t.Issuer == issuer && t.DisabledAt == null && t.Robot!.DisabledAt == null && (t.Robot.ExpiresAt == null || t.Robot.ExpiresAt > now));
        if (robot is not null) trusts = trusts.Where(t => t.Robot!.Login == robot);
        return await trusts.OrderBy(t => t.Id).ToListAsync(cancellation);
    }

    /// <summary>
    /// True when the token's id was seen. An exchange takes a token that nobody has shown; a password may be shown again by the address that
    /// showed it first, because clients repeat it. A token without an id cannot be told from another.
    /// </summary>
    async Task<bool> IsReplayAsync(JwtClaims claims, WorkloadDoor door, Caller caller, CancellationToken cancellation)
    {
        if (claims.Text("jti") is not { Length: > 0 } id) return false;
        var address = door == WorkloadDoor.Password ? caller.Address : "";
        // a mark of this very request tells whether the row is its own
        var mark = door == WorkloadDoor.Password ? address : Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        return !await uses.TryUseAsync(TokenUses.Key(claims.Text("iss")!, id), mark, claims.Time("exp")!.Value.AddSeconds(options.Value.SkewSeconds), cancellation);
    }

    // what is wrong with the token itself its bearer may know; which conditions there are is the robot's keeper's to say
    async Task<Error> RefuseAsync(Caller caller, string? robot, Error? fault, CancellationToken cancellation)
    {
        var error = fault ?? FederationErrors.NoTrust;
        if (error.Kind != ErrorKind.Unavailable) await audit.RefusedAsync(caller, robot ?? AnyRobot, error, cancellation);
        return error;
    }

    /// <summary>Forgets tokens that have ended.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.FederationUses.Where(u => u.Until < now).ExecuteDeleteAsync(cancellation);
    }
}
