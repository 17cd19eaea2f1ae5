using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Artifacts;
using Portal.Integration.Tests.Gateway;
using Portal.Kernel;
using Portal.Registry.Images;
using Portal.Registry.Manifests;
using Portal.TestKit;
using Xunit;
using static Portal.Integration.Tests.Faults.Target;

namespace Portal.Integration.Tests.Faults.Probes;

/// <summary>What can be tried with uploads, blobs and verbs of the registry.</summary>
static class RegistryProbes
{
    /// <summary>An upload's address used by somebody else, in another repository, or changed.</summary>
    public static async Task ContinueUploadElsewhereAsync(Target target)
    {
        using var http = target.Http("developer");
        using var post = await http.PostAsync("v2/own/one/blobs/uploads/", null);
        Assert.Equal(HttpStatusCode.Accepted, post.StatusCode);
        var location = post.Headers.Location!.OriginalString;
        using var other = target.Http("maintainer");
        foreach (var (what, client, path) in new[]
        {
            ("by another person", other, location), ("in another repository", http, location.Replace("/one/", "/two/", StringComparison.Ordinal)),
            ("with a changed seal", http, location[..^3] + "AAA"), ("under another id", http, location.Replace("uploads/", "uploads/x", StringComparison.Ordinal)), ("without a seal", http, location.Split('?')[0]),
        })
        {
            var (status, text) = await AskAsync(client, HttpMethod.Patch, path, new ByteArrayContent([1, 2, 3]));
            Flaw.If(status < 300, $"an upload goes on {what}");
            Assert.Equal((404, true), (status, text.Contains("BLOB_UPLOAD_UNKNOWN", StringComparison.Ordinal)));
        }
        Assert.Equal(202, await StatusAsync(http, HttpMethod.Patch, location, new ByteArrayContent([1, 2, 3])));
    }

    /// <summary>The known digest of a private repository, through every other door.</summary>
    public static async Task ReadForeignBlobAsync(Target target)
    {
        var (repository, secret) = ($"own/{Name("blobs")}", BuiltBlob.Of(MediaTypes.OctetStream, RandomNumberGenerator.GetBytes(2_000)));
        using (var content = secret.Open()) Assert.True((await target.Client("maintainer").UploadBlobAsync(repository, secret.Digest, content, secret.Size)).Ok);
        var mine = await target.Host.CreateProjectAsync(Name("mine"));
        await target.Host.AddMemberAsync(mine, "outsider", BuiltInRoles.Maintainer);
        using var member = target.Http("maintainer");
        Assert.Equal(200, await GetAsync(member, $"v2/{repository}/blobs/{secret.Digest}")); // caches are warm now
        using var outsider = target.Http("outsider");
        foreach (var path in (string[])[$"v2/{mine.Name}/x/blobs/{secret.Digest}", $"v2/open/x/blobs/{secret.Digest}", $"v2/{repository}/blobs/{secret.Digest}"])
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
                Flaw.Unless(404, await StatusAsync(outsider, method, path), $"{method} of a private repository's blob by {path.Split('/')[1]}");
        Flaw.Unless(202, await StatusAsync(outsider, HttpMethod.Post, $"v2/{mine.Name}/x/blobs/uploads/?mount={secret.Digest}&from={repository}"), "a blob is mounted from a private repository");
        Flaw.Unless(404, await GetAsync(outsider, $"v2/{mine.Name}/x/blobs/{secret.Digest}"), "a blob is readable after mounting it from a private repository");
        // in another repository of the same project it is not there either until it is mounted
        Flaw.Unless(404, await GetAsync(member, $"v2/own/elsewhere/blobs/{secret.Digest}"), "a blob is readable in a repository that does not hold it");
        var beside = $"own/{Name("beside")}";
        Assert.Equal(201, await StatusAsync(member, HttpMethod.Post, $"v2/{beside}/blobs/uploads/?mount={secret.Digest}&from={repository}"));
        Assert.Equal(secret.Bytes(), await member.GetByteArrayAsync($"v2/{beside}/blobs/{secret.Digest}"));
    }

    /// <summary>Tag, manifest and blobs right after their repository was deleted, with warm caches.</summary>
    public static async Task ReadDeletedAsync(Target target)
    {
        var (repository, image) = ($"own/{Name("deleted")}", GatewayFixture.Image(Name("deleted")));
        await target.PushAsync("maintainer", repository, image, "1");
        using var http = target.Http("maintainer");
        string[] paths = [$"v2/{repository}/manifests/1", $"v2/{repository}/manifests/{image.Digest}", $"v2/{repository}/blobs/{image.Blobs[0].Digest}"];
        foreach (var path in paths) Assert.Equal(200, await GetAsync(http, path));
        var name = RepositoryName.TryParse(repository, out var parsed) ? parsed : throw new FormatException(repository);
        Assert.True((await target.Service<ArtifactDeleter>().DeleteRepositoryAsync(target.Host.Admin, name, default)).Ok);
        foreach (var path in paths) Flaw.Unless(404, await GetAsync(http, path), "content is still readable after it was deleted");
    }

    /// <summary>Deleting with no more than the right to push: by tag, by digest, of <c>latest</c> and of another.</summary>
    public static async Task DeleteByPusherAsync(Target target)
    {
        var (repository, image, next) = ($"own/{Name("verbs")}", GatewayFixture.Image(Name("verbs")), GatewayFixture.Image(Name("verbs")));
        await target.PushAsync("developer", repository, image, "latest", "1");
        await target.PushAsync("developer", repository, next, "latest");
        using var basic = target.Http("developer");
        using var bearer = await target.BearerAsync("developer", $"repository:{repository}:pull,push,delete");
        foreach (var http in (HttpClient[])[basic, bearer])
            foreach (var reference in (string[])["latest", "1", next.Digest.Text, image.Digest.Text])
                Flaw.If(await StatusAsync(http, HttpMethod.Delete, $"v2/{repository}/manifests/{reference}") == 202, "who may push deletes");
        foreach (var path in (string[])[$"api/v2.0/projects/own/repositories/{repository[4..]}/artifacts/1", $"api/v2.0/projects/own/repositories/{repository[4..]}/artifacts/1/tags/1", $"api/v2.0/projects/own/repositories/{repository[4..]}"])
            Flaw.Unless(403, await StatusAsync(basic, HttpMethod.Delete, path), "who may push deletes");
        using var reader = target.Http("guest");
        Flaw.Unless(403, await StatusAsync(reader, HttpMethod.Put, $"v2/{repository}/manifests/new", Manifest(image)), "who may pull makes a tag");
        Flaw.Unless(403, await StatusAsync(reader, HttpMethod.Put, $"v2/{repository}/manifests/latest", Manifest(image)), "who may pull moves a tag");
        Assert.Equal(200, await GetAsync(reader, $"v2/{repository}/manifests/{image.Digest}"));
        using var keeper = target.Http("maintainer");
        Assert.Equal(202, await StatusAsync(keeper, HttpMethod.Delete, $"v2/{repository}/manifests/1"));
    }

    /// <summary>Rights on <c>v*</c> used on <c>latest</c>: making, moving and deleting it by name, and deleting it by the digest that both names share.</summary>
    public static async Task ReachOtherTagsAsync(Target target)
    {
        var user = await target.NewUserAsync("releaser");
        var (repository, image, next) = ($"own/{Name("tags")}", GatewayFixture.Image(Name("tags")), GatewayFixture.Image(Name("tags")));
        await target.PushAsync("maintainer", repository, image, "latest", "v1");
        await target.Host.BindAsync(user, BuiltInRoles.Maintainer, target.Api.Own, repository[4..], "v*");
        await target.PushAsync(user.Name, repository, next, "v2");
        using var http = target.Http(user.Name);
        Flaw.If(await StatusAsync(http, HttpMethod.Put, $"v2/{repository}/manifests/latest", Manifest(next)) == 201, "a tag outside of the pattern is moved");
        Flaw.If(await StatusAsync(http, HttpMethod.Put, $"v2/{repository}/manifests/other", Manifest(next)) == 201, "a tag outside of the pattern is made");
        Flaw.If(await StatusAsync(http, HttpMethod.Delete, $"v2/{repository}/manifests/latest") == 202, "a tag outside of the pattern is deleted");
        Flaw.If(await StatusAsync(http, HttpMethod.Delete, $"v2/{repository}/manifests/{image.Digest}") == 202, "a digest is deleted with a tag outside of the pattern");
        Assert.Equal(202, await StatusAsync(http, HttpMethod.Delete, $"v2/{repository}/manifests/v1"));
        Assert.Equal(202, await StatusAsync(http, HttpMethod.Delete, $"v2/{repository}/manifests/{next.Digest}"));
    }

    /// <summary>Many at once set one tag that may be set once.</summary>
    public static async Task RaceForATagAsync(Target target)
    {
        for (var round = 0; round < 3; round++)
        {
            var repository = $"own/{Name("immutable")}";
            var images = Enumerable.Range(0, 8).Select(_ => GatewayFixture.Image(Name("race"))).ToList();
            foreach (var image in images) await target.PushAsync("maintainer", repository, image);
            using var http = target.Http("maintainer");
            var answers = await Task.WhenAll(images.Select(image => StatusAsync(http, HttpMethod.Put, $"v2/{repository}/manifests/once", Manifest(image))));
            var history = await target.DatabaseAsync(db => Task.FromResult(db.TagEvents.Count(e => e.TagName == "once" && db.Repositories.Any(r => r.Id == e.RepositoryId && "own/" + r.Name == repository))));
            Flaw.If(history > 1 || answers.Count(a => a == 201) > 1, "a tag that may be set once was set several times");
            Assert.Single(answers, 201);
        }
    }

    /// <summary>Manifests that two readers would take for different things, and content under a digest that is not its own.</summary>
    public static async Task PushConfusedManifestsAsync(Target target)
    {
        var (repository, image) = ($"own/{Name("confused")}", GatewayFixture.Image(Name("confused")));
        await target.PushAsync("maintainer", repository, image, "1");
        var index = OciArtifacts.Index([image]);
        using var http = target.Http("maintainer");
        var text = System.Text.Encoding.UTF8.GetString(image.Manifest);
        var other = image.Manifest.Append((byte)' ').ToArray();
        var confused = new (string What, byte[] Bytes, string Type, string Reference)[]
        {
            ("a manifest is stored under another's digest", other, image.MediaType, image.Digest.Text),
            ("an index is stored as an image", index.Manifest, image.MediaType, "x"),
            ("an image is stored as an index", image.Manifest, index.MediaType, "x"),
            ("a body of another type than its header says is stored", image.Manifest, MediaTypes.DockerManifest, "x"),
            ("a manifest with a field twice is stored", Bytes(text.Insert(1, "\"layers\":[],")), image.MediaType, "x"),
            ("a manifest that is both an image and an index is stored", Bytes(text.Insert(1, "\"manifests\":[],")), image.MediaType, "x"),
        };
        foreach (var (what, bytes, type, reference) in confused)
        {
            using var body = new ByteArrayContent(bytes) { Headers = { ContentType = new(type) } };
            var status = await StatusAsync(http, HttpMethod.Put, $"v2/{repository}/manifests/{reference}", body);
            Flaw.If(status is >= 200 and < 300, what);
            Assert.Equal(400, status);
        }
        var blob = RandomNumberGenerator.GetBytes(100);
        using var upload = await http.PostAsync($"v2/{repository}/blobs/uploads/?digest={image.Blobs[0].Digest.Text[..^8]}00000000", new ByteArrayContent(blob));
        Flaw.If(upload.StatusCode == HttpStatusCode.Created, "a blob is stored under another's digest");
        using var got = await http.GetAsync($"v2/{repository}/manifests/1");
        Assert.Equal(image.Digest.Hex(), Convert.ToHexStringLower(SHA256.HashData(await got.Content.ReadAsByteArrayAsync())));
    }

    static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    static ByteArrayContent Manifest(BuiltArtifact image) => new(image.Manifest) { Headers = { ContentType = new(image.MediaType) } };

    static string Hex(this Digest digest) => digest.Text["sha256:".Length..];
}
