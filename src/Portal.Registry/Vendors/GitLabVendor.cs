using System.Globalization;
using System.Text.Json;
using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>GitLab's container registry: tokens come from the GitLab host, and so do lists and deletions of tags.</summary>
public sealed class GitLabVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.GitLab;
    /// <inheritdoc />
    public override string DisplayName => "GitLab Container Registry";
    /// <inheritdoc />
    public override Uri DefaultUrl { get; } = new("https://registry.gitlab.com");
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        CommonFields.User("Your GitLab name, or that of a deploy, project or group token."),
        CommonFields.Secret("Token", "A token with read_registry and write_registry; read_api for lists, api for deleting tags."),
        new("group", "Group", "The group to list; otherwise the projects the token's owner is a member of.") { Pattern = "[A-Za-z0-9_][A-Za-z0-9_./-]{0,254}" },
        CommonFields.ApiUrl("Address of GitLab itself, where it is not https://gitlab.com. The credential is sent there for tokens."),
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        BeforePush = BeforePush.MustExist,
        Referrers = Support.No,
        RateLimits = "By instance; gitlab.com allows some 2,000 requests a minute",
        RateLimitHeaders = ["Retry-After", "RateLimit-Remaining", "RateLimit-Reset"],
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential) => base.Check(url, credential) ?? BothOrNone(credential, "username", "password")
        ?? (url.IdnHost != "registry.gitlab.com" && credential["api_url"] is null ? Error.Invalid("api_url", "The address of GitLab itself is required.") : null);

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context)
    {
        var root = context.Credential["api_url"] ?? "https://gitlab.com";
        var token = context.Credential["password"];
        return new GitLabRegistry(this, context, root, new VendorApi(context.Http, new(new Uri(root.EndsWith('/') ? root : root + "/"), "api/v4/"), "GitLab", token is null ? null : (request, _, _) =>
        {
            request.Headers.TryAddWithoutValidation("PRIVATE-TOKEN", token);
            return Task.FromResult<Error?>(null);
        }));
    }

    sealed class GitLabRegistry(RegistryVendor vendor, VendorContext context, string root, VendorApi api)
        : VendorRegistry(vendor, context, new(context.Url, context.Credentials()) { CredentialHosts = CommonFields.Hosts(root) })
    {
        const int MaxPages = 100;

        /// <summary>The repositories of the group, or of one project after another; the cursor is then <c>page of projects/page of repositories</c>.</summary>
        public override async Task<Result<NamePage>> ListRepositoriesAsync(RepositoryQuery query, CancellationToken ct = default)
        {
            var size = Math.Clamp(query.PageSize, 1, Vendor.Capabilities.MaxRepositoriesPage).ToString(CultureInfo.InvariantCulture);
            if (Context.Credential["group"] is { } group)
            {
                var all = await api.GetAsync($"groups/{Uri.EscapeDataString(group)}/registry/repositories?per_page={size}&page={query.Next ?? "1"}", ct);
                return all.Map(a => new NamePage(Paths(a, query.Prefix), Following(a)));
            }
            var at = (query.Next ?? "1/1").Split('/', 2);
            var projects = await api.GetAsync($"projects?membership=true&simple=true&order_by=id&per_page=1&page={at[0]}", ct);
            if (!projects.Ok) return projects.Error;
            var next = Following(projects.Value) is { } following ? following + "/1" : null;
            if (projects.Value.Items().Select(p => p.Number("id")).FirstOrDefault() is not { } id) return new NamePage([], next);
            var repositories = await api.GetAsync(string.Create(CultureInfo.InvariantCulture, $"projects/{id}/registry/repositories?per_page={size}&page={at[1]}"), ct);
            // a project whose registry is off answers 403 or 404
            if (!repositories.Ok) return repositories.Error.Kind is ErrorKind.Forbidden or ErrorKind.NotFound ? new NamePage([], next) : repositories.Error;
            return new NamePage(Paths(repositories.Value, query.Prefix), Following(repositories.Value) is { } more ? $"{at[0]}/{more}" : next);
        }

        static string[] Paths(ApiAnswer answer, string? prefix) => [.. answer.Items().Select(r => r.Text("path")).OfType<string>().Where(p => Matches(p, prefix))];

        static string? Following(ApiAnswer answer) => answer.NextPage is { Length: > 0 } page && page.All(char.IsAsciiDigit) ? page : null;

        public override async Task<Result> PrepareAsync(string repository, CancellationToken ct = default)
        {
            var project = await ProjectAsync(repository, ct);
            return project.Ok ? Result.Success : project.Error;
        }

        public override async Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default)
        {
            var project = await ProjectAsync(repository, ct);
            if (!project.Ok) return project.Error;
            for (var page = "1"; page is not null;)
            {
                var answer = await api.GetAsync(string.Create(CultureInfo.InvariantCulture, $"projects/{project.Value}/registry/repositories?per_page=100&page={page}"), ct);
                if (!answer.Ok) return answer.Error;
                if (answer.Value.Items().FirstOrDefault(r => r.Text("path") == repository) is { ValueKind: JsonValueKind.Object } found && found.Number("id") is { } id)
                    return await api.DeleteAsync(string.Create(CultureInfo.InvariantCulture, $"projects/{project.Value}/registry/repositories/{id}/tags/{tag}"), ct);
                page = Following(answer.Value) is { } following && int.Parse(following, CultureInfo.InvariantCulture) <= MaxPages ? following : null;
            }
            return Error.NotFound($"The repository {repository}");
        }

        // images lie up to two levels below their project
        async Task<Result<long>> ProjectAsync(string repository, CancellationToken ct)
        {
            var parts = repository.Split('/');
            for (var length = parts.Length; length >= Math.Max(2, parts.Length - 2); length--)
            {
                var answer = await api.GetAsync($"projects/{Uri.EscapeDataString(string.Join('/', parts[..length]))}", ct);
                if (answer.Ok && answer.Value.Json.Number("id") is { } id) return id;
                if (!answer.Ok && answer.Error.Kind != ErrorKind.NotFound) return answer.Error;
            }
            return new Error("NAME_UNKNOWN", $"GitLab has no project for '{repository}', or the token does not see it; create the project there first.", ErrorKind.NotFound);
        }
    }
}
