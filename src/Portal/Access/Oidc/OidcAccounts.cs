using Microsoft.EntityFrameworkCore;
using Portal.Access.Groups;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Oidc;

/// <summary>
/// Accounts of people whom the provider vouches for. An account is found by issuer and subject, letter by letter, and by nothing else: neither the
/// e-mail address nor the name joins one to an account that is there.
/// </summary>
public sealed class OidcAccounts(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, AccountEffects effects, GroupSync groups, AuditLog audit)
{
    /// <summary>The person's account as a caller, with groups brought up to date; null when there is none yet. Refuses a disabled one.</summary>
    /// <param name="caller">The anonymous caller with the address and client of the request.</param>
    public async Task<Result<Caller?>> FindAsync(OidcIdentity identity, Caller caller, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var user = await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.Source == UserSource.Oidc && u.ExternalIssuer == identity.Issuer && u.ExternalSubject == identity.Subject && !u.Deleted, cancellation);
        if (user is null) return (Caller?)null;
        if (user.DisabledAt is not null)
        {
            await RefusedAsync(caller, user.UserName!, OidcErrors.Disabled, cancellation);
            return OidcErrors.Disabled;
        }
        var found = caller with { Kind = SubjectKind.User, Id = user.Id, Name = user.UserName! };
        // no claim in the settings, no groups of the provider's: what a claim once gave is taken back
        await groups.ReplaceAsync(found, GroupSource.Oidc, identity.Groups ?? [], cancellation);
        return found;
    }

    /// <summary>Makes the account under this name. Refuses a name that is no user name or is somebody's.</summary>
    public async Task<Result<Caller>> CreateAsync(OidcIdentity identity, string name, Caller caller, CancellationToken cancellation)
    {
        if (UserRules.Name(name) is { } wrong) return wrong;
        var profile = new UserProfile(Fit(identity.DisplayName), Fit(identity.Email), "");
        if (UserRules.Profile(profile) is not null) profile = profile with { Email = "" };
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
        {
            var user = effects.NewUser(name, profile, mustChange: false);
            (user.Source, user.ExternalIssuer, user.ExternalSubject) = (UserSource.Oidc, identity.Issuer, identity.Subject);
            db.Users.Add(user);
            effects.Audit(db, caller with { Name = name }, AuditActions.Create, name, null, new { name, profile.DisplayName, profile.Email, identity.Issuer, identity.Subject });
            try
            {
                await db.SaveChangesAsync(cancellation);
            }
            catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
            {
                // the person clicked twice, or the name is somebody's
                var own = await FindAsync(identity, caller, cancellation);
                return !own.Ok ? own.Error : own.Value is { } account ? account : AccessErrors.UserNameTaken(name);
            }
        }
        var made = await FindAsync(identity, caller, cancellation);
        return made.Ok ? made.Value! : made.Error;
    }

    /// <summary>True for a person whom the provider vouches for.</summary>
    public async Task<bool> IsOidcAsync(Caller caller, CancellationToken cancellation)
    {
        if (caller.Kind != SubjectKind.User) return false;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Users.AnyAsync(u => u.Id == caller.Id && u.Source == UserSource.Oidc, cancellation);
    }

    /// <summary>Writes down a sign-in that did not go on.</summary>
    public Task RefusedAsync(Caller caller, string name, Error error, CancellationToken cancellation) =>
        audit.WriteAsync(new(caller.Actor with { Name = name }, AuditActions.SignIn, AuditResources.User, name) { Success = false, After = new { By = "oidc", Reason = error.Code } }, cancellation);

    static string Fit(string text)
    {
        var clean = string.Concat(text.Where(c => !char.IsControl(c))).Trim();
        return clean.Length <= 255 ? clean : "";
    }
}
