using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Kernel;
using Portal.Registry;
using Xunit;

namespace Portal.Gateway.Tests;

/// <summary>Every error code of the protocol as it leaves the gateway.</summary>
public sealed class AnswersTests
{
    public static TheoryData<string, int> Codes { get; } = new()
    {
        { "BLOB_UNKNOWN", 404 },
        { "BLOB_UPLOAD_INVALID", 404 },
        { "BLOB_UPLOAD_UNKNOWN", 404 },
        { "DIGEST_INVALID", 400 },
        { "MANIFEST_BLOB_UNKNOWN", 400 },
        { "MANIFEST_INVALID", 400 },
        { "MANIFEST_UNKNOWN", 404 },
        { "MANIFEST_UNVERIFIED", 400 },
        { "NAME_INVALID", 400 },
        { "NAME_UNKNOWN", 404 },
        { "SIZE_INVALID", 400 },
        { "TAG_INVALID", 400 },
        { "RANGE_INVALID", 416 },
        { "PRECONDITION", 412 },
        { "PAGINATION_NUMBER_INVALID", 400 },
        { "UNAUTHORIZED", 401 },
        { "DENIED", 403 },
        { "UNSUPPORTED", 405 },
        { "TOOMANYREQUESTS", 429 },
        { "UNAVAILABLE", 503 },
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Refuse_WithACode_HasItsStatusAndTheProtocolsBody(string code, int status)
    {
        var (http, body) = await RefuseAsync("/v2/a/b/manifests/1", OciErrors.All.First(c => c.Code == code).Because("In words."));
        Assert.Equal(status, http.Response.StatusCode);
        Assert.Equal((code, "In words."), (body["errors"]![0]!["code"]!.GetValue<string>(), body["errors"]![0]!["message"]!.GetValue<string>()));
        Assert.Equal(status == 401, http.Response.Headers.WWWAuthenticate.Count > 0);
        Assert.Equal(status is 429 or 503, http.Response.Headers.RetryAfter.Count > 0);
    }

    [Fact]
    public void Codes_AreAllThatTheProtocolHas() => Assert.Equal(OciErrors.All.Select(c => c.Code).Distinct().Where(c => c != "UNKNOWN").Order(), Codes.Select(row => (string)row[0]).Order());

    [Fact]
    public async Task Refuse_AboutSeveralDigests_NamesEachInItsDetail()
    {
        var (_, body) = await RefuseAsync("/v2/a/b/manifests/1", OciErrors.ManifestBlobUnknown.Because("Two are missing.") with { About = ["sha256:1", "sha256:2"] });
        Assert.Equal(["sha256:1", "sha256:2"], body["errors"]!.AsArray().Select(e => e!["detail"]!["digest"]!.GetValue<string>()));
        Assert.Equal("Two are missing.", body["errors"]![0]!["message"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("grant_type", "unsupported_grant_type")]
    [InlineData("scope", "invalid_scope")]
    [InlineData("service", "invalid_request")]
    public async Task Refuse_ByTheTokenService_SpeaksBothTongues(string field, string error)
    {
        var (http, body) = await RefuseAsync(Answers.TokenPath, Error.Invalid(field, "In words."));
        Assert.Equal((400, error, "In words."), (http.Response.StatusCode, body["error"]!.GetValue<string>(), body["error_description"]!.GetValue<string>()));
        Assert.Equal(("UNSUPPORTED", "In words."), (body["errors"]![0]!["code"]!.GetValue<string>(), body["errors"]![0]!["message"]!.GetValue<string>()));
    }

    static async Task<(HttpContext Http, JsonNode Body)> RefuseAsync(string path, Error error)
    {
        var http = new DefaultHttpContext();
        http.Request.Path = path;
        using var body = new MemoryStream();
        http.Response.Body = body;
        await new Answers(Options.Create(new GatewayOptions())).RefuseAsync(http, null, error);
        return (http, JsonNode.Parse(body.ToArray())!);
    }
}
