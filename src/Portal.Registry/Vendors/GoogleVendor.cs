using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>What Artifact Registry and the gcr.io hosts share.</summary>
public abstract class GoogleVendor : RegistryVendor
{
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        new("json_key", "Service account key", "The JSON key file of a service account, whole. Leave empty for an access token.") { Secret = true, Multiline = true, MaxLength = 16_384 },
        new("access_token", "Access token", "An OAuth access token, good for an hour; instead of a key.") { Secret = true, MaxLength = 8_192 },
        new("project", "Project", "The project to list; the key's own otherwise.") { Pattern = "[a-z0-9.:-]{4,64}" },
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        Referrers = Support.Yes,
        CrossMount = Support.Depends,
        ChunkedUpload = false,
        BeforePush = BeforePush.Created,
        RateLimits = "60,000 requests and 18,000 writes a minute for a project and location",
        RateLimitHeaders = ["Retry-After"],
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential)
    {
        if (base.Check(url, credential) is { } refusal) return refusal;
        if (GooglePlace.Of(url.IdnHost) is null) return Error.Invalid("url", "The address is https://<location>-docker.pkg.dev, or a gcr.io host.");
        if (credential["json_key"] is not null && credential["access_token"] is not null) return Error.Invalid("access_token", "Either a service account key or an access token is given.");
        return credential["json_key"] is { } key ? GoogleKey.Parse(key).Error : null;
    }

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context)
    {
        var key = context.Credential["json_key"] is { } json ? GoogleKey.Parse(json).Value : null;
        var token = key is not null ? new Expiring<string>(context.Time, ct => key.ExchangeAsync(context.Http, context.Time, ct))
            : context.Credential["access_token"] is { } fixedToken ? new Expiring<string>(context.Time, _ => Task.FromResult<Result<(string, DateTimeOffset)>>((fixedToken, DateTimeOffset.MaxValue))) : null;
        return new GoogleRegistry(this, context, token, context.Credential["project"] ?? key?.Project);
    }
}

/// <summary>Google Artifact Registry.</summary>
public sealed class GoogleArtifactVendor : GoogleVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.GoogleArtifactRegistry;
    /// <inheritdoc />
    public override string DisplayName => "Google Artifact Registry";
}

/// <summary>The gcr.io hosts, which Artifact Registry serves.</summary>
public sealed class GoogleContainerVendor : GoogleVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.GoogleContainerRegistry;
    /// <inheritdoc />
    public override string DisplayName => "Google Container Registry";
    /// <inheritdoc />
    public override Uri DefaultUrl { get; } = new("https://gcr.io");
}

/// <summary>Where Artifact Registry keeps what a host serves.</summary>
/// <param name="Location">Region or multi-region.</param>
/// <param name="Repository">The repository behind a gcr.io host; null where names hold it.</param>
sealed partial record GooglePlace(string Location, string? Repository)
{
    public static GooglePlace? Of(string host) => host switch
    {
        "gcr.io" or "us.gcr.io" => new("us", host),
        "eu.gcr.io" => new("europe", host),
        "asia.gcr.io" => new("asia", host),
        _ when Domain().Match(host) is { Success: true } match => new(match.Groups["loc"].Value, null),
        _ => null,
    };

    /// <summary>Project, repository and package of a name; null when it holds too few parts. Projects of a domain have a dot in their first part.</summary>
    public (string Project, string Repository, string Package)? Parts(string name)
    {
        var parts = name.Split('/');
        var first = parts[0].Contains('.', StringComparison.Ordinal) ? 2 : 1;
        var repository = Repository is null ? 1 : 0;
        return parts.Length <= first + repository ? null
            : (string.Join(':', parts[..first]), Repository ?? parts[first], string.Join('/', parts[(first + repository)..]));
    }

    /// <summary>The name in <c>/v2</c>.</summary>
    public string Name(string project, string repository, string package) => $"{project.Replace(':', '/')}/{(Repository is null ? repository + "/" : "")}{package}";

    [GeneratedRegex(@"^(?:(?<loc>[a-z0-9-]+)-docker\.pkg\.dev|docker\.(?<loc>[a-z0-9-]+)\.rep\.pkg\.dev)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Domain();
}

/// <summary>Reads by the protocol; lists, creates and deletes by the API of Artifact Registry.</summary>
sealed class GoogleRegistry : VendorRegistry
{
    const int Polls = 12;

    readonly GooglePlace _place;
    readonly VendorApi _api;
    readonly string? _project;

    public GoogleRegistry(RegistryVendor vendor, VendorContext context, Expiring<string>? token, string? project) : base(vendor, context, new(context.Url)
    {
        CredentialHosts = CommonFields.Hosts(),
        CredentialSource = token is null ? null : new AccessToken(token),
    })
    {
        (_place, _project) = (GooglePlace.Of(context.Url.IdnHost)!, project);
        _api = new(context.Http, new("https://artifactregistry.googleapis.com"), "Google Artifact Registry", token is null ? null : VendorApi.Bearer(token));
    }

    // the registry takes an access token as the password of this user
    sealed class AccessToken(Expiring<string> token) : ICredentialSource
    {
        public async Task<Result<RegistryCredentials?>> CurrentAsync(CancellationToken ct)
        {
            var current = await token.GetAsync(ct);
            return current.Ok ? new RegistryCredentials("oauth2accesstoken", current.Value) : current.Error;
        }
    }

    /// <summary>The packages of one repository after another. The cursor holds both page tokens: of the repository's page, and of its packages.</summary>
    public override async Task<Result<NamePage>> ListRepositoriesAsync(RepositoryQuery query, CancellationToken ct = default)
    {
        if (_project is null) return Error.Invalid("project", "Listing needs the project.");
        var cursor = (query.Next ?? "\n").Split('\n', 2);
        var (repository, following) = (_place.Repository, "");
        if (repository is null)
        {
            var page = await _api.GetAsync($"v1/projects/{_project}/locations/{_place.Location}/repositories?pageSize=1&pageToken={Uri.EscapeDataString(cursor[0])}", ct);
            if (!page.Ok) return page.Error;
            following = page.Value.Text("nextPageToken") ?? "";
            repository = page.Value.Items("repositories").Where(r => r.Text("format") == "DOCKER").Select(r => r.Text("name")?.Split('/')[^1]).FirstOrDefault();
            if (repository is null) return new NamePage([], following.Length == 0 ? null : following + "\n");
        }
        var size = Math.Clamp(query.PageSize, 1, Vendor.Capabilities.MaxRepositoriesPage);
        var packages = await _api.GetAsync($"{Repository(_project, repository)}/packages?pageSize={size}&pageToken={Uri.EscapeDataString(cursor[1])}", ct);
        if (!packages.Ok) return packages.Error;
        var names = packages.Value.Items("packages").Select(p => p.Text("name")?.Split("/packages/")[^1]).OfType<string>().Select(p => _place.Name(_project, repository, Uri.UnescapeDataString(p)));
        var more = packages.Value.Text("nextPageToken") is { Length: > 0 } token ? $"{cursor[0]}\n{token}" : following.Length > 0 ? following + "\n" : null;
        return new NamePage([.. names.Where(n => Matches(n, query.Prefix))], more);
    }

    public override async Task<Result> PrepareAsync(string repository, CancellationToken ct = default)
    {
        if (_place.Parts(repository) is not var (project, own, _)) return TooShort();
        var there = await _api.GetAsync(Repository(project, own), ct);
        if (there.Ok) return Result.Success;
        if (there.Error.Kind != ErrorKind.NotFound) return there.Error;
        var made = await _api.PostAsync($"v1/projects/{project}/locations/{_place.Location}/repositories?repositoryId={own}", new() { ["format"] = "DOCKER" }, ct);
        return made.Ok ? await DoneAsync(made.Value, ct) : made.Error.Kind == ErrorKind.Conflict ? Result.Success : made.Error;
    }

    public override Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default) => DeleteAsync(repository, $"tags/{tag}", ct);

    // forced, as a version with tags is not deleted otherwise
    public override Task<Result> DeleteManifestAsync(string repository, Digest digest, CancellationToken ct = default) => DeleteAsync(repository, $"versions/{digest}?force=true", ct);

    async Task<Result> DeleteAsync(string repository, string what, CancellationToken ct)
    {
        if (_place.Parts(repository) is not var (project, own, package)) return TooShort();
        var answer = await _api.SendAsync(HttpMethod.Delete, $"{Repository(project, own)}/packages/{Uri.EscapeDataString(package)}/{what}", null, ct);
        return answer.Ok ? await DoneAsync(answer.Value, ct) : answer.Error;
    }

    async Task<Result> DoneAsync(ApiAnswer operation, CancellationToken ct)
    {
        var pause = TimeSpan.FromMilliseconds(100);
        for (var poll = 0; ; poll++, pause *= 2)
        {
            if (operation.Json.Member("done").ValueKind == JsonValueKind.True || operation.Text("name") is not { } name)
                return operation.Json.Member("error") is { ValueKind: JsonValueKind.Object } error
                    ? new Error("OPERATION_FAILED", $"Google Artifact Registry did not finish: {RegistryErrors.Plain(error.Text("message") ?? "no reason given")}", ErrorKind.Unavailable) : Result.Success;
            if (poll == Polls) return new Error("OPERATION_UNFINISHED", "Google Artifact Registry is still at it; look again later.", ErrorKind.Unavailable);
            await Task.Delay(pause, Context.Time, ct);
            var next = await _api.GetAsync($"v1/{name}", ct);
            if (!next.Ok) return next.Error;
            operation = next.Value;
        }
    }

    string Repository(string project, string repository) => $"v1/projects/{project}/locations/{_place.Location}/repositories/{repository}";

    static Error TooShort() => Error.Invalid("repository", "A name in Google's registry is <project>/<repository>/<image>, on gcr.io <project>/<image>.");
}
