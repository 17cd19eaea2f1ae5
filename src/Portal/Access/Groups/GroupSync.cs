using Microsoft.EntityFrameworkCore;
using Portal.Access.Ldap;
using Portal.Access.Settings;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary>What a sign-in did to a person's groups.</summary>
/// <param name="Groups">The external names that count now, in ordinal order.</param>
/// <param name="Joined">How many of them are new to the person.</param>
/// <param name="Left">How many the person is no longer in.</param>
/// <param name="Ignored">Names that were left out: refused by the allow pattern, empty or too long, or beyond <see cref="GroupSync.MaxGroups"/>.</param>
/// <param name="Administrator">Whether the administrator group is among them.</param>
public sealed record GroupSyncOutcome(IReadOnlyList<string> Groups, int Joined, int Left, int Ignored, bool Administrator);

/// <summary>
/// Replaces what the directory or the identity provider says of a person's groups. Groups that Portal has not seen appear by themselves;
/// mapping rules and the administrator group give them their roles.
/// </summary>
public sealed class GroupSync(Transactions transactions, AuthSettingsStore settings, GroupGrants grants, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    /// <summary>The most groups that a person has from one source; the administrator group is never cut off.</summary>
    public const int MaxGroups = 500;

    /// <summary>
    /// The person is in exactly these groups of the source from now on: others of the same source are left, groups of other sources stay.
    /// Filters by the allow pattern of the settings. Only a change of membership is audited; the person's cached rights drop on every node.
    /// </summary>
    /// <param name="user">The person who has just been verified, with address and client for the audit log.</param>
    /// <param name="source"><see cref="GroupSource.Ldap"/> or <see cref="GroupSource.Oidc"/>.</param>
    /// <param name="externalNames">Distinguished names, or the values of the claim; any number, in any order, repeated or not.</param>
    /// <exception cref="ArgumentException">The caller is no user, or the source is local.</exception>
    public async Task<GroupSyncOutcome> ReplaceAsync(Caller user, GroupSource source, IReadOnlyCollection<string> externalNames, CancellationToken cancellation)
    {
        if (user.Kind != SubjectKind.User) throw new ArgumentException("Only users are in groups.", nameof(user));
        if (source == GroupSource.Local) throw new ArgumentException("Local groups are edited by people.", nameof(source));
        var present = await settings.CurrentAsync(cancellation);
        var (names, ignored) = Choose(present, source, externalNames);
        var outcome = await transactions.RunAsync<GroupSyncOutcome>(async db =>
        {
            var groups = await EnsureAsync(db, source, names, cancellation);
            var ids = groups.Select(g => g.Id).ToList();
            var held = await db.GroupMembers.Where(m => m.UserId == user.Id && m.Group!.Source == source).Include(m => m.Group).ToListAsync(cancellation);
            var left = held.Where(m => !ids.Contains(m.GroupId)).ToList();
            var joined = groups.Where(g => held.All(m => m.GroupId != g.Id)).ToList();
            db.GroupMembers.RemoveRange(left);
            db.GroupMembers.AddRange(joined.Select(g => new GroupMember { GroupId = g.Id, UserId = user.Id }));
            if (left.Count + joined.Count > 0)
            {
                audit.Add(db, new(user.Actor, AuditActions.Update, AuditResources.GroupMember, user.Name)
                {
                    Before = new { Groups = held.Select(m => m.Group!.Name).Order(StringComparer.Ordinal) },
                    After = new { Groups = groups.Select(g => g.Name).Order(StringComparer.Ordinal) },
                });
            }
            await db.SaveChangesAsync(cancellation);
            await grants.ApplyAsync(db, present, groups, cancellation);
            if (left.Count + joined.Count > 0) await feed.AnnounceAsync(db, cancellation, AccessTopics.OfSubject(SubjectKind.User, user.Id));
            return new GroupSyncOutcome(names, joined.Count, left.Count, ignored, names.Any(n => GroupGrants.IsAdministrators(present, source, n)));
        }, cancellation);
        return outcome.Value;
    }

    /// <summary>The names that count, in one spelling, and how many were left out.</summary>
    internal static (IReadOnlyList<string> Names, int Ignored) Choose(AuthSettings settings, GroupSource source, IReadOnlyCollection<string> externalNames)
    {
        var allowed = Allowed(settings, source);
        var distinct = externalNames.Distinct(StringComparer.Ordinal).ToList();
        var fit = distinct.Select(n => Normalize(source, n)).OfType<string>().Where(n => allowed(n) || GroupGrants.IsAdministrators(settings, source, n))
            .Distinct(StringComparer.Ordinal).OrderByDescending(n => GroupGrants.IsAdministrators(settings, source, n)).ThenBy(n => n, StringComparer.Ordinal).ToList();
        var names = fit.Take(MaxGroups).Order(StringComparer.Ordinal).ToList();
        return (names, distinct.Count - names.Count);
    }

    /// <summary>An external name in the spelling that it is kept in; null when it is none.</summary>
    internal static string? Normalize(GroupSource source, string name)
    {
        var text = source == GroupSource.Ldap ? DistinguishedName.Normalize(name) : name.Trim();
        return text is { Length: > 0 and <= Group.MaxExternalNameLength } && !text.Any(char.IsControl) ? text : null;
    }

    static Func<string, bool> Allowed(AuthSettings settings, GroupSource source)
    {
        if (source == GroupSource.Ldap)
        {
            if (settings.Ldap.GroupAllow.Length == 0) return _ => true;
            var pattern = GroupPattern.Parse(settings.Ldap.GroupAllow).Value;
            var whole = pattern.Text.Contains('=', StringComparison.Ordinal);
            return name => pattern.Match(whole ? name : RuleBook.Leaf(source, name)) is not null;
        }
        if (settings.Oidc.GroupFilter.Length == 0) return _ => true;
        var regex = new System.Text.RegularExpressions.Regex(settings.Oidc.GroupFilter, System.Text.RegularExpressions.RegexOptions.NonBacktracking | System.Text.RegularExpressions.RegexOptions.CultureInvariant);
        return regex.IsMatch;
    }

    async Task<List<Group>> EnsureAsync(PortalDbContext db, GroupSource source, IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var found = await db.Groups.Where(g => g.Source == source && names.Contains(g.ExternalName)).ToListAsync(cancellation);
        var missing = names.Except(found.Select(g => g.ExternalName), StringComparer.Ordinal).ToList();
        if (missing.Count == 0) return found;
        var wanted = missing.ConvertAll(n => (External: n, Choices: GroupNames.Choices(source, n)));
        var choices = wanted.SelectMany(w => w.Choices).ToList();
        var taken = (await db.Groups.Where(g => choices.Contains(g.Name)).Select(g => g.Name).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        foreach (var (external, names2) in wanted)
        {
            var group = new Group { Name = names2.First(taken.Add), Source = source, ExternalName = external, CreatedAt = time.GetUtcNow() };
            db.Groups.Add(group);
            found.Add(group);
        }
        await db.SaveChangesAsync(cancellation);
        return found;
    }
}

/// <summary>What Portal calls groups that appear by themselves.</summary>
static class GroupNames
{
    /// <summary>The names to try, the nicest first. The last is taken by no other group.</summary>
    public static IReadOnlyList<string> Choices(GroupSource source, string external)
    {
        var leaf = RuleBook.Leaf(source, external);
        var mark = source == GroupSource.Ldap ? "ldap" : "oidc";
        var key = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(external)), 0, 8);
        return [Cut(leaf, 0), $"{Cut(leaf, 10)} ({mark})", $"{Cut(leaf, 30)} ({mark} {key})"];
    }

    static string Cut(string text, int room) => text.Length <= Group.MaxNameLength - room ? text : text[..(Group.MaxNameLength - room)];
}
