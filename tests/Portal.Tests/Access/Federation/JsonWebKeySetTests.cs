using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Access.Federation;
using Portal.TestKit.Federation;
using Xunit;

namespace Portal.Tests.Access.Federation;

/// <summary>Which published keys are taken.</summary>
public sealed class JsonWebKeySetTests
{
    static int Usable(JsonObject jwk) => JsonWebKeySet.Read(IssuerKey.KeySet(jwk))!.Count;

    static JsonObject Rsa(Action<JsonObject> change)
    {
        using var key = IssuerKey.Rsa();
        var jwk = key.Jwk();
        change(jwk);
        return jwk;
    }

    static JsonObject Ec(Action<JsonObject> change)
    {
        using var key = IssuerKey.Ec();
        var jwk = key.Jwk();
        change(jwk);
        return jwk;
    }

    [Fact]
    public void OrdinaryKeys_AreTaken()
    {
        Assert.Equal(1, Usable(Rsa(_ => { })));
        Assert.Equal(1, Usable(Ec(_ => { })));
        Assert.Equal(1, Usable(Rsa(k => { k.Remove("use"); k.Remove("alg"); k["key_ops"] = new JsonArray("verify"); })));
    }

    [Theory]
    [InlineData("use", "\"enc\""), InlineData("use", "1"), InlineData("key_ops", "[\"encrypt\"]"), InlineData("key_ops", "\"verify\""), InlineData("kty", "\"oct\""), InlineData("kty", "\"rsa\""), InlineData("d", "\"AQAB\""), InlineData("k", "\"AQAB\""), InlineData("n", "\"\""), InlineData("n", "\"AQAB\""), InlineData("n", "\"****\"")]
    [InlineData("e", "\"AQ\""), InlineData("e", "\"Ag\""), InlineData("e", "\"AA\""), InlineData("e", "\"\""), InlineData("e", "\"AQAAAAAB\""), InlineData("e", "1")]
    public void RsaKeysThatAreNotForThis_AreLeftOut(string member, string json) => Assert.Equal(0, Usable(Rsa(k => k[member] = JsonNode.Parse(json))));

    [Fact]
    public void RsaKeys_HaveBoundsOfSize()
    {
        using var small = IssuerKey.Rsa(bits: 1_024);
        Assert.Equal(0, Usable(small.Jwk()));
        Assert.Equal(0, Usable(Rsa(k => k["n"] = IssuerKey.Encode([.. RandomNumberGenerator.GetBytes(1_032), 1]))));
    }

    [Fact]
    public void EcKeys_LieOnTheirCurve()
    {
        Assert.Equal(0, Usable(Ec(k => k["x"] = IssuerKey.Encode(new byte[32]))));
        Assert.Equal(0, Usable(Ec(k => (k["x"], k["y"]) = (IssuerKey.Encode(new byte[32]), IssuerKey.Encode(new byte[32])))));
        Assert.Equal(0, Usable(Ec(k => k["y"] = k["x"]!.GetValue<string>()[..^1])));
        Assert.Equal(0, Usable(Ec(k => k["crv"] = "P-384")));
        Assert.Equal(0, Usable(Ec(k => k["crv"] = "secp256k1")));
    }

    [Theory]
    [InlineData("[]"), InlineData("{}"), InlineData("{\"keys\":{}}"), InlineData("{\"keys\":[],\"keys\":[]}"), InlineData("<html>")]
    public void OtherDocuments_AreNoKeySet(string text) => Assert.Null(JsonWebKeySet.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void TooManyKeys_AreNoKeySet() =>
        Assert.Null(JsonWebKeySet.Read(IssuerKey.KeySet([.. Enumerable.Range(0, JsonWebKeySet.MaxKeys + 1).Select(_ => (JsonNode)new JsonObject { ["kty"] = "oct" })])));
}
