using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Data;
using Portal.Integration.Tests.Api;
using Portal.Integration.Tests.Gateway;
using Portal.Integration.Tests.Web;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>Somebody of the security table.</summary>
/// <param name="Letter">How rows name them; small letters are credentials that died.</param>
/// <param name="Name">The account's name; empty for nobody.</param>
/// <param name="Door">What they show to the API and the registry; null for nothing.</param>
public sealed record MatrixCaller(char Letter, string Name, AuthenticationHeaderValue? Door)
{
    /// <summary>Their browser, signed in; one that never signed in for those who have no session.</summary>
    public SiteVisitor Browser { get; init; } = null!;

    /// <summary>The antiforgery token of one of their pages.</summary>
    public string FormToken { get; init; } = "";

    /// <summary>True for who sees neither the own project nor a foreign one.</summary>
    public bool Outside => Letter is 'O' or 'X' or 'R' or 'F';

    /// <summary>True for who sees every project, and is therefore told what is there.</summary>
    public bool SeesAll => Letter is 'S' or 'V';

    public override string ToString() => $"{Letter} ({(Name.Length > 0 ? Name : "nobody")})";
}

/// <summary>What a request got, and what it asked of the database.</summary>
public sealed record MatrixAnswer(int Status, string Text, IReadOnlyList<string> Headers, IReadOnlyList<string> Statements)
{
    /// <summary>Status, headers and body with what the request itself named put away, to be compared with another's.</summary>
    public string Without(params ReadOnlySpan<string> named)
    {
        var text = $"{Status}\n{string.Join('\n', Headers)}\n{Text}";
        foreach (var name in named) text = text.Replace(name, "{asked}", StringComparison.Ordinal);
        return text;
    }
}

/// <summary>
/// The server of the security table: the projects <c>own</c> and <c>foreign</c> with an image each, and everybody who may ask: nobody, an outsider, each role of
/// <c>own</c>, an auditor of the project and one of the system, robots of both projects, the administrator, somebody who was a member, and credentials that died.
/// </summary>
public sealed class MatrixFixture : IAsyncLifetime
{
    /// <summary>Headers that are new with each answer.</summary>
    internal static readonly string[] Changing = ["X-Request-Id", "Date", "Set-Cookie"];

    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    readonly ShiftedTime _time = new();
    readonly StatementCounter _statements = new();
    RegistryProcess _registry = null!;
    int _requests;

    public ApiFixture Api { get; } = new();

    public PortalHost Host => Api.Host;

    /// <summary>Everybody alive, by letter: N nobody, O outsider, L G D M A the roles of <c>own</c>, U its auditor, V the system's, R its robot, F the robot of <c>foreign</c>, X a former member, S the administrator.</summary>
    public IReadOnlyList<MatrixCaller> Living { get; private set; } = [];

    /// <summary>Credentials that are good no more: t a token that expired, k one that was revoked, d one of a disabled account.</summary>
    public IReadOnlyList<MatrixCaller> Dead { get; private set; } = [];

    /// <summary>A credential that never was, which the dead must not be told from.</summary>
    public MatrixCaller Wrong { get; private set; } = null!;

    /// <summary>The registry token that a caller was given while all was well; for R, X and the dead.</summary>
    public Dictionary<char, string> RegistryTokens { get; } = [];

    /// <summary>A robot of the system.</summary>
    public int SystemRobot { get; private set; }

    /// <summary>A group.</summary>
    public int Group { get; private set; }

    /// <summary>The image <c>pushed:1</c> of both projects.</summary>
    public BuiltArtifact Image { get; } = GatewayFixture.Image("security table");

    /// <summary>The images' repository within their projects.</summary>
    public const string Repository = "pushed";

    public async Task InitializeAsync()
    {
        _registry = await RegistryProcess.StartAsync();
        await Api.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_time);
            builder.Services.ConfigureDbContext<PortalDbContext>(o => o.AddInterceptors(_statements));
            builder.WebHost.UseStaticWebAssets();
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Portal:Registry:Address"] = _registry.Url.GetLeftPart(UriPartial.Authority),
                // every request comes from an address of its own, so that wrong credentials make nobody wait
                ["Portal:Proxies"] = "127.0.0.1",
            });
        });
        _http.BaseAddress = Host.BaseAddress;
        foreach (var project in (string[])["own", "foreign"])
        {
            var client = new RegistryClient(new HttpMessageInvoker(RegistryClient.CreateHandler()), new RegistryTarget(Host.BaseAddress, new RegistryCredentials("admin", PortalHost.AdminPassword)));
            var pushed = await ImagePusher.PushAsync(client, $"{project}/{Repository}", Image, [TagName.TryParse("1", out var tag) ? tag : default]);
            Assert.True(pushed.Ok, pushed.Error?.ToString());
        }
        await Host.BindAsync(await Host.CreateUserAsync("auditor"), BuiltInRoles.Auditor, Api.Own);
        await Host.BindAsync(await Host.CreateUserAsync("overseer"), BuiltInRoles.Auditor, null);
        var leaver = await Host.CreateUserAsync("leaver");
        var membership = await Host.AddMemberAsync(Api.Own, leaver.Name, BuiltInRoles.Maintainer);
        foreach (var name in (string[])["keeper", "disabled"])
        {
            await Host.CreateUserAsync(name);
            await Host.AddMemberAsync(Api.Own, name, BuiltInRoles.Maintainer);
        }
        SystemRobot = (await Service<RobotService>().CreateAsync(Host.Admin, null, "", new("everywhere", "", 30, [new(Permissions.RepositoryPull, EveryProject: true)]), default)).Value.Id;
        Group = (await Service<GroupService>().CreateAsync(Host.Admin, GroupSource.Local, "testers", "testers", "", default)).Value;
        // a run that waits for good
        await Service<QueueService>().PauseAsync(Host.Admin, "EXECUTION_SWEEP", true, default);
        var run = (await Service<IJobs>().StartAsync(Host.Admin, new("EXECUTION_SWEEP", 0, null, "{}"), default)).Value;
        Assert.Equal(1, run);
        var expired = await DeadTokenAsync('t', "keeper", "expired");
        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        var revoked = await DeadTokenAsync('k', "keeper", "revoked");
        var disabled = await DeadTokenAsync('d', "disabled", "token");
        Living = await LivingAsync();
        Wrong = await ReadyAsync(new('w', "keeper", Basic("keeper", AccessTokenText.New())), signIn: false);
        Dead = [await ReadyAsync(expired, signIn: false), await ReadyAsync(revoked, signIn: false), await ReadyAsync(disabled, signIn: true)];
        await EndAsync(membership);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await Api.DisposeAsync();
        if (_registry is not null) await _registry.DisposeAsync();
    }

    public MatrixCaller Caller(char letter) => Living.Concat(Dead).Append(Wrong).Single(c => c.Letter == letter);

    /// <summary>Sends a request as a caller: at the API and the registry with what they show, at pages with their browser.</summary>
    public async Task<MatrixAnswer> SendAsync(MatrixCaller caller, string method, string path, HttpContent? content = null, bool browser = false, AuthenticationHeaderValue? door = null)
    {
        var number = Interlocked.Increment(ref _requests);
        using var request = new HttpRequestMessage(new(method), path) { Content = content };
        request.Headers.Add("X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"));
        request.Headers.Add(StatementCounter.Header, number.ToString(CultureInfo.InvariantCulture));
        if (!browser) request.Headers.Authorization = door ?? caller.Door;
        using var response = browser ? await caller.Browser.SendAsync(request) : await _http.SendAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers).Where(h => !Changing.Contains(h.Key, StringComparer.OrdinalIgnoreCase))
            .Select(h => $"{h.Key}: {string.Join(", ", h.Value)}").Order(StringComparer.Ordinal);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), [.. headers], _statements.Take(number.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>
    /// Why the answers about a foreign and a missing thing can be told apart; null when they cannot. Compared are status, headers, body and, in place of the time they
    /// take, the statements that they ask of the database. A cache may be filled by either, so they have a second chance.
    /// </summary>
    public static async Task<string?> DifferenceAsync(Func<Task<(MatrixAnswer Foreign, MatrixAnswer Missing)>> ask, string[] foreignNames, string[] missingNames)
    {
        var difference = (string?)null;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var (foreign, missing) = await ask();
            var (one, other) = (foreign.Without(foreignNames), missing.Without(missingNames));
            difference = one != other ? $"foreign and missing differ:\n{FirstDifference(one, other)}"
                : !foreign.Statements.SequenceEqual(missing.Statements, StringComparer.Ordinal) ? $"foreign asks the database {foreign.Statements.Count} times, missing {missing.Statements.Count} times:\n{string.Join("\n", foreign.Statements)}\n---\n{string.Join("\n", missing.Statements)}"
                : null;
            if (difference is null) return null;
        }
        return difference;
    }

    /// <summary>The first lines in which two texts differ, and no more of them.</summary>
    public static string FirstDifference(string one, string other)
    {
        var (a, b) = (one.Split('\n'), other.Split('\n'));
        var at = Enumerable.Range(0, Math.Max(a.Length, b.Length)).FirstOrDefault(i => a.ElementAtOrDefault(i) != b.ElementAtOrDefault(i));
        return $"  {a.ElementAtOrDefault(at)}\n  {b.ElementAtOrDefault(at)}";
    }

    public static AuthenticationHeaderValue Basic(string name, string secret) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));

    async Task<IReadOnlyList<MatrixCaller>> LivingAsync()
    {
        List<MatrixCaller> living = [await ReadyAsync(new('N', "", null), signIn: false)];
        foreach (var (letter, name) in new[] { ('O', "outsider"), ('L', "limited"), ('G', "guest"), ('D', "developer"), ('M', "maintainer"), ('A', "owner"), ('U', "auditor"), ('V', "overseer"), ('X', "leaver") })
            living.Add(await ReadyAsync(new(letter, name, Basic(name, PortalHost.Password)), signIn: true));
        living.Add(await ReadyAsync(new('S', "admin", Basic("admin", PortalHost.AdminPassword)), signIn: true));
        foreach (var (letter, project) in new[] { ('R', Api.Own), ('F', Api.Foreign) })
        {
            var made = await Service<RobotService>().CreateAsync(Host.Admin, project.Id, project.Name,
                new("runner", "", 30, [new(Permissions.RepositoryPull, project.Id), new(Permissions.RepositoryPush, project.Id)]), CancellationToken.None);
            Assert.True(made.Ok, made.Error?.ToString());
            living.Add(await ReadyAsync(new(letter, made.Value.Login, Basic(made.Value.Login, made.Value.Secret)), signIn: false));
        }
        return living;
    }

    /// <summary>Makes an access token, uses it, and gives it a registry token; it dies later.</summary>
    async Task<MatrixCaller> DeadTokenAsync(char letter, string owner, string name)
    {
        using var client = Host.Client(owner);
        using var answer = await client.PostAsJsonAsync("api/portal/tokens", new { name, scopes = new[] { "full" }, days = 1 });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        var caller = new MatrixCaller(letter, owner, Basic(owner, (string)JsonNode.Parse(text)!["token"]!));
        Assert.Equal(200, (await SendAsync(caller, "GET", "/api/v2.0/projects/own")).Status);
        await KeepRegistryTokenAsync(caller);
        return caller;
    }

    async Task KeepRegistryTokenAsync(MatrixCaller caller)
    {
        var answer = await SendAsync(caller, "GET", $"/service/token?service=portal-registry&scope=repository:own/{Repository}:pull,push,delete&scope=registry:catalog:*");
        Assert.Equal(200, answer.Status);
        RegistryTokens[caller.Letter] = (string)JsonNode.Parse(answer.Text)!["token"]!;
    }

    async Task<MatrixCaller> ReadyAsync(MatrixCaller caller, bool signIn)
    {
        var browser = new SiteVisitor(Host.BaseAddress);
        if (!signIn) return caller with { Browser = browser, FormToken = SiteVisitor.Token(await browser.GetAsync("/sign-in")) };
        Assert.Equal(302, (await browser.PostAsync("/sign-in", "sign-in", ("name", caller.Name), ("password", caller.Letter == 'S' ? PortalHost.AdminPassword : PortalHost.Password))).Status);
        return caller with { Browser = browser, FormToken = SiteVisitor.Token(await browser.GetAsync("/profile")) };
    }

    /// <summary>What was good until now ends: a membership, a token and an account.</summary>
    async Task EndAsync(int membership)
    {
        var leaver = Caller('X');
        await KeepRegistryTokenAsync(leaver);
        Assert.Equal(200, (await SendAsync(leaver, "GET", "/api/v2.0/projects/own")).Status);
        Assert.Equal(200, (await leaver.Browser.GetAsync("/projects/own")).Status);
        Assert.True((await Service<MemberService>().RemoveAsync(Host.Admin, Api.Own.Target, Api.Own.Name, membership, default)).Ok);

        using var keeper = Host.Client("keeper");
        var tokens = JsonNode.Parse(await keeper.GetStringAsync("api/portal/tokens"))!.AsArray();
        using var revoked = await keeper.DeleteAsync($"api/portal/tokens/{tokens.Single(t => (string)t!["name"]! == "revoked")!["id"]}");
        Assert.True(revoked.IsSuccessStatusCode);

        var disabled = Caller('d');
        Assert.Equal(200, (await disabled.Browser.GetAsync("/projects/own")).Status);
        await using var db = await Service<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var id = await db.Users.Where(u => u.UserName == "disabled").Select(u => u.Id).SingleAsync();
        Assert.True((await Service<UserService>().SetDisabledAsync(Host.Admin, id, true, default)).Ok);
    }

    T Service<T>() where T : notnull => Host.Services.GetRequiredService<T>();
}

[CollectionDefinition(Name)]
public sealed class MatrixCollection : ICollectionFixture<MatrixFixture>
{
    public const string Name = "security table";
}
