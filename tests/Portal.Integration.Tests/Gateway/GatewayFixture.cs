using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>The whole server in front of a real docker-registry and PostgreSQL, with the private project <c>team</c>, the public project <c>open</c> and people in it.</summary>
public class GatewayFixture : IAsyncLifetime
{
    public static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    PostgreSqlProcess _database = null!;
    static int _names;

    public PortalHost Host { get; private set; } = null!;
    public RegistryProcess Registry { get; private set; } = null!;
    public ProjectEntry Team { get; private set; } = null!;
    public string Address => Host.BaseAddress.Authority;

    /// <summary>True to let Portal read the registry's folder.</summary>
    protected virtual bool ReadsFolder => false;

    public async Task InitializeAsync()
    {
        _database = await PostgreSqlProcess.StartAsync();
        Registry = await RegistryProcess.StartAsync();
        Host = await PortalHost.StartAsync(_database, builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Portal:Registry:Address"] = Registry.Url.GetLeftPart(UriPartial.Authority),
            ["Portal:Registry:RootDirectory"] = ReadsFolder ? Registry.StorageFolder : "",
            ["Portal:Artifacts:PullFlushSeconds"] = "1",
        }));
        Team = await Host.CreateProjectAsync("team");
        await Host.CreateProjectAsync("open", isPublic: true);
        await Host.CreateUserAsync("dev");
        await Host.CreateUserAsync("guest");
        await Host.CreateUserAsync("stranger");
        await Host.AddMemberAsync(Team, "dev", BuiltInRoles.Maintainer);
        await Host.AddMemberAsync(Team, "guest", BuiltInRoles.Guest);
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Registry.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>A repository that no other test uses.</summary>
    public static string NewRepository(string project = "team") => string.Create(CultureInfo.InvariantCulture, $"{project}/repo{Interlocked.Increment(ref _names)}/api");

    /// <summary>A small image with content of its own.</summary>
    public static BuiltArtifact Image(string text, string architecture = "amd64") => new OciImageBuilder(Time).On("linux", architecture).File("hello", text).Env("GREETING", text).Entrypoint("/hello").Build();

    /// <summary>The registry client against Portal, as somebody.</summary>
    public RegistryClient Client(string user = "dev") => new(new HttpMessageInvoker(RegistryClient.CreateHandler()),
        new RegistryTarget(Host.BaseAddress, new RegistryCredentials(user, user == "admin" ? PortalHost.AdminPassword : PortalHost.Password)));

    public async Task PushAsync(string repository, BuiltArtifact artifact, params string[] tags)
    {
        var pushed = await ImagePusher.PushAsync(Client(), repository, artifact, [.. tags.Select(t => TagName.TryParse(t, out var tag) ? tag : throw new FormatException(t))]);
        Assert.True(pushed.Ok, pushed.Error?.ToString());
    }

    /// <summary>Raw requests with Basic.</summary>
    public HttpClient Http(string? user = "dev") => Host.Client(user);

    /// <summary>Raw requests with a token for these scopes; an anonymous one when nobody is named.</summary>
    public async Task<HttpClient> BearerAsync(string? user, params string[] scopes)
    {
        var token = await TokenAsync(user, scopes);
        var client = Host.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async Task<string> TokenAsync(string? user, params string[] scopes)
    {
        using var client = Host.Client(user);
        using var answer = await client.GetAsync("service/token?service=portal-registry" + string.Concat(scopes.Select(s => "&scope=" + Uri.EscapeDataString(s))));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["token"]!.GetValue<string>();
    }

    public async Task<T> DatabaseAsync<T>(Func<PortalDbContext, Task<T>> read)
    {
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    /// <summary>The first error code of an answer.</summary>
    public static async Task<string> CodeAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]![0]!["code"]!.GetValue<string>();

    /// <summary>Runs a program and gives its output; fails the test when it fails.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output) = await TryRunAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}");
        return output;
    }

    public static async Task<(int Code, string Output)> TryRunAsync(string program, params string[] arguments)
    {
        var (code, output, errors) = await ProcessEnd.RunAsync(new(program, arguments), TimeSpan.FromMinutes(2));
        return (code, output + errors);
    }
}

/// <summary>The same with the registry's folder open to Portal.</summary>
public sealed class FolderFixture : GatewayFixture
{
    protected override bool ReadsFolder => true;
}
