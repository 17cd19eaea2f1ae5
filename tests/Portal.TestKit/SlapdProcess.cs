using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Portal.TestKit;

/// <summary>
/// A real OpenLDAP server on free loopback ports with a folder of its own, people below <c>ou=people,dc=example,dc=org</c> and groups below <c>ou=groups,dc=example,dc=org</c>.
/// It speaks LDAP, StartTLS and LDAPS with a certificate that nobody trusts. Needs the Debian packages slapd and ldap-utils.
/// </summary>
public sealed class SlapdProcess : IAsyncDisposable
{
    public const string BaseDn = "dc=example,dc=org";
    public const string People = "ou=people," + BaseDn;
    public const string Groups = "ou=groups," + BaseDn;
    public const string AdminDn = "cn=admin," + BaseDn;
    public const string AdminPassword = "directory-secret-1";

    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    readonly string _folder;
    readonly int _port, _tlsPort;
    Process? _process;

    SlapdProcess(string folder, int port, int tlsPort) => (_folder, _port, _tlsPort) = (folder, port, tlsPort);

    /// <summary>Its address, such as <c>ldap://127.0.0.1:40123</c>.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{_port}");

    /// <summary>The address with TLS from the start.</summary>
    public string TlsUrl => string.Create(CultureInfo.InvariantCulture, $"ldaps://127.0.0.1:{_tlsPort}");

    /// <summary>Starts a directory without people.</summary>
    public static async Task<SlapdProcess> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("portal-slapd-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        await WriteCertificateAsync(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "slapd.conf"), Config(folder));
        var slapd = new SlapdProcess(folder, FreePort(), FreePort());
        await slapd.ResumeAsync();
        await slapd.AddAsync($"""
            dn: {BaseDn}
            objectClass: dcObject
            objectClass: organization
            o: Example
            dc: example

            dn: {People}
            objectClass: organizationalUnit
            ou: people

            dn: {Groups}
            objectClass: organizationalUnit
            ou: groups

            """);
        return slapd;
    }

    /// <summary>Adds a person, whose password is <paramref name="password"/>.</summary>
    public Task AddPersonAsync(string uid, string password, string mail = "", string name = "") => AddAsync($"""
        dn: uid={uid},{People}
        objectClass: inetOrgPerson
        uid: {uid}
        cn: {(name.Length > 0 ? name : uid)}
        sn: {uid}
        mail: {(mail.Length > 0 ? mail : uid + "@example.org")}
        userPassword: {password}

        """);

    /// <summary>Adds a group of people.</summary>
    public Task AddGroupAsync(string name, params string[] uids) => AddAsync($"""
        dn: cn={name},{Groups}
        objectClass: groupOfNames
        cn: {name}
        {string.Join("\n", uids.Select(u => $"member: uid={u},{People}"))}

        """);

    /// <summary>Replaces the people of a group.</summary>
    public Task SetGroupAsync(string name, params string[] uids) => ToolAsync("ldapmodify", $"""
        dn: cn={name},{Groups}
        changetype: modify
        replace: member
        {string.Join("\n", uids.Select(u => $"member: uid={u},{People}"))}

        """);

    /// <summary>Adds entries from LDIF.</summary>
    public Task AddAsync(string ldif) => ToolAsync("ldapadd", ldif);

    /// <summary>Changes entries by LDIF.</summary>
    public Task ModifyAsync(string ldif) => ToolAsync("ldapmodify", ldif);

    /// <summary>Stops answering; what it holds stays.</summary>
    public async Task PauseAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.EndAsync();
        }
        _process.Dispose();
        _process = null;
    }

    /// <summary>Answers again, on the same ports.</summary>
    public async Task ResumeAsync()
    {
        var info = Info("slapd", "-d", "0", "-f", Path.Combine(_folder, "slapd.conf"), "-h", $"{Url} {TlsUrl}");
        info.RedirectStandardError = false;
        _process = Start(info);
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (_process.HasExited) throw new InvalidOperationException($"slapd ended with {_process.ExitCode}.");
            if (watch.Elapsed > StartLimit) throw new InvalidOperationException("slapd did not listen in time.");
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, _port);
                return;
            }
            catch (SocketException)
            {
                // not listening yet
            }
        }
    }

    async Task ToolAsync(string tool, string ldif)
    {
        var info = Info(tool, "-x", "-H", Url, "-D", AdminDn, "-w", AdminPassword);
        info.RedirectStandardInput = true;
        using var process = Start(info);
        await process.StandardInput.WriteAsync(ldif);
        process.StandardInput.Close();
        var errors = await process.StandardError.ReadToEndAsync().WaitAsync(StartLimit);
        await process.EndAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{tool} ended with {process.ExitCode}: {errors}\n{ldif}");
    }

    static ProcessStartInfo Info(string tool, params string[] arguments)
    {
        var sbin = Path.Combine("/usr/sbin", tool);
        var info = new ProcessStartInfo(File.Exists(sbin) ? sbin : tool) { RedirectStandardError = true, RedirectStandardOutput = tool != "slapd" };
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        return info;
    }

    static Process Start(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{info.FileName} is not installed; install the Debian packages slapd and ldap-utils.", e);
        }
    }

    static string Config(string folder)
    {
        var text = new StringBuilder();
        foreach (var schema in (string[])["core", "cosine", "inetorgperson"]) text.Append(CultureInfo.InvariantCulture, $"include /etc/ldap/schema/{schema}.schema\n");
        return text.Append(CultureInfo.InvariantCulture, $"""
            modulepath /usr/lib/ldap
            moduleload back_mdb
            moduleload memberof
            pidfile {folder}/slapd.pid
            TLSCertificateFile {folder}/cert.pem
            TLSCertificateKeyFile {folder}/key.pem
            disallow bind_anon
            database mdb
            suffix "{BaseDn}"
            rootdn "{AdminDn}"
            rootpw {AdminPassword}
            directory {folder}/data
            access to attrs=userPassword by anonymous auth by * none
            access to * by users read by anonymous auth
            overlay memberof

            """).ToString();
    }

    static async Task WriteCertificateAsync(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        await File.WriteAllTextAsync(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await PauseAsync();
        Directory.Delete(_folder, true);
    }
}
