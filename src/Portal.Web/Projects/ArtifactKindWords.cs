using Portal.Registry.Manifests;

namespace Portal.Web.Projects;

/// <summary>What people call the kinds of artifact.</summary>
static class ArtifactKindWords
{
    public static string Of(ArtifactKind kind) => kind switch
    {
        ArtifactKind.Image => "Image",
        ArtifactKind.Index => "Multi-platform",
        ArtifactKind.Chart => "Helm chart",
        ArtifactKind.Signature => "Signature",
        ArtifactKind.Sbom => "SBOM",
        ArtifactKind.Attestation => "Attestation",
        ArtifactKind.Wasm => "WebAssembly",
        ArtifactKind.Model => "Model",
        _ => "Artifact",
    };
}
