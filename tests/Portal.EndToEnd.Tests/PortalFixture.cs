using System.Diagnostics;
using Microsoft.Playwright;
using Portal.TestKit;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>
/// The published Launcher with a PostgreSQL and a registry of its own, and a real Chromium. Started once for all journeys; the first one signs in with the
/// one-time password and leaves an administrator behind.
/// </summary>
public sealed class PortalFixture : IAsyncLifetime
{
    public const string AdminPassword = "correct horse battery";
    readonly string _folder = Directory.CreateTempSubdirectory("portal-e2e-").FullName;
    readonly SemaphoreSlim _first = new(1, 1);
    LauncherProcess? _launcher;
    IPlaywright? _playwright;
    IReadOnlyList<BrowserContextCookiesResult>? _admin;

    public Uri Url => _launcher!.Url;
    public IBrowser Browser { get; private set; } = default!;
    public string Host => Url.Authority;

    /// <summary>Where the registry keeps a blob.</summary>
    public string BlobFile(Portal.Kernel.Digest digest) => Path.Combine(_folder, "data", "registry", "docker/registry/v2/blobs/sha256", digest.Hex[..2], digest.Hex, "data");

    /// <summary>What the first start wrote down for the operator.</summary>
    public string OneTimePassword => File.ReadAllText(Path.Combine(_folder, "data", "first-run-password")).Trim();

    public async Task InitializeAsync()
    {
        var dll = await PublishAsync();
        _launcher = LauncherProcess.Start(Path.Combine(_folder, "data"), dll: dll);
        await _launcher.WaitUntilHealthyAsync();
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("PORTAL_CHROMIUM") ?? "/usr/bin/chromium",
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>
    /// A browser in which the administrator is signed in. The first call goes through the first run: the one-time password that the start wrote down, then a password of one's own.
    /// </summary>
    public async Task<Visitor> AdministratorAsync(int width = 1280, int height = 1000, ColorScheme theme = ColorScheme.Light)
    {
        await _first.WaitAsync();
        try
        {
            if (_admin is null)
            {
                await using var visitor = await Visitor.ArriveAsync(this);
                await visitor.SignInAsync("admin", OneTimePassword);
                await visitor.Page.WaitForURLAsync("**/first-run", new() { WaitUntil = WaitUntilState.Commit });
                await visitor.ShootAllAsync("first-run");
                await visitor.Page.GetByLabel("New password").FillAsync(AdminPassword);
                await visitor.Page.GetByLabel("The same again").FillAsync(AdminPassword);
                await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Save password" }).ClickAsync();
                await visitor.Page.WaitForURLAsync(Url.AbsoluteUri, new() { WaitUntil = WaitUntilState.Commit });
                _admin = await visitor.CookiesAsync();
            }
        }
        finally
        {
            _first.Release();
        }
        return await Visitor.ArriveAsync(this, width, height, theme, _admin);
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null) await Browser.CloseAsync();
        _playwright?.Dispose();
        _first.Dispose();
        if (_launcher is not null) await _launcher.DisposeAsync();
        Directory.Delete(_folder, true);
    }

    async Task<string> PublishAsync()
    {
        // The tests' own folder ends in <configuration>/net10.0; what is published is the same build.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var output = Path.Combine(_folder, "published");
        await ToolAsync("dotnet", ["publish", Path.Combine(Root, "src/Portal.Launcher"), "-c", configuration, "--no-build", "-o", output, "--nologo", "-v", "q"]);
        return Path.Combine(output, "Portal.Launcher.dll");
    }

    /// <summary>The folder of the clone.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    public static async Task<string> ToolAsync(string program, IEnumerable<string> arguments)
    {
        var (code, output, errors) = await ProcessEnd.RunAsync(new(program, arguments), TimeSpan.FromMinutes(5));
        return code == 0 ? output : throw new InvalidOperationException($"{program} ended with {code}: {output}{errors}");
    }

    static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Portal.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Portal.sln is not above the tests.");
        return folder;
    }
}

[CollectionDefinition("portal")]
public sealed class PortalCollection : ICollectionFixture<PortalFixture>;
