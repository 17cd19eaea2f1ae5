using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>Quay: robots for pulling and pushing, an OAuth token for its API.</summary>
public sealed class QuayVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.Quay;
    /// <inheritdoc />
    public override string DisplayName => "Quay";
    /// <inheritdoc />
    public override Uri DefaultUrl { get; } = new("https://quay.io");
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        CommonFields.User("A robot such as organization+robot, or a user."),
        CommonFields.Secret("Token", "The robot's token, or the user's password."),
        new("oauth_token", "OAuth token", "Of an application with the rights to read and create repositories. Without it, lists hold what the robot sees, and a push creates repositories.") { Secret = true, MaxLength = 4_096 },
        new("namespace", "Namespace", "The organization to list; the robot's own otherwise.") { Pattern = "[a-z0-9][a-z0-9_.-]{1,254}" },
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        BeforePush = BeforePush.Created,
        Referrers = Support.Yes,
        MaxTagsPage = 100,
        RateLimits = "Not published; answers 429 when there are too many requests",
        RateLimitHeaders = ["Retry-After"],
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential) => base.Check(url, credential) ?? BothOrNone(credential, "username", "password");

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context) => new QuayRegistry(this, context, context.Credential["oauth_token"] is { } token
        ? new VendorApi(context.Http, new(context.Url, "api/v1/"), "Quay", VendorApi.Bearer(token)) : null);

    /// <summary>Quay knows the actions pull, push and * alone, and refuses a catalog scope.</summary>
    internal static string? Scope(string scope) => !scope.StartsWith("repository:", StringComparison.Ordinal) ? null
        : scope.EndsWith(":delete", StringComparison.Ordinal) ? string.Concat(scope.AsSpan(0, scope.Length - "delete".Length), "pull,push") : scope;

    sealed class QuayRegistry(RegistryVendor vendor, VendorContext context, VendorApi? api)
        : VendorRegistry(vendor, context, new(context.Url, context.Credentials()) { CredentialHosts = CommonFields.Hosts(), MapScope = Scope })
    {
        public override async Task<Result<NamePage>> ListRepositoriesAsync(RepositoryQuery query, CancellationToken ct = default)
        {
            var owner = Context.Credential["namespace"] ?? Context.Credential["username"]?.Split('+')[0];
            if (api is null || owner is null) return await base.ListRepositoriesAsync(query, ct);
            var answer = await api.GetAsync($"repository?namespace={Uri.EscapeDataString(owner)}" + (query.Next is { } next ? $"&next_page={Uri.EscapeDataString(next)}" : ""), ct);
            return answer.Map(a => new NamePage([.. a.Items("repositories").Where(r => r.Text("name") is not null).Select(r => $"{r.Text("namespace") ?? owner}/{r.Text("name")}").Where(n => Matches(n, query.Prefix))],
                a.Text("next_page")));
        }

        public override async Task<Result> PrepareAsync(string repository, CancellationToken ct = default)
        {
            if (api is null) return Result.Success;
            if (repository.Split('/', 2) is not [var owner, var name]) return Error.Invalid("repository", "A name on Quay is <namespace>/<repository>.");
            var there = await api.GetAsync($"repository/{repository}", ct);
            if (there.Ok) return Result.Success;
            if (there.Error.Kind != ErrorKind.NotFound) return there.Error;
            var made = await api.PostAsync("repository", new() { ["namespace"] = owner, ["repository"] = name, ["visibility"] = "private", ["description"] = "", ["repo_kind"] = "image" }, ct);
            if (made.Ok) return Result.Success;
            // another may have been faster, which it answers with a plain 400
            return (await api.GetAsync($"repository/{repository}", ct)).Ok ? Result.Success : made.Error;
        }
    }
}
