using System.DirectoryServices.Protocols;
using System.Net;
using Portal.Access.Settings;

namespace Portal.Access.Ldap;

/// <summary>One conversation with a directory. Its calls wait; see <see cref="LdapDirectory"/>.</summary>
sealed class LdapSession : IDisposable
{
    readonly LdapConnection _connection;
    readonly LdapSettings _settings;

    public LdapSession(LdapSettings settings)
    {
        _settings = settings;
        if (!LdapAddress.TryParse(settings.Url, out var address)) throw new ArgumentException("The directory's address is not ldap://host:port.", nameof(settings));
        _connection = LdapNative.Create(address, settings.VerifyCertificate, settings.TimeLimit, () => Make(settings, address));
        if (settings.StartTls) _connection.SessionOptions.StartTransportLayerSecurity(null);
    }

    static LdapConnection Make(LdapSettings settings, LdapAddress address)
    {
        var connection = new LdapConnection(new LdapDirectoryIdentifier(address.Host, address.Port, true, false), null, AuthType.Anonymous) { AutoBind = false, Timeout = settings.TimeLimit };
        connection.SessionOptions.ProtocolVersion = 3;
        connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
        if (address.Tls) connection.SessionOptions.SecureSocketLayer = true;
        if (OperatingSystem.IsWindows())
        {
            if (!settings.VerifyCertificate) connection.SessionOptions.VerifyServerCertificate = (_, _) => true;
            return connection;
        }
        // Without a context of its own a connection shares the process's, and with it that one's view of certificates.
        if (address.Tls || settings.StartTls) connection.SessionOptions.StartNewTlsSessionContext();
        return connection;
    }

    /// <summary>Becomes who searches.</summary>
    public void BindForSearch()
    {
        if (_settings.SearchDn.Length == 0) _connection.Bind(new NetworkCredential());
        else Bind(_settings.SearchDn, _settings.SearchPassword);
    }

    /// <summary>Becomes an entry by its password. An empty one is refused: a directory takes it for nobody and says yes.</summary>
    public void Bind(string dn, string password)
    {
        if (password.Length == 0) throw new LdapException(LdapErrors.InvalidCredentials, "An empty password proves nothing.");
        _connection.AuthType = AuthType.Basic;
        _connection.Bind(new NetworkCredential(dn, password));
    }

    /// <summary>Searches; what a size limit leaves is taken as it is.</summary>
    public IReadOnlyList<SearchResultEntry> Search(string baseDn, LdapScope scope, string filter, int most, params string[] attributes)
    {
        var request = new SearchRequest(baseDn, filter, scope switch { LdapScope.Base => SearchScope.Base, LdapScope.OneLevel => SearchScope.OneLevel, _ => SearchScope.Subtree }, attributes)
        {
            SizeLimit = most,
            TimeLimit = _settings.TimeLimit,
        };
        try
        {
            return Entries((SearchResponse)_connection.SendRequest(request));
        }
        catch (DirectoryOperationException e) when (e.Response is SearchResponse { ResultCode: ResultCode.SizeLimitExceeded } part)
        {
            return Entries(part);
        }
        catch (DirectoryOperationException e) when (e.Response?.ResultCode == ResultCode.NoSuchObject && scope == LdapScope.Base)
        {
            return [];
        }
    }

    static IReadOnlyList<SearchResultEntry> Entries(SearchResponse response) => [.. response.Entries.Cast<SearchResultEntry>()];

    public void Dispose() => _connection.Dispose();
}

/// <summary>Result codes of libldap that are told apart.</summary>
static class LdapErrors
{
    public const int InvalidCredentials = 49;
}
