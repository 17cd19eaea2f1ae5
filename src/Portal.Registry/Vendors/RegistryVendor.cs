using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>The vendors that have an adapter.</summary>
public enum RegistryVendorKind
{
    /// <summary>CNCF Distribution and whatever speaks the plain protocol.</summary>
    Distribution,
    /// <summary>Docker Hub.</summary>
    DockerHub,
    /// <summary>Harbor 2.</summary>
    Harbor,
    /// <summary>Amazon ECR, private.</summary>
    Ecr,
    /// <summary>Amazon ECR Public.</summary>
    EcrPublic,
    /// <summary>Azure Container Registry.</summary>
    Acr,
    /// <summary>Google Artifact Registry.</summary>
    GoogleArtifactRegistry,
    /// <summary>Google's gcr.io hosts.</summary>
    GoogleContainerRegistry,
    /// <summary>Microsoft's public registry, read only.</summary>
    Mcr,
    /// <summary>Quay.</summary>
    Quay,
    /// <summary>JFrog Artifactory.</summary>
    Artifactory,
    /// <summary>Sonatype Nexus 3.</summary>
    Nexus,
    /// <summary>GitHub's container registry.</summary>
    Ghcr,
    /// <summary>GitLab's container registry.</summary>
    GitLab,
}

/// <summary>What an adapter is made from.</summary>
/// <param name="Url">The registry's root, as typed.</param>
/// <param name="Credential">Values that passed <see cref="RegistryVendor.Check"/>.</param>
/// <param name="Http">Sends requests; follows no redirects. See <see cref="Outbound.OutboundRules.CreateHandler"/>.</param>
/// <param name="Time">The clock that tokens age by.</param>
public sealed record VendorContext(Uri Url, VendorCredential Credential, HttpMessageInvoker Http, TimeProvider Time);

/// <summary>One vendor: what it is called, asks for and can do, and the adapter for one of its registries.</summary>
public abstract class RegistryVendor
{
    /// <summary>Which one.</summary>
    public abstract RegistryVendorKind Kind { get; }
    /// <summary>For people.</summary>
    public abstract string DisplayName { get; }
    /// <summary>The address, where there is only one; else null.</summary>
    public virtual Uri? DefaultUrl => null;
    /// <summary>What it wants to know.</summary>
    public abstract IReadOnlyList<CredentialField> Fields { get; }
    /// <summary>What it can do.</summary>
    public abstract VendorCapabilities Capabilities { get; }

    /// <summary>Why an address with these values is refused; null when it may be opened. Names the field; <c>url</c> is the address.</summary>
    public virtual Error? Check(Uri url, VendorCredential credential)
    {
        if (url is not { IsAbsoluteUri: true, Scheme: "http" or "https" } || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            return Error.Invalid("url", "The address begins with https:// or http:// and holds no name, query or fragment.");
        foreach (var name in credential.Names)
            if (Fields.All(f => f.Name != name)) return Error.Invalid(name, $"{DisplayName} has no setting '{name}'.");
        return Fields.Select(f => f.Check(credential[f.Name])).FirstOrDefault(e => e is not null);
    }

    /// <summary>The adapter for one registry.</summary>
    public abstract VendorRegistry Open(VendorContext context);

    /// <summary>User name and password as two fields need them: both or none.</summary>
    private protected static Error? BothOrNone(VendorCredential credential, string user, string secret) =>
        (credential[user] is null) == (credential[secret] is null) ? null
        : Error.Invalid(credential[user] is null ? user : secret, "A user name and its password or token are given together.");
}

/// <summary>All vendors, and the way to open a registry of one.</summary>
public static class RegistryVendors
{
    /// <summary>One for each <see cref="RegistryVendorKind"/>, in its order.</summary>
    public static IReadOnlyList<RegistryVendor> All { get; } =
    [
        new DistributionVendor(), new DockerHubVendor(), new HarborVendor(), new EcrVendor(), new EcrPublicVendor(), new AcrVendor(), new GoogleArtifactVendor(),
        new GoogleContainerVendor(), new McrVendor(), new QuayVendor(), new ArtifactoryVendor(), new NexusVendor(), new GhcrVendor(), new GitLabVendor(),
    ];

    /// <summary>The vendor of a kind.</summary>
    public static RegistryVendor Of(RegistryVendorKind kind) => All[(int)kind];

    /// <summary>Opens a registry; refused when the address or a value is not what the vendor asks for. Nothing is sent yet.</summary>
    /// <param name="kind">The vendor.</param>
    /// <param name="url">The registry's root.</param>
    /// <param name="credential">Values for the vendor's fields.</param>
    /// <param name="http">Sends requests; follows no redirects.</param>
    /// <param name="time">The clock that tokens age by.</param>
    public static Result<VendorRegistry> Create(RegistryVendorKind kind, Uri url, VendorCredential credential, HttpMessageInvoker http, TimeProvider time) =>
        Of(kind).Check(url, credential) is { } refusal ? refusal : Of(kind).Open(new(url, credential, http, time));
}
