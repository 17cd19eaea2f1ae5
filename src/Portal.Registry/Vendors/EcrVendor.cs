using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>Amazon ECR, private: keys of an account become a password for twelve hours; repositories are created before a push.</summary>
public sealed partial class EcrVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.Ecr;
    /// <inheritdoc />
    public override string DisplayName => "Amazon ECR";
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        .. AwsFields,
        new("region", "Region", "Only when the address does not hold it, such as a private endpoint.") { Pattern = "[a-z]{2}(-[a-z]+)+-[0-9]+" },
        CommonFields.ApiUrl("Only for a private endpoint of the ECR API."),
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        BeforePush = BeforePush.Created,
        CrossMount = Support.Depends,
        ChunkedUpload = false,
        MinChunkBytes = 5 * 1024 * 1024,
        MaxChunkBytes = 20_971_520,
        MaxRepositoriesPage = 1000,
        RateLimits = "20 logins a second; other calls by account and region",
        RateLimitHeaders = ["Retry-After"],
    };

    internal static CredentialField[] AwsFields =>
    [
        new("access_key_id", "Access key id", "Of a user or role that may use the registry, such as AKIAIOSFODNN7EXAMPLE.") { Required = true, Pattern = "[A-Za-z0-9]{8,128}" },
        new("secret_access_key", "Secret access key", "The secret to the access key id.") { Required = true, Secret = true, MaxLength = 256 },
        new("session_token", "Session token", "Only with temporary keys.") { Secret = true, MaxLength = 8_192 },
    ];

    internal static AwsKeys Keys(VendorCredential credential) => new(credential["access_key_id"]!, credential["secret_access_key"]!, credential["session_token"]);

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential)
    {
        if (base.Check(url, credential) is { } refusal) return refusal;
        return Host().IsMatch(url.IdnHost) || credential["region"] is not null && credential["api_url"] is not null ? null
            : Error.Invalid("url", "The address is https://<12 digits>.dkr.ecr.<region>.amazonaws.com; for another one give the region and the address of the API.");
    }

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context)
    {
        var host = Host().Match(context.Url.IdnHost);
        var region = context.Credential["region"] ?? host.Groups["region"].Value;
        var api = context.Credential["api_url"] ?? Api(host, region);
        return new EcrRegistry(this, context, new AwsApi(context, new(api), "ecr", region, "AmazonEC2ContainerRegistry_V20150921", Keys(context.Credential)));
    }

    static string Api(Match host, string region)
    {
        var fips = host.Groups["fips"].Success;
        return host.Groups["dual"].Success ? $"https://ecr{(fips ? "-fips" : "")}.{region}.api.aws" : $"https://api.ecr{(fips ? "-fips" : "")}.{region}.amazonaws.com{host.Groups["cn"].Value}";
    }

    [GeneratedRegex(@"^[0-9]{12}\.dkr(?:\.ecr(?<fips>-fips)?\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?<cn>\.cn)?|-ecr(?<fips>-fips)?\.(?<region>[a-z0-9-]+)\.on(?<dual>\.aws))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Host();
}

/// <summary>The control API of ECR: AWS JSON 1.1, signed.</summary>
sealed class AwsApi(VendorContext context, Uri root, string service, string region, string target, AwsKeys keys)
{
    readonly VendorApi _api = new(context.Http, root, "Amazon ECR", (request, body, _) =>
    {
        AwsSignature.Sign(request, body, keys, context.Time.GetUtcNow(), region, service);
        return Task.FromResult<Error?>(null);
    });

    public async Task<Result<ApiAnswer>> CallAsync(string operation, JsonObject body, CancellationToken ct)
    {
        var answer = await _api.SendAsync(HttpMethod.Post, "", VendorApi.Json(body, "application/x-amz-json-1.1"), ct, ("X-Amz-Target", $"{target}.{operation}"));
        return answer.Ok ? answer : Typed(answer.Error);
    }

    /// <summary>The user <c>AWS</c> and its password, good for twelve hours.</summary>
    public async Task<Result<(RegistryCredentials, DateTimeOffset)>> LoginAsync(CancellationToken ct)
    {
        var answer = await CallAsync("GetAuthorizationToken", [], ct);
        if (!answer.Ok) return answer.Error;
        var data = answer.Value.Json.Member("authorizationData");
        if (data.ValueKind == JsonValueKind.Array) data = data.EnumerateArray().FirstOrDefault();
        var token = data.Text("authorizationToken");
        var buffer = new byte[token?.Length ?? 0];
        if (token is null || !Convert.TryFromBase64String(token, buffer, out var length) || Encoding.UTF8.GetString(buffer, 0, length).Split(':', 2) is not [var user, var secret])
            return RegistryErrors.BadAnswer("Amazon ECR answered without an authorization token.");
        var until = data.Member("expiresAt") is { ValueKind: JsonValueKind.Number } at && at.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : context.Time.GetUtcNow().AddHours(1);
        return (new RegistryCredentials(user, secret), until);
    }

    // the API answers 400 for most; what it means stands in its type
    static Error Typed(Error error) => error.Code switch
    {
        "ThrottlingException" or "TooManyRequestsException" => new RateLimited(null, error.Message),
        "AccessDeniedException" => error with { Kind = ErrorKind.Forbidden },
        "UnrecognizedClientException" or "InvalidSignatureException" or "ExpiredTokenException" or "InvalidClientTokenId" or "MissingAuthenticationTokenException" => error with { Kind = ErrorKind.Unauthenticated },
        "RepositoryNotFoundException" or "ImageNotFoundException" => error with { Kind = ErrorKind.NotFound },
        "RepositoryAlreadyExistsException" or "RepositoryNotEmptyException" => error with { Kind = ErrorKind.Conflict },
        "ServerException" => error with { Kind = ErrorKind.Unavailable },
        _ => error,
    };
}

/// <summary>What ECR and ECR Public share; they differ in how names begin.</summary>
class EcrRegistry : VendorRegistry
{
    readonly AwsApi _api;

    public EcrRegistry(RegistryVendor vendor, VendorContext context, AwsApi api)
        : base(vendor, context, new(context.Url) { CredentialHosts = CommonFields.Hosts(), CredentialSource = new ExpiringCredentials(context.Time, api.LoginAsync) }) => _api = api;

    /// <summary>The name in the control API of a name in <c>/v2</c>.</summary>
    protected virtual string Own(string repository) => repository;

    public override async Task<Result<NamePage>> ListRepositoriesAsync(RepositoryQuery query, CancellationToken ct = default)
    {
        var body = new JsonObject { ["maxResults"] = Math.Clamp(query.PageSize, 1, Vendor.Capabilities.MaxRepositoriesPage) };
        if (query.Next is { } next) body["nextToken"] = next;
        var answer = await _api.CallAsync("DescribeRepositories", body, ct);
        return answer.Map(a => new NamePage([.. a.Items("repositories").Select(Name).OfType<string>().Where(n => Matches(n, query.Prefix))], a.Text("nextToken")));
    }

    // the address of a repository is <host>/<name as in /v2>
    static string? Name(JsonElement repository) => repository.Text("repositoryUri") is { } uri && uri.IndexOf('/') is > 0 and var slash ? uri[(slash + 1)..] : repository.Text("repositoryName");

    public override async Task<Result> PrepareAsync(string repository, CancellationToken ct = default)
    {
        var answer = await _api.CallAsync("CreateRepository", new() { ["repositoryName"] = Own(repository) }, ct);
        return answer.Ok || answer.Error.Kind == ErrorKind.Conflict ? Result.Success : answer.Error;
    }

    public override Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default) => DeleteAsync(repository, new() { ["imageTag"] = tag.Text }, ct);

    public override Task<Result> DeleteManifestAsync(string repository, Digest digest, CancellationToken ct = default) => DeleteAsync(repository, new() { ["imageDigest"] = digest.Text }, ct);

    async Task<Result> DeleteAsync(string repository, JsonObject id, CancellationToken ct)
    {
        var answer = await _api.CallAsync("BatchDeleteImage", new() { ["repositoryName"] = Own(repository), ["imageIds"] = new JsonArray(id) }, ct);
        if (!answer.Ok) return answer.Error;
        // 200 although the item failed
        if (answer.Value.Items("failures").FirstOrDefault() is not { ValueKind: JsonValueKind.Object } failure) return Result.Success;
        var code = failure.Text("failureCode") ?? "UNKNOWN";
        return new Error(code, $"Amazon ECR did not delete: {RegistryErrors.Plain(failure.Text("failureReason") ?? code)}", code switch
        {
            "ImageNotFound" => ErrorKind.NotFound,
            "ImageReferencedByManifestList" => ErrorKind.Precondition,
            "UpstreamTooManyRequests" => ErrorKind.TooMany,
            _ => ErrorKind.Invalid,
        });
    }

    internal override async Task<Result<bool>> ProbeAsync(CancellationToken ct)
    {
        // asked first, so that a wrong key is told in the words of the API
        var login = await Client.Target.CredentialSource!.CurrentAsync(ct);
        return login.Ok ? await base.ProbeAsync(ct) : login.Error;
    }
}

/// <summary>Amazon ECR Public: pulls by tokens, its API in one region.</summary>
public sealed class EcrPublicVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.EcrPublic;
    /// <inheritdoc />
    public override string DisplayName => "Amazon ECR Public";
    /// <inheritdoc />
    public override Uri DefaultUrl { get; } = new("https://public.ecr.aws");
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } = [.. EcrVendor.AwsFields, CommonFields.ApiUrl("Only for a private endpoint of the ECR Public API.")];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        BeforePush = BeforePush.Created,
        CrossMount = Support.No,
        ChunkedUpload = false,
        MaxRepositoriesPage = 1000,
        RateLimits = "1 pull a second without a credential, 10 with one",
        RateLimitHeaders = ["Retry-After"],
    };

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context) => new PublicRegistry(this, context,
        new AwsApi(context, new(context.Credential["api_url"] ?? "https://api.ecr-public.us-east-1.amazonaws.com"), "ecr-public", "us-east-1", "SpencerFrontendService", EcrVendor.Keys(context.Credential)));

    // names begin with the account's alias, which its API leaves out
    sealed class PublicRegistry(RegistryVendor vendor, VendorContext context, AwsApi api) : EcrRegistry(vendor, context, api)
    {
        protected override string Own(string repository) => repository.IndexOf('/') is > 0 and var slash ? repository[(slash + 1)..] : repository;
    }
}
