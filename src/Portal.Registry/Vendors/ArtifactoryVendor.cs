using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>JFrog Artifactory: one repository of it, reached by a path, or by a host or port of its own.</summary>
public sealed class ArtifactoryVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.Artifactory;
    /// <inheritdoc />
    public override string DisplayName => "JFrog Artifactory";
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        CommonFields.User("A user of Artifactory."),
        CommonFields.Secret("Password or token", "The password, an API key, or an identity, access or reference token."),
        new("repository_key", "Repository key", "The local, remote or virtual repository, such as docker-local.") { Required = true, Pattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}" },
        new("method", "Access method", "'path' when images are named host/key/image, 'host' when the repository has a subdomain or port of its own.") { Pattern = "path|host" },
        CommonFields.ApiUrl("Where Artifactory's API is, such as https://acme.example.com/artifactory; /artifactory on the registry's host otherwise."),
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        BeforePush = BeforePush.MustExist,
        CrossMount = Support.Depends,
        MaxRepositoriesPage = 1000,
        RateLimits = "None by default; the hosted service answers 429",
        RateLimitHeaders = ["Retry-After"],
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential) => base.Check(url, credential) ?? BothOrNone(credential, "username", "password");

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context)
    {
        var api = context.Credential["api_url"] is { } typed ? new Uri(typed) : new Uri(new Uri(context.Url.GetLeftPart(UriPartial.Authority)), "artifactory/");
        return new ArtifactoryRegistry(this, context, api);
    }

    sealed class ArtifactoryRegistry : VendorRegistry
    {
        readonly VendorApi _api;
        readonly string _key, _under;

        // a PUT with a body was refused for long, so blobs go by PATCH
        public ArtifactoryRegistry(RegistryVendor vendor, VendorContext context, Uri api) : base(vendor, context,
            new(context.Url, context.Credentials()) { CredentialHosts = CommonFields.Hosts(api.AbsoluteUri), UploadStyle = UploadStyle.PatchThenPut })
        {
            _key = context.Credential["repository_key"]!;
            _under = context.Credential["method"] == "host" ? "" : _key + "/";
            _api = new(context.Http, api, "Artifactory", VendorApi.Basic(context.Credentials()));
        }

        // the last name is the cursor: the catalog of one repository is asked by the API, whose links name inner addresses
        public override async Task<Result<NamePage>> ListRepositoriesAsync(RepositoryQuery query, CancellationToken ct = default)
        {
            var size = Math.Clamp(query.PageSize, 1, Vendor.Capabilities.MaxRepositoriesPage);
            var answer = await _api.GetAsync(query.Next is { } next ? next : $"api/docker/{_key}/v2/_catalog?n={size}", ct);
            if (!answer.Ok) return answer.Error;
            var names = answer.Value.Items("repositories").Where(i => i.ValueKind == System.Text.Json.JsonValueKind.String).Select(i => _under + i.GetString());
            return new NamePage([.. names.Where(n => Matches(n, query.Prefix))], answer.Value.NextLink is { } link ? $"api/docker/{_key}/v2/_catalog" + new Uri(_api.Root, link).Query : null);
        }

        public override async Task<Result> PrepareAsync(string repository, CancellationToken ct = default)
        {
            if (_under.Length > 0 && !repository.StartsWith(_under, StringComparison.Ordinal)) return Error.Invalid("repository", $"Names begin with the repository key, '{_under}'.");
            var there = await _api.GetAsync($"api/repositories/{_key}", ct);
            // who may not read the configuration may still push
            return there.Ok || there.Error.Kind == ErrorKind.Forbidden ? Result.Success
                : there.Error.Kind is ErrorKind.NotFound or ErrorKind.Invalid ? new Error("NAME_UNKNOWN", $"Artifactory has no repository '{_key}'; create it there first.", ErrorKind.NotFound) : there.Error;
        }

        public override async Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default)
        {
            if (!repository.StartsWith(_under, StringComparison.Ordinal)) return Error.Invalid("repository", $"Names begin with the repository key, '{_under}'.");
            return await _api.DeleteAsync($"{_key}/{repository[_under.Length..]}/{tag}", ct);
        }
    }
}
