using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Access;
using Portal.Data;
using Portal.Integration.Tests.Federation;
using Portal.TestKit.Federation;
using Xunit;
using static Portal.Integration.Tests.Faults.Target;

namespace Portal.Integration.Tests.Faults.Probes;

/// <summary>What can be tried with tokens.</summary>
static class TokenProbes
{
    const string Scope = $"repository:{Vault}:pull";
    const string Manifest = $"v2/{Vault}/manifests/1";

    /// <summary>Registry tokens with every trick in header, claims and signature.</summary>
    public static async Task ForgeRegistryTokensAsync(Target target)
    {
        var good = await target.TokenAsync("guest", Scope);
        Assert.Equal(200, await ShowAsync(target, good));
        var parts = good.Split('.');
        var key = await target.Service<SharedKeys>().GetAsync("gateway-token", default);
        byte[] own = RandomNumberGenerator.GetBytes(32);
        var jwk = new JsonObject { ["kty"] = "oct", ["k"] = Base64Url.EncodeToString(own) };
        foreach (var (what, token) in new[]
        {
            ("a token without a signature is taken", Make("""{"alg":"none","typ":"JWT"}""", _ => { }, null)),
            ("a token without a signature is taken", Make("""{"alg":"nOnE"}""", _ => { }, null)),
            ("a token with an empty signature is taken", $"{parts[0]}.{parts[1]}."),
            ("a token signed with a key of its own is taken", Make(null, _ => { }, own)),
            ("a token signed with the key in its own header is taken", Make(new JsonObject { ["alg"] = "HS256", ["jwk"] = jwk.DeepClone() }.ToJsonString(), _ => { }, own)),
            ("a token with another algorithm is taken", Make("""{"alg":"HS512","typ":"JWT"}""", _ => { }, key)),
            ("a token of another service is taken", Make(null, c => c["aud"] = "other-service", key)),
            ("a token of another issuer is taken", Make(null, c => c["iss"] = "somebody", key)),
            ("a token that has ended is taken", Make(null, c => c["exp"] = c["iat"]!.GetValue<long>() - 1, key)),
            ("a token that has not begun is taken", Make(null, c => c["nbf"] = c["iat"]!.GetValue<long>() + 3_600, key)),
            ("a token whose content was changed is taken", $"{parts[0]}.{Payload(c => c["uid"] = 1)}.{parts[2]}"),
        })
            Flaw.If(await ShowAsync(target, token) == 200, what);
        // what was changed is all that is wrong with them
        Assert.Equal(200, await ShowAsync(target, Make(null, _ => { }, key)));

        string Payload(Action<JsonObject> change)
        {
            var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
            change(claims);
            return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        }

        string Make(string? header, Action<JsonObject> change, byte[]? signingKey)
        {
            var signed = (header is null ? parts[0] : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))) + "." + Payload(change);
            return $"{signed}.{(signingKey is null ? "" : Base64Url.EncodeToString(HMACSHA256.HashData(signingKey, Encoding.ASCII.GetBytes(signed))))}";
        }
    }

    /// <summary>A good token used after its time, and for more than it was given out for.</summary>
    public static async Task StretchRegistryTokensAsync(Target target)
    {
        using var pull = await target.BearerAsync("maintainer", Scope);
        Assert.Equal(200, await GetAsync(pull, Manifest));
        Flaw.Unless(401, await StatusAsync(pull, HttpMethod.Post, $"v2/{Vault}/blobs/uploads/"), "a token to pull pushes");
        Flaw.Unless(401, await GetAsync(pull, "v2/own/team/app/tags/list"), "a token for one repository reads another");
        using var more = await target.BearerAsync("guest", $"repository:{Vault}:pull,push,delete");
        Flaw.Unless(403, await StatusAsync(more, HttpMethod.Post, $"v2/{Vault}/blobs/uploads/"), "a token gives more than its holder may");
        target.Time.Advance(TimeSpan.FromMinutes(16));
        Flaw.Unless(401, await GetAsync(pull, Manifest), "a token holds after its time");
    }

    /// <summary>Tokens of an issuer that a robot trusts, with every trick.</summary>
    public static async Task ForgeWorkloadTokensAsync(Target target)
    {
        await using var issuer = await FakeIssuer.StartAsync();
        using var admin = target.Http("admin");
        var trust = new { name = "ci", kind = "generic", issuer = issuer.Url, audience = "portal", single_use = true, conditions = new[] { new { claim = "repository", match = "equals", value = "acme/app" } } };
        Assert.Equal(201, await StatusAsync(admin, HttpMethod.Post, $"api/portal/robots/{target.Api.OwnRobot}/trusts", System.Net.Http.Json.JsonContent.Create(trust)));
        Assert.Equal(200, await ExchangeAsync(target, issuer.Token(Claims(_ => { }))));
        using var stranger = IssuerKey.Rsa(issuer.Key.Id);
        var used = issuer.Token(Claims(_ => { }));
        Assert.Equal(200, await ExchangeAsync(target, used));
        foreach (var (what, token) in new[]
        {
            ("a workload's token with another's signature is taken", stranger.Sign(Claims(_ => { }))),
            ("a workload's token for somebody else is taken", issuer.Token(Claims(c => c["aud"] = "other"))),
            ("a workload's token of another repository is taken", issuer.Token(Claims(c => c["repository"] = "evil/app"))),
            ("a workload's token that has ended is taken", issuer.Token(Claims(c => Shift(c, -1_200)))),
            ("a workload's token that has not begun is taken", issuer.Token(Claims(c => Shift(c, 1_200)))),
            ("a workload's token is taken twice", used),
        })
            Flaw.Unless(400, await ExchangeAsync(target, token), what);

        JsonObject Claims(Action<JsonObject> change)
        {
            var claims = issuer.Claims(target.Time.GetUtcNow(), "portal", "repo:acme/app");
            claims["repository"] = "acme/app";
            change(claims);
            return claims;
        }

        static void Shift(JsonObject claims, int seconds)
        {
            foreach (var name in (string[])["iat", "nbf", "exp"]) claims[name] = claims[name]!.GetValue<long>() + seconds;
        }
    }

    static async Task<int> ExchangeAsync(Target target, string token)
    {
        using var client = target.Http(null);
        return await StatusAsync(client, HttpMethod.Post, "service/token/exchange", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["subject_token"] = token,
            ["scope"] = "repository:own/team/app:pull",
        }));
    }

    static async Task<int> ShowAsync(Target target, string token)
    {
        using var client = target.Http(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await GetAsync(client, Manifest);
    }
}
