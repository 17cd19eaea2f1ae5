using Portal.Artifacts;
using Portal.Registry.Manifests;

namespace Portal.Web.Tests.Artifacts;

/// <summary>Rows as the queries would read them.</summary>
static class ArtifactRows
{
    public static readonly DateTimeOffset Pushed = new(2026, 11, 21, 8, 12, 40, TimeSpan.Zero);

    public static string Digest(char c) => "sha256:" + new string(c, 64);

    public static ArtifactRow Of(char digest, ArtifactKind kind = ArtifactKind.Image, params string[] tags) => new()
    {
        Id = digest,
        ProjectId = 1,
        RepositoryId = 1,
        RepositoryName = "payments/api",
        Digest = Digest(digest),
        MediaType = MediaTypes.OciManifest,
        ArtifactType = "",
        Kind = kind,
        Os = kind == ArtifactKind.Image ? "linux" : null,
        Architecture = kind == ArtifactKind.Image ? "amd64" : null,
        Variant = null,
        Size = 84_100_000,
        OwnBytes = 10_900_000,
        PushedAt = Pushed,
        PushedBy = "ines",
        LastPulledAt = null,
        PullCount = 0,
        SubjectDigest = null,
        BuiltAt = null,
        Author = null,
        Annotations = null,
        Tags = [.. tags.Select((name, i) => new TagRow(i, name, Pushed, "ines", null, 0))],
        TagCount = tags.Length,
        Platforms = [],
        AccessoryCount = 0,
        HasSignature = false,
    };

    public static PlatformRow Platform(char digest, string os, string architecture, long? artifact = 1) =>
        new(Digest(digest), MediaTypes.OciManifest, os, architecture, null, null, 42_000_000, artifact, ArtifactKind.Image, null);
}
