using System.Globalization;
using System.Text.Json;
using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>GitHub's container registry: listing and deleting by the packages API.</summary>
public sealed class GhcrVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.Ghcr;
    /// <inheritdoc />
    public override string DisplayName => "GitHub Container Registry";
    /// <inheritdoc />
    public override Uri DefaultUrl { get; } = new("https://ghcr.io");
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        CommonFields.User("Your GitHub name. Leave empty for public packages."),
        CommonFields.Secret("Token", "A classic personal access token with read:packages, and write:packages and delete:packages as needed."),
        new("owner", "Owner", "The user or organization to list; the user name otherwise.") { Pattern = "[A-Za-z0-9][A-Za-z0-9-]{0,38}" },
        CommonFields.ApiUrl("Only for Enterprise Server, such as https://github.example.com/api/v3."),
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        DeletesTags = Support.Depends,
        Referrers = Support.No,
        CrossMount = Support.Depends,
        MaxChunkBytes = 4 * 1024 * 1024,
        RateLimits = "5,000 requests an hour to the API",
        RateLimitHeaders = ["Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset"],
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential) => base.Check(url, credential) ?? BothOrNone(credential, "username", "password");

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context) =>
        new GhcrRegistry(this, context, new VendorApi(context.Http, new(context.Credential["api_url"] ?? "https://api.github.com"), "GitHub", VendorApi.Bearer(context.Credential["password"])));

    sealed class GhcrRegistry(RegistryVendor vendor, VendorContext context, VendorApi api)
        : VendorRegistry(vendor, context, new(context.Url, context.Credentials()) { CredentialHosts = CommonFields.Hosts() })
    {
        const int MaxVersionPages = 100;

        public override async Task<Result<NamePage>> ListRepositoriesAsync(RepositoryQuery query, CancellationToken ct = default)
        {
            var owner = Context.Credential["owner"] ?? (query.Prefix?.IndexOf('/') is > 0 and var slash ? query.Prefix[..slash] : Context.Credential["username"]);
            if (owner is null) return Error.Invalid("owner", "Listing needs an owner: GitHub has no list of all packages.");
            var page = int.Parse(query.Next ?? "1", NumberStyles.None, CultureInfo.InvariantCulture);
            var size = Math.Clamp(query.PageSize, 1, Vendor.Capabilities.MaxRepositoriesPage);
            var answer = await OfOwnerAsync(owner, root => api.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{root}?package_type=container&per_page={size}&page={page}"), ct));
            return answer.Map(a => new NamePage([.. a.Items().Select(p => p.Text("name")).OfType<string>().Select(n => $"{owner}/{n}".ToLowerInvariant()).Where(n => Matches(n, query.Prefix))],
                a.NextLink is null ? null : (page + 1).ToString(CultureInfo.InvariantCulture)));
        }

        public override async Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default)
        {
            var found = await FindAsync(repository, v => Tags(v).Contains(tag.Text), ct);
            if (!found.Ok) return found.Error;
            return Tags(found.Value.Version).Count() > 1 ? Cannot("has no way to take one of several tags away; only the whole manifest can be deleted") : await api.DeleteAsync(found.Value.Path, ct);
        }

        public override async Task<Result> DeleteManifestAsync(string repository, Digest digest, CancellationToken ct = default)
        {
            var found = await FindAsync(repository, v => v.Text("name") == digest.Text, ct);
            return found.Ok ? await api.DeleteAsync(found.Value.Path, ct) : found.Error;
        }

        static IEnumerable<string> Tags(JsonElement version) =>
            version.Member("metadata").Member("container").Items("tags").Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!);

        async Task<Result<(JsonElement Version, string Path)>> FindAsync(string repository, Func<JsonElement, bool> wanted, CancellationToken ct)
        {
            if (repository.Split('/', 2) is not [var owner, var name]) return Error.Invalid("repository", "A name on GitHub is <owner>/<package>.");
            for (var page = 1; page <= MaxVersionPages; page++)
            {
                var used = "";
                var answer = await OfOwnerAsync(owner, root => api.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{used = $"{root}/container/{Uri.EscapeDataString(name)}/versions"}?per_page=100&page={page}"), ct));
                if (!answer.Ok) return answer.Error;
                if (answer.Value.Items().FirstOrDefault(wanted) is { ValueKind: JsonValueKind.Object } version && version.Number("id") is { } id)
                    return (version, string.Create(CultureInfo.InvariantCulture, $"{used}/{id}"));
                if (answer.Value.NextLink is null) break;
            }
            return Error.NotFound("The version");
        }

        // whether an owner is an organization or a user is found out by asking
        static async Task<Result<ApiAnswer>> OfOwnerAsync(string owner, Func<string, Task<Result<ApiAnswer>>> ask)
        {
            var answer = await ask($"orgs/{Uri.EscapeDataString(owner)}/packages");
            return answer.Error?.Kind == ErrorKind.NotFound ? await ask($"users/{Uri.EscapeDataString(owner)}/packages") : answer;
        }
    }
}
