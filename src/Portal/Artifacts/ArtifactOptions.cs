using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>Bounds of what is indexed and kept in memory.</summary>
public sealed class ArtifactOptions
{
    public const string Section = "Portal:Artifacts";

    /// <summary>The largest manifest in bytes, 1 KiB to 4 MiB (what the backing registry takes).</summary>
    public int MaxManifestBytes { get; set; } = ManifestLimits.DefaultMaxBytes;

    /// <summary>The most layers of an image or children of an index, 1 to 10,000.</summary>
    public int MaxDescriptors { get; set; } = 2_000;

    /// <summary>The most tags that one copy sets in its target, 1 to 10,000.</summary>
    public int MaxTagsPerRequest { get; set; } = 1_000;

    /// <summary>The largest config that is read and kept for looking at, in bytes, 0 to 8 MiB; a larger one is stored but not read.</summary>
    public int MaxConfigBytes { get; set; } = 1024 * 1024;

    /// <summary>Bytes of manifests kept in memory, 1 MiB to 64 GiB.</summary>
    public long ManifestCacheBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Seconds between two writes of pull counts, 1 to 300.</summary>
    public int PullFlushSeconds { get; set; } = 5;

    /// <summary>Seconds after which an unfinished push is reconciled with the backing registry, 1 to 3,600.</summary>
    public int ReconcileAfterSeconds { get; set; } = 60;

    internal IEnumerable<string> Problems()
    {
        if (MaxManifestBytes is < 1024 or > ManifestLimits.DefaultMaxBytes) yield return $"{Section}:MaxManifestBytes is 1,024 to {ManifestLimits.DefaultMaxBytes}.";
        if (MaxDescriptors is < 1 or > 10_000) yield return $"{Section}:MaxDescriptors is 1 to 10,000.";
        if (MaxTagsPerRequest is < 1 or > 10_000) yield return $"{Section}:MaxTagsPerRequest is 1 to 10,000.";
        if (MaxConfigBytes is < 0 or > ImageConfig.MaxBytes) yield return $"{Section}:MaxConfigBytes is 0 to {ImageConfig.MaxBytes}.";
        if (ManifestCacheBytes is < 1 << 20 or > 64L << 30) yield return $"{Section}:ManifestCacheBytes is 1 MiB to 64 GiB.";
        if (PullFlushSeconds is < 1 or > 300) yield return $"{Section}:PullFlushSeconds is 1 to 300.";
        if (ReconcileAfterSeconds is < 1 or > 3_600) yield return $"{Section}:ReconcileAfterSeconds is 1 to 3,600.";
    }
}
