namespace Portal.Registry.Manifests;

/// <summary>What a manifest is to a person. Numbers are stored: never renumber.</summary>
public enum ArtifactKind
{
    /// <summary>Anything Portal has no better word for.</summary>
    Other = 0,
    /// <summary>A container image for one platform.</summary>
    Image = 1,
    /// <summary>An image index or manifest list.</summary>
    Index = 2,
    /// <summary>A Helm chart.</summary>
    Chart = 3,
    /// <summary>A signature (cosign, notation).</summary>
    Signature = 4,
    /// <summary>A software bill of materials.</summary>
    Sbom = 5,
    /// <summary>An attestation (in-toto, build provenance).</summary>
    Attestation = 6,
    /// <summary>A WebAssembly module.</summary>
    Wasm = 7,
    /// <summary>A machine-learning model.</summary>
    Model = 8,
}
