using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Integration.Tests.Gateway;
using Portal.Kernel;
using Portal.Registry.Images;
using Xunit;

namespace Portal.Integration.Tests.Rules;

/// <summary>What the tests of rules share: names, raw pushes, and the REST face.</summary>
public abstract class RulesTests(GatewayFixture portal)
{
    protected GatewayFixture Portal { get; } = portal;

    protected static RepositoryName Name(string text) => RepositoryName.TryParse(text, out var name) ? name : throw new FormatException(text);

    protected static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new FormatException(text);

    protected static BuiltArtifact NewImage() => GatewayFixture.Image(Guid.NewGuid().ToString());

    /// <summary>Pushes the blobs and then the manifest, whose answer is returned.</summary>
    protected async Task<(int Status, string Code, string Message)> PutAsync(string repository, BuiltArtifact artifact, string reference, string user = "dev")
    {
        await Portal.PushAsync(repository, artifact);
        return await PutManifestAsync(repository, artifact, reference, user);
    }

    /// <summary>Puts a manifest whose blobs are there.</summary>
    protected async Task<(int Status, string Code, string Message)> PutManifestAsync(string repository, BuiltArtifact artifact, string reference, string user = "dev")
    {
        using var http = Portal.Http(user);
        using var content = new ByteArrayContent(artifact.Manifest);
        content.Headers.ContentType = new(artifact.MediaType);
        using var answer = await http.PutAsync($"v2/{repository}/manifests/{reference}", content);
        return await ReadAsync(answer);
    }

    /// <summary>Any request on the REST face or the registry's.</summary>
    protected async Task<(int Status, string Code, string Message)> SendAsync(string method, string path, object? body = null, string user = "dev")
    {
        using var http = Portal.Http(user);
        using var request = new HttpRequestMessage(new(method), path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await http.SendAsync(request);
        return await ReadAsync(answer);
    }

    /// <summary>The JSON of a GET.</summary>
    protected async Task<JsonNode> GetAsync(string path, string user = "dev")
    {
        using var http = Portal.Http(user);
        return JsonNode.Parse(await http.GetStringAsync(path))!;
    }

    protected static string Rest(string repository)
    {
        var name = Name(repository);
        return $"/api/v2.0/projects/{name.Project}/repositories/{name.Path.Replace("/", "%252F", StringComparison.Ordinal)}";
    }

    protected async Task<Digest> DigestAsync(string repository, string tag) => (await Portal.Client().GetManifestAsync(repository, Tag(tag))).Value.Digest;

    static async Task<(int Status, string Code, string Message)> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (text.Length == 0 || JsonNode.Parse(text) is not JsonObject json) return ((int)answer.StatusCode, "", "");
        var error = json["errors"]?[0];
        return ((int)answer.StatusCode, (string?)error?["code"] ?? (string?)json["code"] ?? "", (string?)error?["message"] ?? (string?)json["detail"] ?? "");
    }
}
