using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Integration.Tests.Gateway;
using Portal.Integration.Tests.Web;
using Portal.Projects;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>The whole server behind a named proxy (this machine), on a clock that can be moved, with the private project <c>team</c> and the image <c>team/app:1</c>.</summary>
public sealed class SecurityFixture : IAsyncLifetime
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    public PostgreSqlProcess Database { get; private set; } = null!;
    public RegistryProcess Registry { get; private set; } = null!;
    public PortalHost Host { get; private set; } = null!;
    public ProjectEntry Team { get; private set; } = null!;
    public ShiftedTime Time { get; } = new();

    public async Task InitializeAsync()
    {
        Database = await PostgreSqlProcess.StartAsync();
        Registry = await RegistryProcess.StartAsync();
        Host = await StartAsync(Time);
        Team = await Host.CreateProjectAsync("team");
        var client = new RegistryClient(new HttpMessageInvoker(RegistryClient.CreateHandler()), new RegistryTarget(Host.BaseAddress, new RegistryCredentials("admin", PortalHost.AdminPassword)));
        var pushed = await ImagePusher.PushAsync(client, "team/app", GatewayFixture.Image("app"), [Kernel.TagName.TryParse("1", out var tag) ? tag : default]);
        Assert.True(pushed.Ok, pushed.Error?.ToString());
    }

    public async Task DisposeAsync()
    {
        if (Host is not null) await Host.DisposeAsync();
        if (Registry is not null) await Registry.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
    }

    /// <summary>One more server, on an empty database of its own.</summary>
    public Task<PortalHost> StartAsync(TimeProvider time, Dictionary<string, string?>? settings = null, Action<WebApplicationBuilder>? configure = null) => PortalHost.StartAsync(Database, builder =>
    {
        builder.Services.AddSingleton(time);
        builder.WebHost.UseStaticWebAssets();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Portal:Registry:Address"] = Registry.Url.GetLeftPart(UriPartial.Authority),
            ["Portal:Proxies"] = "127.0.0.1",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        configure?.Invoke(builder);
    });

    public Task<SiteVisitor> SignedInAsync(string name, string password = PortalHost.Password) => SignedInAsync(Host, name, password);

    public static async Task<SiteVisitor> SignedInAsync(PortalHost host, string name, string password = PortalHost.Password)
    {
        var visitor = new SiteVisitor(host.BaseAddress);
        Assert.Equal(302, (await visitor.PostAsync("/sign-in", "sign-in", ("name", name), ("password", password))).Status);
        return visitor;
    }

    /// <summary>A new member of <c>team</c> who may pull.</summary>
    public async Task<(Caller User, int Member)> NewGuestAsync(string name)
    {
        var user = await Host.CreateUserAsync(name);
        return (user, await Host.AddMemberAsync(Team, name, BuiltInRoles.Guest));
    }

    /// <summary>Requests with a registry token for pulling <c>team/app</c>.</summary>
    public async Task<HttpClient> BearerAsync(string user)
    {
        using var basic = Host.Client(user);
        var answer = JsonNode.Parse(await basic.GetStringAsync("service/token?service=portal-registry&scope=repository:team/app:pull"))!;
        var client = Host.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)answer["token"]!);
        return client;
    }

    public const string Manifest = "v2/team/app/manifests/1";

    public static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }

    /// <summary>Asks again until the answer is as wanted; fails when it is not within the bound on stale rights.</summary>
    public static async Task BecomesAsync<T>(T wanted, Stopwatch since, Func<Task<T>> ask)
    {
        while (true)
        {
            var late = since.Elapsed >= Bound;
            var got = await ask();
            if (Equals(wanted, got)) return;
            if (late) Assert.Fail($"It is {got} still after {since.Elapsed.TotalSeconds:F1} s, and should be {wanted}.");
            await Task.Delay(50);
        }
    }
}

[CollectionDefinition(Name)]
public sealed class SecurityCollection : ICollectionFixture<SecurityFixture>
{
    public const string Name = "security";
}
