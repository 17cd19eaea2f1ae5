using System.Text.Json.Nodes;
using Portal.Access.Federation;
using Portal.TestKit.Federation;
using Xunit;

namespace Portal.Tests.Access.Federation;

/// <summary>Claims that every token must have, and their bounds.</summary>
public sealed class JwtRulesTests : IDisposable
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    static readonly JwtRules Rules = new("https://id.example.com", TimeSpan.FromSeconds(60), TimeSpan.FromHours(24));

    readonly IssuerKey _key = IssuerKey.Ec();

    static JsonObject Good() => new() { ["iss"] = "https://id.example.com", ["aud"] = "portal", ["sub"] = "s", ["iat"] = 1_800_000_000 - 10, ["exp"] = 1_800_000_000 + 300 };

    string? Code(Action<JsonObject> change)
    {
        var claims = Good();
        change(claims);
        return Rules.Refuse(Jwt.Read(_key.Sign(claims)).Value.Claims, Now)?.Code;
    }

    [Fact]
    public void GoodToken_Passes() => Assert.Null(Code(_ => { }));

    [Theory]
    [InlineData("https://id.example.com/"), InlineData("https://ID.example.com"), InlineData("https://id.example.com.evil.net"), InlineData("http://id.example.com"), InlineData("")]
    public void AnotherIssuer_IsRefused(string issuer) => Assert.Equal("JWT_ISSUER", Code(c => c["iss"] = issuer));

    [Theory]
    [InlineData("iss"), InlineData("aud"), InlineData("exp"), InlineData("iat")]
    public void MissingClaim_IsRefused(string name) => Assert.Equal("JWT_CLAIM", Code(c => c.Remove(name)));

    [Theory]
    [InlineData("iss", "[\"https://id.example.com\"]"), InlineData("iss", "1"), InlineData("aud", "1"), InlineData("aud", "[]"), InlineData("aud", "[1]"), InlineData("aud", "{}"), InlineData("aud", "null")]
    [InlineData("exp", "\"1800000300\""), InlineData("exp", "1e99"), InlineData("exp", "-1"), InlineData("exp", "null"), InlineData("iat", "\"now\""), InlineData("nbf", "\"1\""), InlineData("nbf", "null"), InlineData("exp", "253402300800")]
    public void ClaimOfAnotherKind_IsRefused(string name, string json) => Assert.Equal("JWT_CLAIM", Code(c => c[name] = JsonNode.Parse(json)));

    [Theory]
    [InlineData(-61, "JWT_EXPIRED"), InlineData(-60, "JWT_EXPIRED"), InlineData(-59, null), InlineData(0, null)]
    public void End_IsBoundedByTheSkew(int seconds, string? code) => Assert.Equal(code, Code(c => (c["iat"], c["exp"]) = (Now.ToUnixTimeSeconds() - 600, Now.ToUnixTimeSeconds() + seconds)));

    [Theory]
    [InlineData("nbf", 61, "JWT_NOT_YET"), InlineData("nbf", 60, null), InlineData("iat", 61, "JWT_NOT_YET"), InlineData("iat", 60, null)]
    public void Beginning_IsBoundedByTheSkew(string name, int seconds, string? code) => Assert.Equal(code, Code(c => c[name] = Now.ToUnixTimeSeconds() + seconds));

    [Fact]
    public void TokenThatEndsBeforeItBegins_IsRefused() => Assert.Equal("JWT_EXPIRED", Code(c => (c["iat"], c["exp"]) = (Now.ToUnixTimeSeconds(), Now.ToUnixTimeSeconds())));

    [Fact]
    public void TokenThatHoldsForTooLong_IsRefused()
    {
        Assert.Equal("JWT_LIFETIME", Code(c => c["exp"] = Now.ToUnixTimeSeconds() + 86_400));
        Assert.Null(Code(c => c["exp"] = Now.ToUnixTimeSeconds() + 86_390));
    }

    [Fact]
    public void ClaimsAreFoundByNameAndByPointer()
    {
        var claims = Good();
        claims["kubernetes.io"] = new JsonObject { ["namespace"] = "build", ["a/b"] = new JsonObject { ["n"] = 7 } };
        claims["groups"] = new JsonArray("dev", "ops");
        claims["flag"] = true;
        var read = Jwt.Read(_key.Sign(claims)).Value.Claims;
        Assert.Equal(["build"], read.Values("/kubernetes.io/namespace"));
        Assert.Equal(["7"], read.Values("/kubernetes.io/a~1b/n"));
        Assert.Equal(["dev", "ops"], read.Values("groups"));
        Assert.Equal(["true"], read.Values("flag"));
        Assert.Empty(read.Values("kubernetes.io"));
        Assert.Empty(read.Values("/kubernetes.io/missing/deep"));
        Assert.Empty(read.Values("/sub/x"));
    }

    public void Dispose() => _key.Dispose();
}
