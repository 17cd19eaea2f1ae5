using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>Sonatype Nexus 3: one docker repository, by a port or subdomain of its own, or by a path.</summary>
public sealed class NexusVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.Nexus;
    /// <inheritdoc />
    public override string DisplayName => "Sonatype Nexus";
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        CommonFields.User("A user of Nexus, or the name code of a user token."),
        CommonFields.Secret("Password", "The password, or the pass code of a user token."),
        new("repository", "Repository", "The docker repository behind the address. Needed for deleting single tags.") { Pattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,199}" },
        new("method", "Access method", "'port' when the repository has a port or subdomain of its own, 'path' when images are named host/repository/image.") { Pattern = "port|path" },
        CommonFields.ApiUrl("Where Nexus itself is, such as https://nexus.example.com:8443; the registry's address otherwise."),
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        BeforePush = BeforePush.MustExist,
        CrossMount = Support.Depends,
        MaxRepositoriesPage = 1000,
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential) => base.Check(url, credential) ?? BothOrNone(credential, "username", "password");

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context) =>
        new NexusRegistry(this, context, new VendorApi(context.Http, new(context.Credential["api_url"] ?? context.Url.AbsoluteUri), "Nexus", VendorApi.Basic(context.Credentials())));

    sealed class NexusRegistry(RegistryVendor vendor, VendorContext context, VendorApi api)
        : VendorRegistry(vendor, context, new(context.Url, context.Credentials()) { CredentialHosts = CommonFields.Hosts(context.Credential["api_url"]) })
    {
        public override async Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default)
        {
            if (Context.Credential["repository"] is not { } own) return Error.Invalid("repository", "Deleting a tag needs the name of the Nexus repository.");
            var name = Context.Credential["method"] == "path" && repository.StartsWith(own + "/", StringComparison.Ordinal) ? repository[(own.Length + 1)..] : repository;
            var found = await api.GetAsync($"service/rest/v1/search?repository={Uri.EscapeDataString(own)}&format=docker&name={Uri.EscapeDataString(name)}&version={Uri.EscapeDataString(tag.Text)}", ct);
            if (!found.Ok) return found.Error;
            // the search knows wildcards, so what it found is compared
            var id = found.Value.Items("items").Where(i => i.Text("name") == name && i.Text("version") == tag.Text).Select(i => i.Text("id")).FirstOrDefault();
            return id is null ? Error.NotFound($"The tag {tag}") : await api.DeleteAsync($"service/rest/v1/components/{Uri.EscapeDataString(id)}", ct);
        }
    }
}
