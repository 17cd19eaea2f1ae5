using System.Globalization;
using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>Docker Hub: tokens from auth.docker.io, listing and deleting tags by hub.docker.com.</summary>
public sealed class DockerHubVendor : RegistryVendor
{
    internal const string Api = "https://hub.docker.com";

    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.DockerHub;
    /// <inheritdoc />
    public override string DisplayName => "Docker Hub";
    /// <inheritdoc />
    public override Uri DefaultUrl { get; } = new("https://registry-1.docker.io");
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        CommonFields.User("Your Docker id, or an organization's name for its access token. Leave empty for public images."),
        CommonFields.Secret("Access token", "A personal or organization access token, or the password."),
        new("namespace", "Namespace", "The user or organization to list; the user name otherwise.") { Pattern = "[a-z0-9_-]{2,255}" },
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        DeletesManifests = Support.Depends,
        Referrers = Support.No,
        RateLimits = "100 pulls in 6 hours without a credential, 200 with a free account; asking for a digest alone is free",
        RateLimitHeaders = ["ratelimit-limit", "ratelimit-remaining", "X-RateLimit-Reset", "X-Retry-After"],
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential) => base.Check(url, credential) ?? BothOrNone(credential, "username", "password");

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context)
    {
        var credentials = context.Credentials();
        Expiring<string>? token = credentials is null ? null : new(context.Time, ct => LoginAsync(context, credentials, ct));
        return new HubRegistry(this, context, new VendorApi(context.Http, new(Api), "Docker Hub", token is null ? null : VendorApi.Bearer(token)));
    }

    static async Task<Result<(string, DateTimeOffset)>> LoginAsync(VendorContext context, RegistryCredentials credentials, CancellationToken ct)
    {
        var answer = await new VendorApi(context.Http, new(Api), "Docker Hub").PostAsync("v2/auth/token", new() { ["identifier"] = credentials.User, ["secret"] = credentials.Secret }, ct);
        if (!answer.Ok) return answer.Error;
        return answer.Value.Text("access_token") is { } token ? (token, JwtTimes.Expiry(token) ?? context.Time.GetUtcNow().AddMinutes(10))
            : RegistryErrors.BadAnswer("Docker Hub answered without an access token.");
    }

    sealed class HubRegistry(RegistryVendor vendor, VendorContext context, VendorApi api)
        : VendorRegistry(vendor, context, new(context.Url, context.Credentials()) { CredentialHosts = CommonFields.Hosts("auth.docker.io") })
    {
        public override string CanonicalName(string repository) => repository.Contains('/', StringComparison.Ordinal) ? repository : "library/" + repository;

        public override async Task<Result<NamePage>> ListRepositoriesAsync(RepositoryQuery query, CancellationToken ct = default)
        {
            var owner = Context.Credential["namespace"] ?? (query.Prefix?.IndexOf('/') is > 0 and var slash ? query.Prefix[..slash] : Context.Credential["username"]);
            if (owner is null) return Error.Invalid("namespace", "Listing needs a namespace: Docker Hub has no list of all repositories.");
            var page = int.Parse(query.Next ?? "1", NumberStyles.None, CultureInfo.InvariantCulture);
            var size = Math.Clamp(query.PageSize, 1, Vendor.Capabilities.MaxRepositoriesPage);
            var answer = await api.GetAsync(string.Create(CultureInfo.InvariantCulture, $"v2/namespaces/{Uri.EscapeDataString(owner)}/repositories?page={page}&page_size={size}"), ct);
            // the address of the next page is not followed as it is given, so that it cannot lead elsewhere
            return answer.Map(a => new NamePage([.. a.Items("results").Select(r => r.Text("name")).OfType<string>().Select(n => $"{owner}/{n}").Where(n => Matches(n, query.Prefix))],
                a.Text("next") is null ? null : (page + 1).ToString(CultureInfo.InvariantCulture)));
        }

        public override async Task<Result> PrepareAsync(string repository, CancellationToken ct = default) => CanonicalName(repository).Split('/').Length == 2
            ? await base.PrepareAsync(repository, ct) : Error.Invalid("repository", "A name on Docker Hub has two parts: <namespace>/<repository>.");

        public override Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default) =>
            api.DeleteAsync($"v2/repositories/{CanonicalName(repository)}/tags/{tag}/", ct);
    }
}
