using Microsoft.AspNetCore.Components;
using Portal.Artifacts;
using Portal.Registry.Manifests;
using Portal.Web.Kit;

namespace Portal.Web.Artifacts;

/// <summary>How kinds of artifacts and what happens to tags are called on screens.</summary>
static class ArtifactWords
{
    public static string Of(ArtifactKind kind) => kind switch
    {
        ArtifactKind.Image => "Image",
        ArtifactKind.Index => "Multi-platform image",
        ArtifactKind.Chart => "Helm chart",
        ArtifactKind.Signature => "Signature",
        ArtifactKind.Sbom => "SBOM",
        ArtifactKind.Attestation => "Attestation",
        ArtifactKind.Wasm => "WebAssembly module",
        ArtifactKind.Model => "Model",
        _ => "Artifact",
    };

    /// <summary><c>2 signatures</c>, <c>1 SBOM</c>.</summary>
    public static string Count(KindCount count) => Format.Count(count.Count, count.Kind switch
    {
        ArtifactKind.Sbom => "SBOM",
        ArtifactKind.Signature or ArtifactKind.Attestation or ArtifactKind.Image or ArtifactKind.Model => Of(count.Kind).ToLowerInvariant(),
        ArtifactKind.Chart => "chart",
        ArtifactKind.Wasm => "module",
        _ => "artifact",
    });

    /// <summary><c>2 signatures, 1 SBOM and 1 attestation</c>; empty when nothing is attached.</summary>
    public static string Attached(IReadOnlyList<KindCount> counts) => Join([.. counts.Select(Count)]);

    /// <summary><c>a, b and c</c>.</summary>
    public static string Join(IReadOnlyList<string> words) => words.Count switch
    {
        0 => "",
        1 => words[0],
        _ => $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}",
    };

    public static string Icon(ArtifactKind kind) => kind switch
    {
        ArtifactKind.Signature => "draw",
        ArtifactKind.Sbom => "article",
        ArtifactKind.Attestation => "policy",
        ArtifactKind.Image or ArtifactKind.Index => "deployed_code",
        _ => "data_object",
    };

    /// <summary>Which tools fetch it.</summary>
    public static ContentKind Content(ArtifactKind kind) => kind switch
    {
        ArtifactKind.Image or ArtifactKind.Index => ContentKind.Image,
        ArtifactKind.Chart => ContentKind.Chart,
        _ => ContentKind.Artifact,
    };

    public static string Of(TagAction action) => action switch
    {
        TagAction.Created => "Created",
        TagAction.Moved => "Moved",
        TagAction.Deleted => "Deleted",
        TagAction.Restored => "Restored",
        _ => action.ToString(),
    };

    public static string Icon(TagAction action) => action switch
    {
        TagAction.Created => "add",
        TagAction.Moved => "swap_horiz",
        TagAction.Deleted => "delete",
        _ => "refresh",
    };

    /// <summary>Where clients reach this registry: the address the reader's browser used.</summary>
    public static RegistryAddress Registry(NavigationManager navigation)
    {
        var uri = new Uri(navigation.BaseUri);
        return new(uri.Authority, uri.Scheme == Uri.UriSchemeHttp);
    }
}
