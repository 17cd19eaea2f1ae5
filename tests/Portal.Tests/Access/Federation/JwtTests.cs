using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Access.Federation;
using Portal.Kernel;
using Portal.TestKit.Federation;
using Xunit;

namespace Portal.Tests.Access.Federation;

/// <summary>Every trick with a token's header, keys and signature that is known; each token differs from a good one in the one point that its test names.</summary>
public sealed class JwtTests : IDisposable
{
    readonly IssuerKey _rsa = IssuerKey.Rsa();
    readonly IssuerKey _ec = IssuerKey.Ec();
    readonly IssuerKey _stranger = IssuerKey.Rsa();

    static JsonObject Claims() => new() { ["iss"] = "https://id.example.com", ["sub"] = "alice" };

    JsonWebKeySet Keys => JsonWebKeySet.Read(IssuerKey.KeySet(_rsa.Jwk(), _ec.Jwk()))!;

    string Header(string extra = "", string? alg = null, string? kid = null) => $"{{\"alg\":\"{alg ?? "RS256"}\",\"typ\":\"JWT\",\"kid\":\"{kid ?? _rsa.Id}\"{extra}}}";

    static Result Check(string token, JsonWebKeySet keys) => Jwt.Read(token) is { Ok: true } read ? read.Value.Verify(keys) : Jwt.Read(token).Error!;

    void Refused(string code, string token, JsonWebKeySet? keys = null) => Assert.Equal(code, Check(token, keys ?? Keys).Error?.Code);

    [Theory]
    [InlineData("RS256"), InlineData("RS384"), InlineData("RS512"), InlineData("PS256"), InlineData("ES256"), InlineData("ES384")]
    public void EveryAllowedAlgorithm_Verifies(string algorithm)
    {
        using var key = algorithm[0] == 'E' ? IssuerKey.Ec("k", algorithm) : IssuerKey.Rsa("k", algorithm);
        Assert.True(Check(key.Sign(Claims()), JsonWebKeySet.Read(IssuerKey.KeySet(key.Jwk()))!).Ok);
        Assert.Equal("alice", Jwt.Read(key.Sign(Claims())).Value.Claims.Text("sub"));
    }

    [Theory]
    [InlineData("none"), InlineData("None"), InlineData("NONE"), InlineData("nOnE"), InlineData(""), InlineData("rs256"), InlineData("RS256 "), InlineData("HS256"), InlineData("HS384"), InlineData("HS512"), InlineData("RS1"), InlineData("ES256K"), InlineData("EdDSA"), InlineData("PS512"), InlineData("RSA-OAEP")]
    public void OtherAlgorithms_AreRefused_ThoughTheSignatureFits(string algorithm) => Refused("JWT_ALGORITHM", _rsa.Sign(Header(alg: algorithm), Claims().ToJsonString()));

    [Theory]
    [InlineData("{\"typ\":\"JWT\"}"), InlineData("{\"alg\":null}"), InlineData("{\"alg\":256}"), InlineData("{\"alg\":[\"RS256\"]}")]
    public void AlgorithmThatIsNoText_IsRefused(string header) => Refused("JWT_ALGORITHM", _rsa.Sign(header, Claims().ToJsonString()));

    [Fact]
    public void UnsignedToken_IsRefused()
    {
        var parts = _rsa.Sign(Claims()).Split('.');
        Refused("JWT_FORM", $"{parts[0]}.{parts[1]}.");
        Refused("JWT_FORM", $"{IssuerKey.Encode("{\"alg\":\"none\"}"u8)}.{parts[1]}.");
    }

    [Fact]
    public void PublicKeyAsHmacSecret_IsRefused()
    {
        foreach (var secret in (byte[][])[((RSA)_rsa.Key).ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(((RSA)_rsa.Key).ExportSubjectPublicKeyInfoPem()), ((RSA)_rsa.Key).ExportParameters(false).Modulus!])
        {
            var signed = $"{IssuerKey.Encode(Encoding.UTF8.GetBytes(Header(alg: "HS256")))}.{IssuerKey.Encode(Encoding.UTF8.GetBytes(Claims().ToJsonString()))}";
            Refused("JWT_ALGORITHM", $"{signed}.{IssuerKey.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}");
            // the same signature under an allowed name
            var renamed = $"{IssuerKey.Encode(Encoding.UTF8.GetBytes(Header()))}.{signed.Split('.')[1]}";
            Refused("JWT_SIGNATURE", $"{renamed}.{IssuerKey.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(renamed)))}");
        }
    }

    [Fact]
    public void KeysThatTheTokenBringsAlong_AreNeverUsed()
    {
        var jwk = _stranger.Jwk().ToJsonString();
        foreach (var extra in (string[])[$",\"jwk\":{jwk}", ",\"jku\":\"https://evil.example.com/jwks\"", ",\"x5u\":\"https://evil.example.com/cert\"", ",\"x5c\":[\"MIIB\"]"])
        {
            // signed by a stranger under the issuer's key id, or under an id of its own
            Refused("JWT_SIGNATURE", _stranger.Sign(Header(extra), Claims().ToJsonString()));
            Refused("JWT_NO_KEY", _stranger.Sign(Header(extra, kid: "mine"), Claims().ToJsonString()));
            // and ignored beside a right signature
            Assert.True(Check(_rsa.Sign(Header(extra), Claims().ToJsonString()), Keys).Ok);
        }
    }

    [Theory]
    [InlineData(",\"crit\":[\"exp\"]"), InlineData(",\"crit\":[]"), InlineData(",\"crit\":null"), InlineData(",\"crit\":[\"b64\"],\"b64\":false"), InlineData(",\"b64\":true"), InlineData(",\"zip\":\"DEF\""), InlineData(",\"enc\":\"A128GCM\""), InlineData(",\"cty\":\"JWT\"")]
    public void Extensions_AreRefused(string extra) => Refused("JWT_CRITICAL", _rsa.Sign(Header(extra), Claims().ToJsonString()));

    [Theory]
    [InlineData("\"at+jwt\""), InlineData("\"logout+jwt\""), InlineData("\"dpop+jwt\""), InlineData("\"JWE\""), InlineData("\"\""), InlineData("null"), InlineData("1")]
    public void TokensOfAnotherType_AreRefused(string type) => Refused("JWT_TYPE", _rsa.Sign($"{{\"alg\":\"RS256\",\"kid\":\"{_rsa.Id}\",\"typ\":{type}}}", Claims().ToJsonString()));

    [Theory]
    [InlineData("\"jwt\""), InlineData("\"Jwt\"")]
    public void TypeIsReadInAnyCase_AndMayBeMissing(string type)
    {
        Assert.True(Check(_rsa.Sign($"{{\"alg\":\"RS256\",\"kid\":\"{_rsa.Id}\",\"typ\":{type}}}", Claims().ToJsonString()), Keys).Ok);
        Assert.True(Check(_rsa.Sign($"{{\"alg\":\"RS256\",\"kid\":\"{_rsa.Id}\"}}", Claims().ToJsonString()), Keys).Ok);
    }

    [Theory]
    [InlineData("null"), InlineData("1"), InlineData("\"\""), InlineData("[\"rsa-1\"]"), InlineData("{}")]
    public void KeyIdThatIsNoText_IsRefused(string keyId) => Refused("JWT_KEY_ID", _rsa.Sign($"{{\"alg\":\"RS256\",\"kid\":{keyId}}}", Claims().ToJsonString()));

    [Theory]
    [InlineData("../../etc/passwd"), InlineData("' OR 1=1 --"), InlineData("https://evil.example.com/key"), InlineData("RSA-1"), InlineData("rsa-1 ")]
    public void KeyId_IsAName_AndNothingElse(string keyId) => Refused("JWT_NO_KEY", _rsa.Sign(Header(kid: keyId), Claims().ToJsonString()));

    [Fact]
    public void WithoutAKeyId_OnlyASingleFittingKeyCounts()
    {
        var token = _rsa.Sign("{\"alg\":\"RS256\"}", Claims().ToJsonString());
        Assert.True(Check(token, Keys).Ok);
        using var second = IssuerKey.Rsa("rsa-2");
        Refused("JWT_NO_KEY", token, JsonWebKeySet.Read(IssuerKey.KeySet(_rsa.Jwk(), second.Jwk())));
    }

    [Fact]
    public void KeyOfAnotherKindOrAlgorithm_IsNotUsed()
    {
        Refused("JWT_NO_KEY", _rsa.Sign(Header(kid: _ec.Id), Claims().ToJsonString()));
        Refused("JWT_NO_KEY", _rsa.Sign(Header(alg: "RS512"), Claims().ToJsonString()));
        Refused("JWT_NO_KEY", _rsa.Sign(Header(alg: "ES256"), Claims().ToJsonString()));
        var open = _rsa.Jwk();
        open.Remove("alg");
        Refused("JWT_SIGNATURE", _rsa.Sign(Header(alg: "PS256"), Claims().ToJsonString()), JsonWebKeySet.Read(IssuerKey.KeySet(open)));
    }

    [Fact]
    public void ChangedPayload_Header_OrSignature_IsRefused()
    {
        var parts = _rsa.Sign(Claims()).Split('.');
        var other = Claims();
        other["sub"] = "admin";
        Refused("JWT_SIGNATURE", $"{parts[0]}.{IssuerKey.Encode(Encoding.UTF8.GetBytes(other.ToJsonString()))}.{parts[2]}");
        Refused("JWT_SIGNATURE", $"{IssuerKey.Encode(Encoding.UTF8.GetBytes(Header(",\"x\":1")))}.{parts[1]}.{parts[2]}");
        Refused("JWT_SIGNATURE", $"{parts[0]}.{parts[1]}.{IssuerKey.Encode(new byte[256])}");
        Refused("JWT_SIGNATURE", $"{parts[0]}.{parts[1]}.{IssuerKey.Encode(_rsa.Signature(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}")).AsSpan(0, 255))}");
    }

    [Fact]
    public void EcdsaSignature_HasExactlyTwoCoordinates()
    {
        var signed = string.Join('.', _ec.Sign(Claims()).Split('.')[..2]);
        var data = Encoding.ASCII.GetBytes(signed);
        Assert.True(Check($"{signed}.{IssuerKey.Encode(_ec.Signature(data))}", Keys).Ok);
        // DER, all zeros ("psychic"), one byte more, one byte less, the order as s, a doubled one
        byte[] order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        foreach (var wrong in (byte[][])[_ec.Signature(data, DSASignatureFormat.Rfc3279DerSequence), new byte[64], [.. _ec.Signature(data), 0], _ec.Signature(data)[..63], [.. order, .. order], [0, .. _ec.Signature(data)], new byte[96]])
            Refused("JWT_SIGNATURE", $"{signed}.{IssuerKey.Encode(wrong)}");
    }

    [Theory]
    [InlineData("a"), InlineData("a.b"), InlineData("a.b.c.d"), InlineData("a.b.c.d.e"), InlineData(".."), InlineData("eyJ.eyJ."), InlineData("e30.e30. "), InlineData("e3 0.e30.AAAA"), InlineData("e30=.e30.AAAA"), InlineData("e30.e30.AA+A"), InlineData("e30.e30.AA/A"), InlineData("e30.e30.AAAAA"), InlineData("e30.e31.AAAA"), InlineData("e30.e30.AB")]
    public void OtherForms_AreRefused(string token) => Refused("JWT_FORM", token);

    [Fact]
    public void MissingAndOverlongTokens_AreRefused()
    {
        Assert.Equal("JWT_FORM", Jwt.Read(null).Error?.Code);
        Assert.Equal("JWT_FORM", Jwt.Read("").Error?.Code);
        var claims = Claims();
        claims["fill"] = new string('a', Jwt.MaxLength);
        Refused("JWT_TOO_LONG", _rsa.Sign(claims));
    }

    [Theory]
    [InlineData("{\"sub\":\"alice\",\"sub\":\"admin\"}"), InlineData("{\"sub\":\"alice\",\"\\u0073ub\":\"admin\"}"), InlineData("{\"a\":{\"b\":1,\"b\":2}}"), InlineData("[]"), InlineData("\"text\""), InlineData("null"), InlineData("{"), InlineData("{}{}"), InlineData("{\"a\":1,}"), InlineData("{/**/}"), InlineData("{\"a\":\"\\ud800\"}"), InlineData("{\"\\ud800\":1}"), InlineData("{\"a\":[[[[[[[[[1]]]]]]]]]}")]
    public void PayloadThatCanBeReadTwoWays_IsRefused(string payload) => Refused("JWT_JSON", _rsa.Sign(Header(), payload));

    [Theory]
    [InlineData("{\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"rsa-1\"}"), InlineData("{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"\\u0061lg\":\"none\"}"), InlineData("[\"RS256\"]"), InlineData("{\"alg\":\"RS256\"")]
    public void HeaderThatCanBeReadTwoWays_IsRefused(string header) => Refused("JWT_JSON", _rsa.Sign(header, Claims().ToJsonString()));

    [Fact]
    public void BytesThatAreNoText_AreRefused()
    {
        var signed = $"{IssuerKey.Encode(Encoding.UTF8.GetBytes(Header()))}.{IssuerKey.Encode([.. "{\"sub\":\""u8, 0xc0, 0x80, .. "\"}"u8])}";
        Refused("JWT_JSON", $"{signed}.{IssuerKey.Encode(_rsa.Signature(Encoding.ASCII.GetBytes(signed)))}");
    }

    [Fact]
    public void ErrorsNeverHoldTheToken()
    {
        var token = _stranger.Sign(Claims());
        Assert.DoesNotContain(token.Split('.')[2][..20], Check(token, Keys).Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", Check(token, Keys).Error!.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _rsa.Dispose();
        _ec.Dispose();
        _stranger.Dispose();
    }
}
