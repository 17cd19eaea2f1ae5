using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Portal.Access.Settings;
using Portal.Kernel;

namespace Portal.Access.Ldap;

/// <summary>A person as the directory has them.</summary>
/// <param name="Dn">As the directory writes it.</param>
/// <param name="Key">What never changes: the entry's UUID, or where a directory has none, its name.</param>
/// <param name="Uid">What the person types.</param>
/// <param name="Groups">The distinguished names of their groups, when these were asked for.</param>
public sealed record LdapPerson(string Dn, string Key, string Uid, string DisplayName, string Email, IReadOnlyList<string> Groups);

/// <summary>A group as the directory has it.</summary>
public sealed record LdapGroup(string Dn, string Name);

/// <summary>
/// Talks to a directory: a few conversations at a time, each within the time limit of the settings. Nothing is kept between two conversations.
/// </summary>
public sealed class LdapDirectory(ILogger<LdapDirectory> log) : IDisposable
{
    /// <summary>The most entries that a search gives.</summary>
    public const int MaxFound = 100;

    /// <summary>The most groups that are read for one person.</summary>
    public const int MaxGroups = 1_000;

    const int MaxConversations = 16;

    static readonly string[] KeyAttributes = ["entryUUID", "objectGUID", "ipaUniqueID", "nsUniqueId"];

    readonly SemaphoreSlim _gate = new(MaxConversations);

    /// <summary>Connects and binds as who searches, and looks whether the base is there.</summary>
    public async Task<Result> PingAsync(LdapSettings settings, CancellationToken cancellation)
    {
        var found = await TalkAsync(settings, session =>
        {
            session.BindForSearch();
            return settings.BaseDn.Length == 0 || session.Search(settings.BaseDn, LdapScope.Base, "(objectClass=*)", 1, "1.1").Count == 1 ? Result.Success : Error.Invalid("ldap_base_dn", $"There is no entry {settings.BaseDn}, or {Searcher(settings)} may not see it.");
        }, cancellation);
        return found.Ok ? found.Value : found.Error;
    }

    /// <summary>
    /// The person with this name and password, with their groups; null when either is wrong. An unknown name costs as many exchanges as a wrong password.
    /// </summary>
    public Task<Result<Found>> SignInAsync(LdapSettings settings, string uid, string password, CancellationToken cancellation) => TalkAsync(settings, session =>
    {
        session.BindForSearch();
        var entries = People(session, settings, LdapFilter.Equal(settings.UidAttribute, uid), 2);
        var dn = entries is [var only] ? only.DistinguishedName : $"cn={Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))},{settings.BaseDn}";
        try
        {
            using var own = new LdapSession(settings);
            own.Bind(dn, password);
        }
        catch (LdapException e) when (e.ErrorCode == LdapErrors.InvalidCredentials)
        {
            return new Found(null);
        }
        catch (DirectoryOperationException e) when (e.Response?.ResultCode is ResultCode.NoSuchObject or ResultCode.InappropriateAuthentication or ResultCode.UnwillingToPerform)
        {
            return new Found(null);
        }
        return entries is [var entry] ? new Found(WithGroups(session, settings, Person(settings, entry))) : new Found(null);
    }, cancellation);

    /// <summary>The person with this exact name and their groups, without a password; null when there is none or more than one.</summary>
    public Task<Result<Found>> FindAsync(LdapSettings settings, string uid, CancellationToken cancellation) => TalkAsync(settings, session =>
    {
        session.BindForSearch();
        return People(session, settings, LdapFilter.Equal(settings.UidAttribute, uid), 2) is [var only] ? new Found(WithGroups(session, settings, Person(settings, only))) : new Found(null);
    }, cancellation);

    /// <summary>People whose name contains the text, at most <see cref="MaxFound"/>, by name, without groups.</summary>
    public Task<Result<List<LdapPerson>>> SearchPeopleAsync(LdapSettings settings, string text, CancellationToken cancellation) => TalkAsync(settings, session =>
    {
        session.BindForSearch();
        return People(session, settings, LdapFilter.Contains(settings.UidAttribute, text), MaxFound).Select(e => Person(settings, e)).OrderBy(p => p.Uid, StringComparer.Ordinal).ToList();
    }, cancellation);

    /// <summary>Groups by a part of their name, or the one of a distinguished name; at most <see cref="MaxFound"/>, by name.</summary>
    public Task<Result<List<LdapGroup>>> SearchGroupsAsync(LdapSettings settings, string name, string? dn, CancellationToken cancellation) => TalkAsync(settings, session =>
    {
        session.BindForSearch();
        var filter = LdapFilter.And(settings.GroupFilter, LdapFilter.Contains(settings.GroupNameAttribute, dn is null ? name : ""));
        var found = dn is null ? session.Search(GroupBase(settings), settings.GroupScope, filter, MaxFound, settings.GroupNameAttribute) : session.Search(dn, LdapScope.Base, filter, 1, settings.GroupNameAttribute);
        return found.Select(e => new LdapGroup(e.DistinguishedName, Text(e, settings.GroupNameAttribute))).OrderBy(g => g.Name, StringComparer.Ordinal).ToList();
    }, cancellation);

    static string GroupBase(LdapSettings settings) => settings.GroupBaseDn.Length > 0 ? settings.GroupBaseDn : settings.BaseDn;

    static string Searcher(LdapSettings settings) => settings.SearchDn.Length > 0 ? settings.SearchDn : "an anonymous search";

    static IReadOnlyList<SearchResultEntry> People(LdapSession session, LdapSettings settings, string filter, int most) =>
        session.Search(settings.BaseDn, settings.Scope, LdapFilter.And(settings.Filter, filter), most,
            [settings.UidAttribute, "cn", "displayName", "mail", settings.MembershipAttribute, .. KeyAttributes]);

    static LdapPerson Person(LdapSettings settings, SearchResultEntry entry)
    {
        var shown = Text(entry, "displayName");
        return new(entry.DistinguishedName, Key(entry), Text(entry, settings.UidAttribute), shown.Length > 0 ? shown : Text(entry, "cn"), Text(entry, "mail"), Texts(entry, settings.MembershipAttribute));
    }

    // What the person's entry lists counts as it is unless groups are confined to a base or a filter: then the directory is asked which of them are there.
    static LdapPerson WithGroups(LdapSession session, LdapSettings settings, LdapPerson person)
    {
        if (settings.GroupBaseDn.Length == 0) return person;
        var dn = LdapFilter.Escape(person.Dn);
        var filter = LdapFilter.And(settings.GroupFilter, $"(|(member={dn})(uniqueMember={dn})(memberUid={LdapFilter.Escape(person.Uid)}))");
        var searched = session.Search(settings.GroupBaseDn, settings.GroupScope, filter, MaxGroups, settings.GroupNameAttribute).Select(e => e.DistinguishedName);
        var listed = settings.GroupFilter.Length > 0 || !DistinguishedName.TryParse(settings.GroupBaseDn, out var below) ? []
            : person.Groups.Where(g => DistinguishedName.TryParse(g, out var name) && name.IsAtOrBelow(below));
        return person with { Groups = [.. searched.Concat(listed).DistinctBy(g => DistinguishedName.Normalize(g) ?? g).Take(MaxGroups)] };
    }

    static string Key(SearchResultEntry entry)
    {
        foreach (var name in KeyAttributes)
        {
            if (!entry.Attributes.Contains(name) || entry.Attributes[name].Count == 0) continue;
            return name == "objectGUID"
                ? new Guid((byte[])entry.Attributes[name].GetValues(typeof(byte[]))[0]).ToString()
                : Text(entry, name).ToLowerInvariant();
        }
        return "dn:" + (DistinguishedName.Normalize(entry.DistinguishedName) ?? entry.DistinguishedName);
    }

    static string Text(SearchResultEntry entry, string attribute) => Texts(entry, attribute) is [var first, ..] ? first : "";

    static IReadOnlyList<string> Texts(SearchResultEntry entry, string attribute) =>
        entry.Attributes.Contains(attribute) ? [.. entry.Attributes[attribute].GetValues(typeof(string)).Cast<string>()] : [];

    async Task<Result<T>> TalkAsync<T>(LdapSettings settings, Func<LdapSession, T> conversation, CancellationToken cancellation)
    {
        if (!LdapAddress.TryParse(settings.Url, out var address)) return Error.Invalid("ldap_url", "ldap_url is not set.");
        if (!await _gate.WaitAsync(settings.TimeLimit, cancellation)) return LdapSignInErrors.Unavailable(address, "it is busy with other sign-ins");
        var work = Task.Run(() =>
        {
            try
            {
                using var session = new LdapSession(settings);
                return conversation(session);
            }
            finally
            {
                _gate.Release();
            }
        }, CancellationToken.None);
        try
        {
            return await work.WaitAsync(settings.TimeLimit, cancellation);
        }
        catch (Exception e) when (Says(e, address) is { } error)
        {
            if (error.Kind == ErrorKind.Unavailable) log.LogWarning("The directory {Directory} does not serve: {Reason}", settings.Url, error.Message);
            if (!work.IsCompleted) _ = work.ContinueWith(t => log.LogDebug(t.Exception, "A conversation with {Directory} ended late", settings.Url), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return error;
        }
    }

    public void Dispose() => _gate.Dispose();

    static Error? Says(Exception e, LdapAddress address) => e switch
    {
        TimeoutException => LdapSignInErrors.Unavailable(address, "it did not answer within the time limit"),
        LdapException { ErrorCode: LdapErrors.InvalidCredentials } => LdapSignInErrors.SearchRefused,
        LdapException or SocketException => LdapSignInErrors.Unavailable(address, e.Message.TrimEnd('.')),
        TlsOperationException => LdapSignInErrors.Unavailable(address, $"StartTLS failed: {e.Message.TrimEnd('.')}"),
        DirectoryOperationException { Response.ResultCode: ResultCode.NoSuchObject } => Error.Invalid("ldap_base_dn", "The directory has no entry where the search begins."),
        DirectoryOperationException d => new("DIRECTORY_REFUSED", string.Create(CultureInfo.InvariantCulture, $"The directory refused: {d.Response?.ResultCode.ToString() ?? d.Message}."), ErrorKind.Invalid),
        _ => null,
    };
}

/// <summary>One person or nobody.</summary>
public sealed record Found(LdapPerson? Person);

static class LdapSignInErrors
{
    public static Error SearchRefused { get; } = new("DIRECTORY_REFUSED", "The directory refused ldap_search_dn with its password.", ErrorKind.Invalid, "ldap_search_dn");

    public static Error Unavailable(LdapAddress address, string why) => new("DIRECTORY_UNAVAILABLE",
        string.Create(CultureInfo.InvariantCulture, $"The directory {address.Host}:{address.Port} cannot be used: {why}."), ErrorKind.Unavailable);

    /// <summary>What somebody who signs in is told; it says nothing of the network.</summary>
    public static Error SignInUnavailable { get; } = new("DIRECTORY_UNAVAILABLE", "The directory does not answer, so its accounts cannot sign in now. Local accounts can.", ErrorKind.Unavailable);
}
