using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Projects;
using Portal.TestKit;
using Portal.TestKit.Federation;
using Xunit;

namespace Portal.Integration.Tests.Federation;

/// <summary>The whole server on a clock that can be moved, an issuer of workload tokens, and the private project <c>team</c> with robots that may pull and push there.</summary>
public sealed class FederationFixture : IAsyncLifetime
{
    public const string Audience = "portal";

    PostgreSqlProcess _database = null!;
    int _robots;

    public PortalHost Host { get; private set; } = null!;
    public FakeIssuer Issuer { get; private set; } = null!;
    public ProjectEntry Team { get; private set; } = null!;
    public HttpClient Admin { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgreSqlProcess.StartAsync();
        Issuer = await FakeIssuer.StartAsync();
        Host = await PortalHost.StartAsync(_database, builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Portal:Federation:AllowHttpOnLoopback"] = "true", ["Portal:Proxies"] = "127.0.0.1" }));
        Team = await Host.CreateProjectAsync("team");
        Admin = Host.Client("admin");
    }

    public async Task DisposeAsync()
    {
        Admin?.Dispose();
        if (Host is not null) await Host.DisposeAsync();
        if (Issuer is not null) await Issuer.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    /// <summary>Makes a robot of the project that may pull and push.</summary>
    public async Task<(int Id, string Login)> RobotAsync()
    {
        using var made = await Admin.PostAsJsonAsync("/api/v2.0/robots", JsonNode.Parse($$"""
            {"name":"ci{{Interlocked.Increment(ref _robots)}}","level":"project","duration":-1,"permissions":[{"kind":"project","namespace":"team","access":[{"resource":"repository","action":"pull"},{"resource":"repository","action":"push"}]}]}
            """));
        Assert.Equal(201, (int)made.StatusCode);
        var json = JsonNode.Parse(await made.Content.ReadAsStringAsync())!;
        return (json["id"]!.GetValue<int>(), json["name"]!.GetValue<string>());
    }

    /// <summary>Makes a robot with one trust: tokens for <see cref="Audience"/> about this repository.</summary>
    public async Task<(int Id, string Login, int TrustId)> TrustingRobotAsync(string repository, bool singleUse = false)
    {
        var (id, login) = await RobotAsync();
        return (id, login, await TrustAsync(id, repository, singleUse));
    }

    public async Task<int> TrustAsync(int robot, string repository, bool singleUse = false)
    {
        using var made = await Admin.PostAsJsonAsync($"/api/portal/robots/{robot}/trusts", new { name = repository, kind = "generic", issuer = Issuer.Url, audience = Audience, single_use = singleUse, conditions = new[] { new { claim = "repository", match = "equals", value = repository } } });
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        return int.Parse(made.Headers.Location!.OriginalString.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A good token about a repository, changed as the test wants.</summary>
    public string Token(string repository, Action<JsonObject>? change = null)
    {
        var claims = Issuer.Claims(DateTimeOffset.UtcNow, Audience, $"repo:{repository}");
        claims["repository"] = repository;
        change?.Invoke(claims);
        return Issuer.Token(claims);
    }

    /// <summary>Exchanges a token for one that may pull and push <c>team/app</c>.</summary>
    public Task<(int Status, JsonObject Answer)> ExchangeAsync(string token, params (string Name, string Value)[] more) => ExchangeFromAsync(null, token, more);

    /// <summary>The same from an address; null for this machine's own.</summary>
    public async Task<(int Status, JsonObject Answer)> ExchangeFromAsync(string? address, string token, params (string Name, string Value)[] more)
    {
        using var client = Host.Client();
        if (address is not null) client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        var fields = new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["subject_token"] = token,
            ["scope"] = "repository:team/app:pull,push,delete",
        };
        foreach (var (name, value) in more) fields[name] = value;
        using var response = await client.PostAsync("/service/token/exchange", new FormUrlEncodedContent(fields));
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }
}
