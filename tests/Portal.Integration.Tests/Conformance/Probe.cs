using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Kernel;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.Conformance;

/// <summary>A registry under test: raw requests and the few steps that the requirements share. It knows nothing of Portal.</summary>
/// <param name="Http">Somebody who may do everything below the names that <see cref="NewName"/> gives.</param>
/// <param name="Anonymous">Nobody.</param>
/// <param name="Reader">Somebody who may only read there.</param>
/// <param name="Prefix">The first part of all names.</param>
public sealed record Probe(HttpClient Http, HttpClient Anonymous, HttpClient Reader, string Prefix)
{
    static readonly byte[] Config = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"u8.ToArray();
    static int _number;

    /// <summary>A repository that nobody has used.</summary>
    public string NewName() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}/conformance{Interlocked.Increment(ref _number)}/a");

    public static byte[] Bytes(int size) => RandomNumberGenerator.GetBytes(size);

    public static string DigestOf(byte[] bytes) => Digest.Sha256(bytes).Text;

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, byte[]? body = null, string? type = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address);
        if (body is not null) request.Content = new ByteArrayContent(body);
        if (type is not null) request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content!.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string address, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, address, null, null, headers);

    public Task<HttpResponseMessage> HeadAsync(string address) => SendAsync(HttpMethod.Head, address);

    public Task<HttpResponseMessage> DeleteAsync(string address) => SendAsync(HttpMethod.Delete, address);

    public Task<HttpResponseMessage> PatchAsync(string address, byte[] body, string? range = null) =>
        SendAsync(HttpMethod.Patch, address, body, MediaTypes.OctetStream, range is null ? [] : [("Content-Range", range)]);

    /// <summary>Opens an upload and gives its address.</summary>
    public async Task<string> OpenUploadAsync(string name)
    {
        using var opened = await SendAsync(HttpMethod.Post, $"v2/{name}/blobs/uploads/", []);
        Status(HttpStatusCode.Accepted, opened);
        return Location(opened);
    }

    public Task<HttpResponseMessage> FinishAsync(string location, byte[] body, string digest, string? range = null) =>
        SendAsync(HttpMethod.Put, $"{location}{(location.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={Uri.EscapeDataString(digest)}", body, MediaTypes.OctetStream, range is null ? [] : [("Content-Range", range)]);

    public async Task<string> PushBlobAsync(string name, byte[] bytes)
    {
        using var done = await FinishAsync(await OpenUploadAsync(name), bytes, DigestOf(bytes));
        Status(HttpStatusCode.Created, done);
        return DigestOf(bytes);
    }

    /// <summary>Pushes config and layer, and gives the manifest that names them, not yet pushed.</summary>
    public async Task<byte[]> PrepareAsync(string name, string? subject = null, string? artifactType = null, string type = MediaTypes.OciManifest, string configType = MediaTypes.OciConfig)
    {
        var config = await PushBlobAsync(name, Config);
        var layer = Bytes(100);
        await PushBlobAsync(name, layer);
        return Manifest(type, (configType, config, Config.Length), [(type == MediaTypes.DockerManifest ? MediaTypes.DockerLayerGzip : MediaTypes.OciLayerGzip, DigestOf(layer), 100)], subject, artifactType);
    }

    public static byte[] Manifest(string type, (string Type, string Digest, int Size) config, (string Type, string Digest, int Size)[] layers, string? subject = null, string? artifactType = null, string? urls = null)
    {
        var json = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = type };
        if (artifactType is not null) json["artifactType"] = artifactType;
        json["config"] = Descriptor(config);
        json["layers"] = new JsonArray([.. layers.Select(Descriptor)]);
        if (urls is not null) json["layers"]![0]!["urls"] = new JsonArray(urls);
        if (subject is not null) json["subject"] = Descriptor((MediaTypes.OciManifest, subject, 100));
        json["annotations"] = new JsonObject { ["com.example.note"] = "kept as sent" };
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    public static byte[] Index(string type, string? subject, params (string Type, string Digest, int Size)[] entries)
    {
        var json = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = type, ["manifests"] = new JsonArray([.. entries.Select(Descriptor)]) };
        foreach (var entry in json["manifests"]!.AsArray()) entry!["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = "amd64" };
        if (subject is not null) json["subject"] = Descriptor((MediaTypes.OciManifest, subject, 100));
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    static JsonObject Descriptor((string Type, string Digest, int Size) entry) => new() { ["mediaType"] = entry.Type, ["digest"] = entry.Digest, ["size"] = entry.Size };

    public Task<HttpResponseMessage> PutManifestAsync(string name, string reference, byte[] manifest, string type = MediaTypes.OciManifest) => SendAsync(HttpMethod.Put, $"v2/{name}/manifests/{reference}", manifest, type);

    /// <summary>Pushes an image of its own under a tag, and gives its bytes.</summary>
    public async Task<byte[]> PushAsync(string name, string tag, string? subject = null, string? artifactType = null, string type = MediaTypes.OciManifest, string configType = MediaTypes.OciConfig)
    {
        var manifest = await PrepareAsync(name, subject, artifactType, type, configType);
        using var put = await PutManifestAsync(name, tag, manifest, type);
        Status(HttpStatusCode.Created, put);
        return manifest;
    }

    public Task<HttpResponseMessage> GetManifestAsync(string name, string reference, string? accept = null) =>
        GetAsync($"v2/{name}/manifests/{reference}", [.. (accept is null ? MediaTypes.AcceptAll : [accept]).Select(a => ("Accept", a))]);

    /// <summary>Where the answer points, as an address that can be sent again.</summary>
    public static string Location(HttpResponseMessage answer)
    {
        Assert.True(answer.Headers.Location is not null, "there is no Location");
        return answer.Headers.Location.OriginalString;
    }

    public static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : "";

    public static void Status(HttpStatusCode expected, HttpResponseMessage answer) =>
        Assert.True(answer.StatusCode == expected, $"{answer.RequestMessage?.Method} answered {(int)answer.StatusCode} and not {(int)expected}: {answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()}");

    /// <summary>A refusal with one of these codes, in the protocol's form and with a sentence.</summary>
    public static async Task<JsonNode> RefusedAsync(HttpStatusCode status, HttpResponseMessage answer, params string[] codes)
    {
        Status(status, answer);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]![0]!;
        Assert.Contains(error["code"]!.GetValue<string>(), codes);
        Assert.NotEmpty(error["message"]!.GetValue<string>());
        return error;
    }

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage answer)
    {
        Status(HttpStatusCode.OK, answer);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    public static async Task<string[]> NamesAsync(HttpResponseMessage answer, string list) => [.. ((await JsonAsync(answer))[list] as JsonArray ?? []).Select(n => n!.GetValue<string>())];

    /// <summary>The address of the next page; null at the end.</summary>
    public static string? Next(HttpResponseMessage answer)
    {
        var link = Header(answer, "Link");
        if (link.Length == 0) return null;
        Assert.EndsWith("rel=\"next\"", link, StringComparison.Ordinal);
        return link[(link.IndexOf('<', StringComparison.Ordinal) + 1)..link.IndexOf('>', StringComparison.Ordinal)];
    }
}
