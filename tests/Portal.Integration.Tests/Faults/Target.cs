using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Portal.Integration.Tests.Api;
using Portal.Integration.Tests.Security;
using Portal.Integration.Tests.Web;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Faults;

/// <summary>
/// A server under attack: the people and the private projects <c>own</c> and <c>foreign</c> of <see cref="ApiFixture"/>, the public project <c>open</c>, and in
/// <see cref="Vault"/> a real image that <c>outsider</c> must never see.
/// </summary>
sealed class Target(PortalHost host, ApiFixture api, ShiftedTime time, RecordedLog log) : IAsyncDisposable
{
    public const string Vault = "own/vault";

    static int _names;

    public PortalHost Host => host;
    public ApiFixture Api => api;
    public ShiftedTime Time => time;
    public RecordedLog Log => log;

    /// <summary>What is in <see cref="Vault"/>, tagged <c>1</c> and <c>latest</c>.</summary>
    public static BuiltArtifact Secret { get; } = Gateway.GatewayFixture.Image("nobody else may read this");

    /// <summary>A name that nothing else has.</summary>
    public static string Name(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{Interlocked.Increment(ref _names)}");

    public T Service<T>() where T : notnull => host.Services.GetRequiredService<T>();

    public async Task<T> DatabaseAsync<T>(Func<PortalDbContext, Task<T>> read)
    {
        await using var db = await Service<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    public Task<Caller> NewUserAsync(string prefix) => host.CreateUserAsync(Name(prefix));

    /// <summary>Requests as somebody; by Basic when a name is given.</summary>
    public HttpClient Http(string? user, string? password = null) => host.Client(user, password);

    /// <summary>Requests that the proxy says come from an address of their own, for wrong passwords.</summary>
    public HttpClient HttpFrom(string address, string? user, string? password = null)
    {
        var client = host.Client(user, password);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }

    public HttpClient Bearer(string token)
    {
        var client = host.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async Task<string> TokenAsync(string? user, params string[] scopes)
    {
        using var client = host.Client(user);
        using var answer = await client.GetAsync("service/token?service=portal-registry" + string.Concat(scopes.Select(s => "&scope=" + Uri.EscapeDataString(s))));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["token"]!.GetValue<string>();
    }

    public async Task<HttpClient> BearerAsync(string? user, params string[] scopes) => Bearer(await TokenAsync(user, scopes));

    public RegistryClient Client(string user) => new(new HttpMessageInvoker(RegistryClient.CreateHandler()),
        new RegistryTarget(host.BaseAddress, new RegistryCredentials(user, user == "admin" ? PortalHost.AdminPassword : PortalHost.Password)));

    public async Task PushAsync(string user, string repository, BuiltArtifact artifact, params string[] tags)
    {
        var pushed = await ImagePusher.PushAsync(Client(user), repository, artifact, [.. tags.Select(t => TagName.TryParse(t, out var tag) ? tag : throw new FormatException(t))]);
        Assert.True(pushed.Ok, pushed.Error?.ToString());
    }

    public SiteVisitor Visitor() => new(host.BaseAddress);

    public Task<SiteVisitor> SignedInAsync(string name) => SecurityFixture.SignedInAsync(host, name, name == "admin" ? PortalHost.AdminPassword : PortalHost.Password);

    public static async Task<(int Status, string Text)> AskAsync(HttpClient client, HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public static async Task<int> StatusAsync(HttpClient client, HttpMethod method, string path, HttpContent? content = null) => (await AskAsync(client, method, path, content)).Status;

    public static Task<int> GetAsync(HttpClient client, string path) => StatusAsync(client, HttpMethod.Get, path);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        log.Dispose();
    }
}
