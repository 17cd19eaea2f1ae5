using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>A manifest's config, as far as it could be read.</summary>
/// <param name="Json">The config as text; null when it is no JSON, too large, or not to be stored.</param>
/// <param name="Image">What an image's config says; null for anything else.</param>
sealed record ConfigContent(string? Json, ImageConfig? Image)
{
    public static ConfigContent None { get; } = new(null, null);
}

/// <summary>Makes an artifact's rows from its document: pure.</summary>
static class ArtifactBuilder
{
    public static Artifact Build(RepositoryEntry repository, ManifestDocument document, ManifestContents contents, ConfigContent config, string? tag, string pushedBy, DateTimeOffset now)
    {
        var image = config.Image;
        return new()
        {
            ProjectId = repository.ProjectId,
            RepositoryId = repository.Id,
            Digest = document.Digest.Text,
            MediaType = document.MediaType,
            ArtifactType = StorableJson.Text(document.ArtifactType, 255) ?? "",
            Kind = ArtifactKinds.Classify(document, tag),
            ManifestSize = document.Bytes.Length,
            Size = contents.Size,
            SubjectDigest = document.Subject?.Digest.Text,
            Os = StorableJson.Text(image?.Os, 64),
            Architecture = StorableJson.Text(image?.Architecture, 64),
            Variant = StorableJson.Text(image?.Variant, 64),
            OsVersion = StorableJson.Text(image?.OsVersion, 64),
            BuiltAt = image?.Created,
            Author = StorableJson.Text(image?.Author, 512),
            Annotations = StorableJson.Of(document.Annotations),
            PushedAt = now,
            PushedBy = pushedBy,
            Children = [.. document.Children.Select(Child)],
            Blobs = [.. Blobs(document, contents)],
        };
    }

    static ArtifactChild Child(Descriptor child, int position) => new()
    {
        Position = position,
        ChildDigest = child.Digest.Text,
        MediaType = StorableJson.Text(child.MediaType, 255) ?? "",
        Size = child.Size,
        Os = StorableJson.Text(child.Platform?.Os, 64),
        Architecture = StorableJson.Text(child.Platform?.Architecture, 64),
        Variant = StorableJson.Text(child.Platform?.Variant, 64),
        OsVersion = StorableJson.Text(child.Platform?.OsVersion, 64),
        Annotations = StorableJson.Of(child.Annotations),
    };

    static IEnumerable<ArtifactBlob> Blobs(ManifestDocument document, ManifestContents contents)
    {
        if (document.Config is { } config) yield return Blob(config, 0, BlobRole.Config);
        var parts = document.IsIndex ? document.Children : document.Layers;
        // what is kept elsewhere, and the manifests of an index, are no blobs of this repository
        for (var i = 0; i < parts.Count; i++)
            if (contents.Blobs.ContainsKey(parts[i].Digest.Text)) yield return Blob(parts[i], i + 1, BlobRole.Layer);

        ArtifactBlob Blob(Descriptor descriptor, int position, BlobRole role) => new()
        {
            Position = position,
            BlobId = contents.Blobs[descriptor.Digest.Text].Id,
            Role = role,
            MediaType = StorableJson.Text(descriptor.MediaType, 255) ?? "",
            Annotations = StorableJson.Of(descriptor.Annotations),
        };
    }
}
