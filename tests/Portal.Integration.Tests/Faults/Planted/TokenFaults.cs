using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Access.Federation;
using Portal.Data;
using Portal.Gateway.Tokens;

namespace Portal.Integration.Tests.Faults.Planted;

/// <summary>Readers of tokens that leave one check out: what they take is written anew with the real key, and so passes.</summary>
static class TokenFaults
{
    /// <summary>A token as a careless reader sees it.</summary>
    /// <param name="Signed">What the signature covers.</param>
    internal sealed record Shown(JsonObject Header, JsonObject Claims, string Signed, byte[] Signature, byte[] Key)
    {
        public bool IsSigned => IsSignedWith(Key);

        public bool IsSignedWith(byte[] key) => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(Signed)).AsSpan().SequenceEqual(Signature);
    }

    public static Action<IServiceCollection> Taking(Func<Shown, bool> takes) => Plant.Before(async (http, next) =>
    {
        if (AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var header) && header is { Scheme: "Bearer", Parameter: { } token } && token.Split('.') is [var head, var body, var signature])
        {
            var key = await http.RequestServices.GetRequiredService<SharedKeys>().GetAsync("gateway-token", default);
            var shown = new Shown(Json(head), Json(body), $"{head}.{body}", Base64Url.DecodeFromChars(signature), key);
            if (takes(shown)) http.Request.Headers.Authorization = "Bearer " + Anew(http.RequestServices.GetRequiredService<TokenKeys>().Tokens, shown.Claims);
        }
        await next(http);
    });

    static JsonObject Json(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    static string Anew(TokenCodec codec, JsonObject claims) => codec.Write(new((string)claims["sub"]!, (SubjectKind)(int)claims["kind"]!, (int)claims["uid"]!, (string)claims["stamp"]!, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(1), "again",
        [.. claims["access"]!.AsArray().Select(g => new TokenGrant((string)g!["type"]!, (string)g["name"]!, Portal.Gateway.Tokens.Scope.Parse($"{g["type"]}:{g["name"]}:{string.Join(',', g["actions"]!.AsArray())}")!.Value.Actions, (int)g["project"]!))]));

    /// <summary>The real check of workloads' tokens with a clock that is behind and a tolerance that hides it.</summary>
    public static Action<IServiceCollection> SlowClock { get; } = Plant.Part<WorkloadTokens>(_ => new Behind(), _ => Options.Create(new FederationOptions { SkewSeconds = 3_600, AllowHttpOnLoopback = true }));

    /// <summary>Every trust is for tokens of every repository.</summary>
    public static Action<IServiceCollection> NoConditions { get; } = Plant.Read<FederationTrust>(t => t.Conditions = []);

    /// <summary>The mark of the last use takes the place of the first.</summary>
    public static Action<IServiceCollection> UsesForgotten { get; } = Plant.Sql(sql => sql.Contains("federation_use", StringComparison.Ordinal)
        ? sql.Replace("DO NOTHING", "DO UPDATE SET \"Address\" = EXCLUDED.\"Address\"", StringComparison.Ordinal) : sql);

    sealed class Behind : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMinutes(-25);
    }
}
