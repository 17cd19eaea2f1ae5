using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>
/// The accounts of people whom somebody else vouches for. An account belongs to its source, issuer and subject and to nothing else: neither an equal name nor
/// an equal e-mail address ever joins two.
/// </summary>
public sealed class ExternalAccounts(Transactions transactions, AccountEffects effects)
{
    /// <summary>
    /// The account of a person who has been verified, made when there is none. Display name and e-mail follow the source. A disabled account is refused with <c>UNAUTHORIZED</c>.
    /// </summary>
    /// <param name="caller">The anonymous caller with the address and client of the request, or whoever imports.</param>
    /// <param name="wantedName">What the new account is called when that name is free; otherwise the source's name is put behind it, as in <c>ann@ldap</c>.</param>
    /// <returns>The person, with the caller's address and client.</returns>
    public Task<Result<Caller>> EnsureAsync(Caller caller, UserSource source, string issuer, string subject, string wantedName, UserProfile profile, CancellationToken cancellation) =>
        transactions.RunAsync<Caller>(async db =>
        {
            var user = await db.Users.FirstOrDefaultAsync(u => u.Source == source && u.ExternalIssuer == issuer && u.ExternalSubject == subject && !u.Deleted, cancellation);
            if (user is { DisabledAt: not null }) return AccessErrors.WrongCredentials;
            if (user is null)
            {
                user = effects.NewUser(await NameAsync(db, source, subject, wantedName, cancellation), Fit(profile), false);
                (user.Source, user.ExternalIssuer, user.ExternalSubject) = (source, issuer, subject);
                db.Users.Add(user);
                var actor = caller.IsAnonymous ? caller with { Name = user.UserName! } : caller;
                effects.Audit(db, actor, AuditActions.Create, user.UserName!, null, new { Name = user.UserName, Source = source.ToString(), user.DisplayName, user.Email });
            }
            else Refresh(user, Fit(profile));
            await db.SaveChangesAsync(cancellation);
            return caller with { Kind = SubjectKind.User, Id = user.Id, Name = user.UserName! };
        }, cancellation);

    /// <summary>The user names of the accounts that these people of a source have, by their subjects; who has none is left out.</summary>
    public async Task<IReadOnlyDictionary<string, string>> NamesAsync(UserSource source, string issuer, IReadOnlyCollection<string> subjects, CancellationToken cancellation)
    {
        if (subjects.Count == 0) return new Dictionary<string, string>();
        var named = await transactions.RunAsync<Dictionary<string, string>>(async db => await db.Users.AsNoTracking()
            .Where(u => u.Source == source && u.ExternalIssuer == issuer && subjects.Contains(u.ExternalSubject!) && !u.Deleted).ToDictionaryAsync(u => u.ExternalSubject!, u => u.UserName!, StringComparer.Ordinal, cancellation), cancellation);
        return named.Value;
    }

    void Refresh(User user, UserProfile profile)
    {
        var mail = profile.Email.Length > 0 ? profile.Email : user.Email;
        var shown = profile.DisplayName.Length > 0 ? profile.DisplayName.Trim() : user.DisplayName;
        if (user.Email == mail && user.DisplayName == shown) return;
        (user.DisplayName, user.Email, user.NormalizedEmail, user.UpdatedAt) = (shown, mail, mail?.ToUpperInvariant(), effects.Now);
    }

    static async Task<string> NameAsync(PortalDbContext db, UserSource source, string subject, string wanted, CancellationToken cancellation)
    {
        var clean = string.Concat(wanted.Trim().Select(c => UserRules.Name(c.ToString()) is null ? c : '-'));
        if (clean.Length == 0) clean = "user";
        if (clean.Length > User.MaxNameLength - 40) clean = clean[..(User.MaxNameLength - 40)];
        var mark = source == UserSource.Ldap ? "ldap" : "oidc";
        var key = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(subject)), 0, 8);
        string[] choices = [clean, $"{clean}@{mark}", $"{clean}@{mark}-{key}"];
        var upper = choices.Select(c => c.ToUpperInvariant()).ToList();
        var taken = await db.Users.Where(u => upper.Contains(u.NormalizedUserName!)).Select(u => u.NormalizedUserName).ToListAsync(cancellation);
        return choices.First(c => c == choices[^1] || !taken.Contains(c.ToUpperInvariant()));
    }

    // A source may say more, or other things, than an account can hold.
    static UserProfile Fit(UserProfile profile)
    {
        var shown = profile.DisplayName.Length > 255 ? profile.DisplayName[..255] : profile.DisplayName;
        return UserRules.Profile(new("", profile.Email, "")) is null ? new(shown, profile.Email, "") : new(shown, "", "");
    }
}
