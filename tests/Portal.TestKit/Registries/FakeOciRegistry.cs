using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Registry.Images;
using Portal.Registry.Manifests;

namespace Portal.TestKit.Registries;

/// <summary>What one repository of a made-up registry holds.</summary>
public sealed class FakeRepository
{
    public Dictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, (byte[] Bytes, string Type)> Manifests { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);
}

/// <summary>Lets a request in (null) or answers it; <paramref name="scope"/> is <c>type:name:action</c>, empty for <c>/v2/</c>.</summary>
public delegate FakeAnswer? FakeGate(FakeRequest request, string scope);

/// <summary>A strict registry by the OCI distribution specification, in memory, with the switches that vendors differ by.</summary>
public sealed partial class FakeOciRegistry(string host, FakeGate gate)
{
    readonly Dictionary<string, (string Repository, byte[] Bytes, int State, int Patches)> _uploads = new(StringComparer.Ordinal);

    public SortedDictionary<string, FakeRepository> Repositories { get; } = new(StringComparer.Ordinal);

    /// <summary>False answers a push to a repository that is not there with NAME_UNKNOWN.</summary>
    public Func<string, bool> MayCreate { get; set; } = _ => true;
    public bool HasCatalog { get; set; } = true;
    public bool TakesPushes { get; set; } = true;
    public bool DeletesByTag { get; set; }
    public bool DeletesByDigest { get; set; } = true;
    public bool IgnoresTagPages { get; set; }
    public bool AbsoluteLinks { get; set; }

    /// <summary>Adds to tags what vendors have been seen to send: nulls and digests.</summary>
    public bool OddTags { get; set; }
    public bool RefusesPutWithBody { get; set; }
    public bool RefusesSecondPatch { get; set; }

    /// <summary>Names itself by the wrong scheme in <c>Location</c>, as behind a proxy.</summary>
    public bool WrongScheme { get; set; }
    public HashSet<string> RefusedTypes { get; } = [];

    /// <summary>Blobs are fetched from this host, which refuses requests with an authorization.</summary>
    public string? StorageHost { get; set; }

    public FakeRepository Open(string name) => Repositories.TryGetValue(name, out var there) ? there : Repositories[name] = new();

    /// <summary>Puts an artifact there without asking.</summary>
    public void Seed(string repository, BuiltArtifact artifact, params string[] tags)
    {
        var to = Open(repository);
        foreach (var blob in artifact.Blobs) to.Blobs[blob.Digest.Text] = blob.Bytes();
        foreach (var child in artifact.Children) Seed(repository, child);
        to.Manifests[artifact.Digest.Text] = (artifact.Manifest, artifact.MediaType);
        foreach (var tag in tags) to.Tags[tag] = artifact.Digest.Text;
    }

    public FakeAnswer Answer(FakeRequest r)
    {
        var answer = Route(r);
        return answer.With("Docker-Distribution-Api-Version", "registry/2.0");
    }

    /// <summary>The object storage behind it.</summary>
    public FakeAnswer Storage(FakeRequest r)
    {
        if (r.Authorization is not null) return new(400, "<Error><Code>InvalidArgument</Code></Error>"u8.ToArray(), "application/xml");
        var digest = r.Path.TrimStart('/');
        return Repositories.Values.Select(v => v.Blobs.GetValueOrDefault(digest)).FirstOrDefault(b => b is not null) is { } blob ? Ranged(r, blob) : new(404, [], "application/xml");
    }

    FakeAnswer Route(FakeRequest r)
    {
        if (r.Path is "/v2/" or "/v2") return gate(r, "") ?? FakeAnswer.Json(new JsonObject());
        if (r.Path == "/v2/_catalog") return gate(r, "registry:catalog:*") ?? (HasCatalog ? Page(r, [.. Repositories.Keys], "repositories") : FakeAnswer.Error(404, "UNSUPPORTED"));
        var match = Shape().Match(r.Path);
        if (!match.Success) return FakeAnswer.Error(404, "NAME_UNKNOWN");
        var (name, kind, last) = (match.Groups["n"].Value, match.Groups["k"].Value, match.Groups["r"].Value);
        var action = r.Method switch { "GET" or "HEAD" => "pull", "DELETE" when kind != "blobs/uploads" => "delete", _ => "push" };
        if (gate(r, $"repository:{name}:{action}") is { } refused) return refused;
        if (action == "push" && !TakesPushes) return FakeAnswer.Error(405, "UNSUPPORTED");
        if (action != "push" && !Repositories.ContainsKey(name)) return FakeAnswer.Error(404, "NAME_UNKNOWN");
        if (action == "push" && !Repositories.ContainsKey(name) && !MayCreate(name)) return FakeAnswer.Error(404, "NAME_UNKNOWN", $"The repository with name '{name}' does not exist in the registry");
        var repository = Open(name);
        return kind switch
        {
            "tags" => Tags(r, repository),
            "blobs" => Blob(r, repository, Uri.UnescapeDataString(last)),
            "blobs/uploads" => Upload(r, name, repository, last),
            _ => Manifest(r, repository, Uri.UnescapeDataString(last)),
        };
    }

    FakeAnswer Tags(FakeRequest r, FakeRepository repository)
    {
        if (!OddTags) return Page(r, [.. repository.Tags.Keys], "tags", IgnoresTagPages);
        return FakeAnswer.Json(new JsonObject { ["tags"] = new JsonArray([null, "sha256:" + new string('0', 64), .. repository.Tags.Keys.Select(t => (JsonNode)t)]) });
    }

    FakeAnswer Page(FakeRequest r, string[] all, string property, bool whole = false)
    {
        var size = int.Parse(r.Query("n") ?? "100", CultureInfo.InvariantCulture);
        if (size > 1000) return FakeAnswer.Error(400, "PAGINATION_NUMBER_INVALID");
        var rest = all.Where(t => string.CompareOrdinal(t, r.Query("last") ?? "") > 0).ToArray();
        var page = whole ? all : rest.Take(size).ToArray();
        var answer = FakeAnswer.Json(new JsonObject { [property] = new JsonArray([.. page.Select(t => (JsonNode)t)]) });
        if (whole || rest.Length <= size) return answer;
        var next = $"{r.Path}?last={Uri.EscapeDataString(page[^1])}&n={size}";
        return answer.With("Link", $"<{(AbsoluteLinks ? $"https://{host}" : "")}{next}>; rel=\"next\"");
    }

    FakeAnswer Blob(FakeRequest r, FakeRepository repository, string digest)
    {
        if (!repository.Blobs.TryGetValue(digest, out var blob)) return FakeAnswer.Error(404, "BLOB_UNKNOWN");
        if (r.Method == "HEAD") return new(200, [], MediaTypes.OctetStream) { Length = blob.Length };
        if (r.Method != "GET") return FakeAnswer.Error(405, "UNSUPPORTED");
        return StorageHost is { } storage ? FakeAnswer.Empty(307).With("Location", $"https://{storage}/{digest}?sig=1") : Ranged(r, blob);
    }

    static FakeAnswer Ranged(FakeRequest r, byte[] blob)
    {
        if (r.Header("Range") is not { } range || RangeShape().Match(range) is not { Success: true } match) return new(200, blob, MediaTypes.OctetStream);
        var from = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        var to = match.Groups[2].Length > 0 ? Math.Min(int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), blob.Length - 1) : blob.Length - 1;
        return new FakeAnswer(206, blob[from..(to + 1)], MediaTypes.OctetStream).With("Content-Range", $"bytes {from}-{to}/{blob.Length}");
    }

    FakeAnswer Upload(FakeRequest r, string name, FakeRepository repository, string id)
    {
        if (r.Method == "POST")
        {
            if (r.Query("mount") is { } mount && r.Query("from") is { } from && Repositories.TryGetValue(from, out var source) && source.Blobs.TryGetValue(mount, out var mounted))
            {
                repository.Blobs[mount] = mounted;
                return FakeAnswer.Empty(201);
            }
            id = Guid.NewGuid().ToString("N");
            _uploads[id] = (name, [], 0, 0);
            return Accepted(name, id, 202);
        }
        if (!_uploads.TryGetValue(id, out var upload) || upload.Repository != name || r.Query("_state") != upload.State.ToString(CultureInfo.InvariantCulture)) return FakeAnswer.Error(404, "BLOB_UPLOAD_UNKNOWN");
        if (r.Method == "DELETE") return _uploads.Remove(id) ? FakeAnswer.Empty(204) : FakeAnswer.Empty(404);
        if (r.Header("Content-Type") is { } type && type != MediaTypes.OctetStream) return FakeAnswer.Error(500, "UNKNOWN");
        if (r.Method == "PATCH")
        {
            if (RefusesSecondPatch && upload.Patches > 0) return FakeAnswer.Error(416, "BLOB_UPLOAD_INVALID");
            if (r.Header("Content-Range") is { } at && !at.StartsWith($"{upload.Bytes.Length}-", StringComparison.Ordinal)) return FakeAnswer.Error(416, "RANGE_INVALID");
            _uploads[id] = upload with { Bytes = [.. upload.Bytes, .. r.Body], State = upload.State + 1, Patches = upload.Patches + 1 };
            return Accepted(name, id, 202);
        }
        if (r.Method != "PUT") return FakeAnswer.Error(405, "UNSUPPORTED");
        if (RefusesPutWithBody && r.Body.Length > 0) return new(400, """{"errors":[{"status":400,"message":"Unsupported docker repository request"}]}"""u8.ToArray());
        byte[] whole = [.. upload.Bytes, .. r.Body];
        var digest = Digest(whole);
        if (r.Query("digest") != digest) return FakeAnswer.Error(400, "DIGEST_INVALID");
        _uploads.Remove(id);
        repository.Blobs[digest] = whole;
        return FakeAnswer.Empty(201).With("Location", $"/v2/{name}/blobs/{digest}").With("Docker-Content-Digest", digest);
    }

    FakeAnswer Accepted(string name, string id, int status)
    {
        var (_, bytes, state, _) = _uploads[id];
        var path = string.Create(CultureInfo.InvariantCulture, $"/v2/{name}/blobs/uploads/{id}?_state={state}");
        return FakeAnswer.Empty(status).With("Location", WrongScheme ? $"http://{host}{path}" : path).With("Range", $"0-{Math.Max(0, bytes.Length - 1)}");
    }

    FakeAnswer Manifest(FakeRequest r, FakeRepository repository, string reference)
    {
        if (r.Method == "PUT") return Put(r, repository, reference);
        var digest = reference.Contains(':', StringComparison.Ordinal) ? reference : repository.Tags.GetValueOrDefault(reference);
        if (r.Method == "DELETE" && digest == reference ? !DeletesByDigest : r.Method == "DELETE" && !DeletesByTag) return FakeAnswer.Error(405, "UNSUPPORTED");
        if (digest is null || !repository.Manifests.TryGetValue(digest, out var manifest)) return FakeAnswer.Error(404, "MANIFEST_UNKNOWN");
        if (r.Method == "DELETE")
        {
            if (digest != reference) repository.Tags.Remove(reference);
            else Remove(repository, digest);
            return FakeAnswer.Empty(202);
        }
        if (r.Header("Accept")?.Contains(manifest.Type, StringComparison.Ordinal) != true) return FakeAnswer.Error(404, "MANIFEST_UNKNOWN", $"Manifest has media type {manifest.Type} but the Accept header lacks it");
        return new FakeAnswer(200, manifest.Bytes, manifest.Type).With("Docker-Content-Digest", digest);
    }

    /// <summary>Takes a manifest and its tags away.</summary>
    public static void Remove(FakeRepository repository, string digest)
    {
        repository.Manifests.Remove(digest);
        foreach (var tag in repository.Tags.Where(t => t.Value == digest).Select(t => t.Key).ToArray()) repository.Tags.Remove(tag);
    }

    FakeAnswer Put(FakeRequest r, FakeRepository repository, string reference)
    {
        var type = r.Header("Content-Type") ?? "";
        if (RefusedTypes.Contains(type) || !MediaTypes.IsManifest(type)) return FakeAnswer.Error(400, "MANIFEST_INVALID", $"{type} is not supported");
        var json = JsonNode.Parse(r.Body)!.AsObject();
        IEnumerable<string> blobs = MediaTypes.IsIndex(type) ? [] : [.. json["layers"]!.AsArray().Select(l => l!["digest"]!.GetValue<string>()), json["config"]!["digest"]!.GetValue<string>()];
        IEnumerable<string> children = MediaTypes.IsIndex(type) ? json["manifests"]!.AsArray().Select(l => l!["digest"]!.GetValue<string>()) : [];
        if (!blobs.All(repository.Blobs.ContainsKey) || !children.All(repository.Manifests.ContainsKey)) return FakeAnswer.Error(400, "MANIFEST_BLOB_UNKNOWN");
        var digest = Digest(r.Body);
        if (reference.Contains(':', StringComparison.Ordinal) && reference != digest) return FakeAnswer.Error(400, "DIGEST_INVALID");
        repository.Manifests[digest] = (r.Body, type);
        if (reference != digest) repository.Tags[reference] = digest;
        return FakeAnswer.Empty(201).With("Docker-Content-Digest", digest);
    }

    static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    [GeneratedRegex("^/v2/(?<n>.+?)/(?:(?<k>blobs/uploads)/(?<r>[^/]*)|(?<k>blobs|manifests)/(?<r>[^/]+)|(?<k>tags)/list)$")]
    private static partial Regex Shape();

    [GeneratedRegex("^bytes=([0-9]+)-([0-9]*)$")]
    private static partial Regex RangeShape();
}
