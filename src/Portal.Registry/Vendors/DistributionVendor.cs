using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>CNCF Distribution and whatever speaks the plain protocol: open, by htpasswd, or by tokens.</summary>
public sealed class DistributionVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.Distribution;
    /// <inheritdoc />
    public override string DisplayName => "Docker Registry";
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        CommonFields.User("Leave empty for a registry that is open to all."),
        CommonFields.Secret("Password", "The password of the user."),
        new("token_url", "Token service", "Only when the registry names a token service on another host: its address. The credential is sent there and nowhere else.") { IsAddress = true },
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        DeletesTags = Support.Depends,
        DeletesManifests = Support.Depends,
        Referrers = Support.Depends,
        MaxRepositoriesPage = 1000,
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential) => base.Check(url, credential) ?? BothOrNone(credential, "username", "password");

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context) =>
        new(this, context, new(context.Url, context.Credentials()) { CredentialHosts = CommonFields.Hosts(context.Credential["token_url"]) });
}

/// <summary>Microsoft's public registry: anonymous, read only.</summary>
public sealed class McrVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.Mcr;
    /// <inheritdoc />
    public override string DisplayName => "Microsoft Artifact Registry";
    /// <inheritdoc />
    public override Uri DefaultUrl { get; } = new("https://mcr.microsoft.com");
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields => [];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        CanPush = false,
        DeletesTags = Support.No,
        DeletesManifests = Support.No,
        CrossMount = Support.No,
        ChunkedUpload = false,
        MaxRepositoriesPage = 1000,
        RateLimits = "Not published; answers 429 when there are too many requests",
        RateLimitHeaders = ["Retry-After"],
    };

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context) => new ReadOnlyRegistry(this, context);

    sealed class ReadOnlyRegistry(RegistryVendor vendor, VendorContext context) : VendorRegistry(vendor, context, new(context.Url))
    {
        public override Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default) => Task.FromResult<Result>(Cannot("is read only"));

        public override Task<Result> DeleteManifestAsync(string repository, Digest digest, CancellationToken ct = default) => Task.FromResult<Result>(Cannot("is read only"));
    }
}
