using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Images;

/// <summary>Pushes what was made in the order the protocol asks: blobs, then the manifests of an index by digest, then the top by tag.</summary>
public static class ImagePusher
{
    /// <summary>Pushes an artifact; blobs that are there already are not sent again.</summary>
    /// <param name="client">The registry.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="artifact">What to push.</param>
    /// <param name="tags">Tags to put on it; none stores it by digest alone.</param>
    /// <param name="ct">Ends the push; what was stored stays.</param>
    public static async Task<Result> PushAsync(RegistryClient client, string repository, BuiltArtifact artifact, IReadOnlyList<TagName> tags, CancellationToken ct = default)
    {
        foreach (var blob in artifact.Blobs)
        {
            var pushed = await PushBlobAsync(client, repository, blob, ct);
            if (!pushed.Ok) return pushed;
        }
        foreach (var child in artifact.Children)
        {
            var pushed = await PushAsync(client, repository, child, [], ct);
            if (!pushed.Ok) return pushed;
        }
        IEnumerable<Reference> references = tags.Count == 0 ? [artifact.Digest] : tags.Select(t => (Reference)t);
        foreach (var reference in references)
        {
            var stored = await client.PutManifestAsync(repository, reference, artifact.Manifest, artifact.MediaType, ct);
            if (!stored.Ok) return stored.Error;
        }
        return Result.Success;
    }

    static async Task<Result> PushBlobAsync(RegistryClient client, string repository, BuiltBlob blob, CancellationToken ct)
    {
        var there = await client.HeadBlobAsync(repository, blob.Digest, ct);
        if (there.Ok) return Result.Success;
        if (there.Error.Kind != ErrorKind.NotFound) return there.Error;
        await using var content = blob.Open();
        return await client.UploadBlobAsync(repository, blob.Digest, content, blob.Size, ct);
    }
}
