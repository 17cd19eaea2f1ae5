using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Portal.TestKit.IdentityProvider;

/// <summary>A real OpenID provider (npm's <c>oidc-provider</c>) on a loopback port. The package is installed from its lock file at first use.</summary>
public sealed class IdentityProviderProcess : IAsyncDisposable
{
    static readonly SemaphoreSlim Installing = new(1, 1);

    readonly Process _process;

    IdentityProviderProcess(Process process, string url) => (_process, Url) = (process, url);

    /// <summary>Its issuer, without a slash at the end.</summary>
    public string Url { get; }

    public const string ClientId = "portal";

    /// <summary>Of characters that a form has to encode.</summary>
    public const string ClientSecret = "portal secret+%";

    /// <summary>Starts one that knows a portal at this address as its client.</summary>
    public static async Task<IdentityProviderProcess> StartAsync(Uri portal)
    {
        var folder = Folder();
        await InstallAsync(folder);
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var root = portal.GetLeftPart(UriPartial.Authority);
        var process = Run(folder, "node", "provider.mjs", port.ToString(System.Globalization.CultureInfo.InvariantCulture), root + "/c/oidc/callback", root + "/sign-in?local", root + "/c/oidc/backchannel-logout");
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line)
            if (line.StartsWith("listening ", StringComparison.Ordinal))
            {
                // read on, or a full pipe would hold it up
                _ = process.StandardOutput.ReadToEndAsync();
                _ = process.StandardError.ReadToEndAsync();
                return new(process, line["listening ".Length..]);
            }
        throw new InvalidOperationException($"The identity provider ended: {await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Replaces its only signing key.</summary>
    public async Task RotateAsync()
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(Url + "/rotate"), null);
        answer.EnsureSuccessStatusCode();
    }

    static async Task InstallAsync(string folder)
    {
        await Installing.WaitAsync();
        try
        {
            // npm writes this file last
            if (File.Exists(Path.Combine(folder, "node_modules/.package-lock.json"))) return;
            var (code, output, errors) = await ProcessEnd.RunAsync(new("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = folder }, TimeSpan.FromMinutes(5));
            if (code != 0) throw new InvalidOperationException($"npm ci failed: {output}{errors}");
        }
        finally
        {
            Installing.Release();
        }
    }

    static Process Run(string folder, string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })
        ?? throw new InvalidOperationException($"{program} does not start.");

    static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "tests/Portal.TestKit/IdentityProvider") is var folder && File.Exists(Path.Combine(folder, "provider.mjs"))) return folder;
        throw new DirectoryNotFoundException("tests/Portal.TestKit/IdentityProvider is above no folder of the running tests.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.EndAsync();
        _process.Dispose();
    }
}
