using Portal.Kernel;

namespace Portal.Registry.Manifests;

/// <summary>One line of an image's build history, oldest first.</summary>
/// <param name="Created">When; null when unknown.</param>
/// <param name="CreatedBy">The command.</param>
/// <param name="Comment">The builder's remark.</param>
/// <param name="Author">Who.</param>
/// <param name="EmptyLayer">True when the step made no layer.</param>
public sealed record HistoryLine(DateTimeOffset? Created, string? CreatedBy, string? Comment, string? Author, bool EmptyLayer);

/// <summary>
/// An image's config. Missing or odd fields are left out rather than refused, because a config only describes.
/// Source: OCI image configuration specification; Docker's differs by additions alone.
/// </summary>
public sealed record ImageConfig
{
    /// <summary>The largest config that is read: 8 MiB.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>Operating system; empty when missing.</summary>
    public string Os { get; init; } = "";
    /// <summary>CPU; empty when missing.</summary>
    public string Architecture { get; init; } = "";
    /// <summary>CPU variant.</summary>
    public string? Variant { get; init; }
    /// <summary>Windows build.</summary>
    public string? OsVersion { get; init; }
    /// <summary>When it was built, in UTC.</summary>
    public DateTimeOffset? Created { get; init; }
    /// <summary>Who built it.</summary>
    public string? Author { get; init; }
    /// <summary>User the process runs as.</summary>
    public string? User { get; init; }
    /// <summary>Environment, <c>NAME=value</c> each.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];
    /// <summary>Entry point.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];
    /// <summary>Default arguments.</summary>
    public IReadOnlyList<string> Cmd { get; init; } = [];
    /// <summary>Working directory.</summary>
    public string? WorkingDir { get; init; }
    /// <summary>Ports, such as <c>8080/tcp</c>.</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];
    /// <summary>Volumes.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];
    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Descriptor.NoAnnotations;
    /// <summary>Signal that stops the container.</summary>
    public string? StopSignal { get; init; }
    /// <summary>Digests of the uncompressed layers, lowest first.</summary>
    public IReadOnlyList<Digest> DiffIds { get; init; } = [];
    /// <summary>Build history, oldest first.</summary>
    public IReadOnlyList<HistoryLine> History { get; init; } = [];

    /// <summary>The platform it runs on.</summary>
    public Platform Platform => new(Os, Architecture, Variant, OsVersion);

    /// <summary>Reads a config; refused when larger than <see cref="MaxBytes"/> or not a JSON object.</summary>
    public static Result<ImageConfig> Parse(ReadOnlyMemory<byte> bytes) => ConfigJson.Read(bytes, root =>
    {
        var run = LenientJson.Object(root, "config");
        return new ImageConfig
        {
            Os = LenientJson.Text(root, "os") ?? "",
            Architecture = LenientJson.Text(root, "architecture") ?? "",
            Variant = LenientJson.Text(root, "variant"),
            OsVersion = LenientJson.Text(root, "os.version"),
            Created = LenientJson.Time(root, "created"),
            Author = LenientJson.Text(root, "author"),
            User = LenientJson.Text(run, "User"),
            Env = LenientJson.Texts(run, "Env"),
            Entrypoint = LenientJson.Texts(run, "Entrypoint"),
            Cmd = LenientJson.Texts(run, "Cmd"),
            WorkingDir = LenientJson.Text(run, "WorkingDir"),
            ExposedPorts = LenientJson.Keys(run, "ExposedPorts"),
            Volumes = LenientJson.Keys(run, "Volumes"),
            Labels = LenientJson.Map(run, "Labels"),
            StopSignal = LenientJson.Text(run, "StopSignal"),
            DiffIds = [.. LenientJson.Texts(LenientJson.Object(root, "rootfs"), "diff_ids").Where(t => Digest.TryParse(t, out _)).Select(Digest.Parse)],
            History = [.. LenientJson.Items(root, "history").Select(h => new HistoryLine(LenientJson.Time(h, "created"), LenientJson.Text(h, "created_by"),
                LenientJson.Text(h, "comment"), LenientJson.Text(h, "author"), LenientJson.Flag(h, "empty_layer")))],
        };
    });
}
