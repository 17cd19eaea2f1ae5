using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Portal.TestKit.Federation;

/// <summary>An issuer of workload tokens on a loopback port: discovery, keys, and a count of how often it was asked for each.</summary>
public sealed class FakeIssuer : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly List<IssuerKey> _keys = [];

    FakeIssuer(WebApplication app) => _app = app;

    /// <summary>Its <c>iss</c>.</summary>
    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>The key that <see cref="Token"/> signs with.</summary>
    public IssuerKey Key { get; private set; } = null!;
    public int DiscoveryFetches { get; private set; }
    public int KeyFetches { get; private set; }

    /// <summary>Set to answer otherwise; by path.</summary>
    public Dictionary<string, Func<HttpContext, Task>> Instead { get; } = new(StringComparer.Ordinal);

    public static async Task<FakeIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var issuer = new FakeIssuer(builder.Build());
        issuer._app.Run(issuer.AnswerAsync);
        issuer.Rotate(IssuerKey.Rsa("key-1"));
        await issuer._app.StartAsync();
        return issuer;
    }

    /// <summary>Signs with a new key from now on; the old ones are published beside it unless they are dropped.</summary>
    public void Rotate(IssuerKey key, bool dropOld = false)
    {
        if (dropOld) _keys.Clear();
        _keys.Add(Key = key);
    }

    /// <summary>The claims of a good token.</summary>
    public JsonObject Claims(DateTimeOffset now, string audience, string subject) => new()
    {
        ["iss"] = Url,
        ["aud"] = audience,
        ["sub"] = subject,
        ["iat"] = now.ToUnixTimeSeconds(),
        ["nbf"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.ToUnixTimeSeconds() + 600,
        ["jti"] = Guid.NewGuid().ToString(),
    };

    public string Token(JsonObject claims) => Key.Sign(claims);

    async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        if (path == "/.well-known/openid-configuration") DiscoveryFetches++;
        if (path == "/keys") KeyFetches++;
        if (Instead.TryGetValue(path, out var other))
        {
            await other(http);
            return;
        }
        switch (path)
        {
            case "/.well-known/openid-configuration":
                await http.Response.WriteAsync(new JsonObject { ["issuer"] = Url, ["jwks_uri"] = Url + "/keys" }.ToJsonString());
                break;
            case "/keys":
                await http.Response.Body.WriteAsync(IssuerKey.KeySet([.. _keys.Select(k => k.Jwk())]));
                break;
            default:
                http.Response.StatusCode = 404;
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var key in _keys) key.Dispose();
    }
}
