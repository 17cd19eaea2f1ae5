using Portal.Kernel;

namespace Portal.Registry.Manifests;

/// <summary>A maintainer of a chart.</summary>
/// <param name="Name">Name.</param>
/// <param name="Email">Mail address.</param>
/// <param name="Url">Home page.</param>
public sealed record ChartMaintainer(string? Name, string? Email, string? Url);

/// <summary>A chart that a chart needs.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Version or range.</param>
/// <param name="Repository">Where it comes from.</param>
public sealed record ChartDependency(string? Name, string? Version, string? Repository);

/// <summary>A Helm chart's config: its Chart.yaml as JSON. Source: Helm, "Charts" (Chart.yaml) and its OCI media types.</summary>
public sealed record ChartConfig
{
    /// <summary>Name; empty when missing.</summary>
    public string Name { get; init; } = "";
    /// <summary>Chart version (semver); empty when missing.</summary>
    public string Version { get; init; } = "";
    /// <summary>Version of what the chart installs.</summary>
    public string? AppVersion { get; init; }
    /// <summary>One sentence.</summary>
    public string? Description { get; init; }
    /// <summary><c>v1</c> or <c>v2</c>.</summary>
    public string? ApiVersion { get; init; }
    /// <summary><c>application</c> or <c>library</c>.</summary>
    public string? Type { get; init; }
    /// <summary>Range of Kubernetes versions.</summary>
    public string? KubeVersion { get; init; }
    /// <summary>Home page.</summary>
    public string? Home { get; init; }
    /// <summary>Address of an icon; never fetched by Portal.</summary>
    public string? Icon { get; init; }
    /// <summary>True when its author advises against it.</summary>
    public bool Deprecated { get; init; }
    /// <summary>Keywords.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];
    /// <summary>Source addresses.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];
    /// <summary>Maintainers.</summary>
    public IReadOnlyList<ChartMaintainer> Maintainers { get; init; } = [];
    /// <summary>Charts it needs.</summary>
    public IReadOnlyList<ChartDependency> Dependencies { get; init; } = [];
    /// <summary>Annotations.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = Descriptor.NoAnnotations;

    /// <summary>Reads a chart config; refused when larger than <see cref="ImageConfig.MaxBytes"/> or not a JSON object.</summary>
    public static Result<ChartConfig> Parse(ReadOnlyMemory<byte> bytes) => ConfigJson.Read(bytes, root => new ChartConfig
    {
        Name = LenientJson.Text(root, "name") ?? "",
        Version = LenientJson.Text(root, "version") ?? "",
        AppVersion = LenientJson.Text(root, "appVersion"),
        Description = LenientJson.Text(root, "description"),
        ApiVersion = LenientJson.Text(root, "apiVersion"),
        Type = LenientJson.Text(root, "type"),
        KubeVersion = LenientJson.Text(root, "kubeVersion"),
        Home = LenientJson.Text(root, "home"),
        Icon = LenientJson.Text(root, "icon"),
        Deprecated = LenientJson.Flag(root, "deprecated"),
        Keywords = LenientJson.Texts(root, "keywords"),
        Sources = LenientJson.Texts(root, "sources"),
        Maintainers = [.. LenientJson.Items(root, "maintainers").Select(m => new ChartMaintainer(LenientJson.Text(m, "name"), LenientJson.Text(m, "email"), LenientJson.Text(m, "url")))],
        Dependencies = [.. LenientJson.Items(root, "dependencies").Select(d => new ChartDependency(LenientJson.Text(d, "name"), LenientJson.Text(d, "version"), LenientJson.Text(d, "repository")))],
        Annotations = LenientJson.Map(root, "annotations"),
    });
}
