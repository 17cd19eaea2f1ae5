using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Registry.Vendors;

namespace Portal.TestKit.Registries;

/// <summary>The control API of Amazon ECR: recomputes every signature, and counts its logins.</summary>
public abstract partial class FakeAws : FakeVendor
{
    const string KeyId = "AKIDEXAMPLE00";
    const string Key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    readonly AwsService _service;
    readonly Dictionary<string, DateTimeOffset> _passwords = new(StringComparer.Ordinal);
    int _logins;

    /// <summary>What a signature and a call name.</summary>
    protected sealed record AwsService(string Name, string Region, string Target);

    protected FakeAws(RegistryVendorKind kind, string host, string api, AwsService service, TimeProvider time) : base(kind, host, time)
    {
        _service = service;
        Registry.MayCreate = _ => false;
        Net.Serve(api, Control);
    }

    public override VendorCredential Good => Values(("access_key_id", KeyId), ("secret_access_key", Key), ("session_token", "session/token=="));
    public override VendorCredential Wrong => Values(("access_key_id", KeyId), ("secret_access_key", "another"), ("session_token", "session/token=="));
    public override int? Logins => _logins;
    public override TimeSpan Life => TimeSpan.FromHours(12);

    /// <summary>The name in <c>/v2</c> of one in the API.</summary>
    protected virtual string Full(string name) => name;
    protected abstract JsonNode LoginAnswer(string token, double until);

    protected bool Knows(string user, string password) => user == "AWS" && _passwords.TryGetValue(password, out var until) && until > Time.GetUtcNow();

    static FakeAnswer Refuse(string type, string message = "") => FakeAnswer.Json(new JsonObject { ["__type"] = $"com.amazonaws.ecr#{type}", ["message"] = message }, 400);

    FakeAnswer Control(FakeRequest r)
    {
        if (Signature(r) is { } refused) return refused;
        if (r.Method != "POST" || r.Path != "/" || r.Header("Content-Type") != "application/x-amz-json-1.1") return Refuse("InvalidParameterException");
        var target = r.Header("X-Amz-Target")!.Split('.');
        if (target[0] != _service.Target) return Refuse("UnknownOperationException");
        switch (target[1])
        {
            case "GetAuthorizationToken":
                var password = $"pw-{++_logins}";
                _passwords[password] = Time.GetUtcNow() + Life;
                return FakeAnswer.Json(LoginAnswer(Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{password}")), (Time.GetUtcNow() + Life).ToUnixTimeMilliseconds() / 1000.0));
            case "CreateRepository":
                var name = Full(r.Json["repositoryName"]!.GetValue<string>());
                if (Registry.Repositories.ContainsKey(name)) return Refuse("RepositoryAlreadyExistsException", "The repository already exists");
                Registry.Open(name);
                return FakeAnswer.Json(new JsonObject { ["repository"] = new JsonObject { ["repositoryName"] = name } });
            case "DescribeRepositories":
                var skip = r.Json["nextToken"] is { } token ? int.Parse(Encoding.ASCII.GetString(Convert.FromBase64String(token.GetValue<string>())), CultureInfo.InvariantCulture) : 0;
                var size = r.Json["maxResults"]?.GetValue<int>() ?? 100;
                if (size is < 1 or > 1000) return Refuse("InvalidParameterException");
                var answer = new JsonObject { ["repositories"] = Array(Registry.Repositories.Keys.Skip(skip).Take(size).Select(n => new JsonObject { ["repositoryName"] = n.Split('/', 2)[^1], ["repositoryUri"] = $"{Host}/{n}" })) };
                if (Registry.Repositories.Count > skip + size) answer["nextToken"] = Convert.ToBase64String(Encoding.ASCII.GetBytes((skip + size).ToString(CultureInfo.InvariantCulture)));
                return FakeAnswer.Json(answer);
            case "BatchDeleteImage":
                return Delete(r);
            default:
                return Refuse("UnknownOperationException");
        }
    }

    FakeAnswer Delete(FakeRequest r)
    {
        if (!Registry.Repositories.TryGetValue(Full(r.Json["repositoryName"]!.GetValue<string>()), out var repository)) return Refuse("RepositoryNotFoundException", "The repository does not exist");
        var failures = new JsonArray();
        foreach (var id in r.Json["imageIds"]!.AsArray())
        {
            var (tag, digest) = (id!["imageTag"]?.GetValue<string>(), id["imageDigest"]?.GetValue<string>());
            if (tag is not null ? repository.Tags.Remove(tag) : repository.Manifests.ContainsKey(digest!))
            {
                if (digest is not null) FakeOciRegistry.Remove(repository, digest);
            }
            else failures.Add(new JsonObject { ["imageId"] = id.DeepClone(), ["failureCode"] = "ImageNotFound", ["failureReason"] = "Requested image not found" });
        }
        return FakeAnswer.Json(new JsonObject { ["imageIds"] = new JsonArray(), ["failures"] = failures });
    }

    // written apart from the adapter's own signing, from the documentation's recipe
    FakeAnswer? Signature(FakeRequest r)
    {
        var match = Shape().Match(r.Authorization ?? "");
        if (!match.Success) return Refuse("MissingAuthenticationTokenException");
        var date = r.Header("X-Amz-Date") ?? "";
        if (!DateTimeOffset.TryParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || (at - Time.GetUtcNow()).Duration() > TimeSpan.FromMinutes(15))
            return Refuse("InvalidSignatureException", "Signature expired");
        if (match.Groups["id"].Value != KeyId || match.Groups["scope"].Value != $"{date[..8]}/{_service.Region}/{_service.Name}/aws4_request") return Refuse("UnrecognizedClientException", "The security token is invalid");
        if (r.Header("X-Amz-Security-Token") != "session/token==") return Refuse("UnrecognizedClientException", "The security token included in the request is invalid");
        var names = match.Groups["names"].Value.Split(';');
        foreach (var needed in (string[])["content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"])
            if (!names.Contains(needed)) return Refuse("InvalidSignatureException", $"{needed} is not signed");
        var text = new StringBuilder().Append(r.Method).Append("\n/\n\n");
        foreach (var name in names) text.Append(name).Append(':').Append(name == "host" ? r.Uri.Authority : r.Header(name)).Append('\n');
        text.Append('\n').Append(match.Groups["names"].Value).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(r.Body)));
        var toSign = $"AWS4-HMAC-SHA256\n{date}\n{match.Groups["scope"].Value}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))}";
        static byte[] Mac(byte[] key, string part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + Key), date[..8]), _service.Region), _service.Name), "aws4_request");
        return Convert.ToHexStringLower(Mac(key, toSign)) == match.Groups["mac"].Value ? null : Refuse("InvalidSignatureException", "The request signature we calculated does not match");
    }

    [GeneratedRegex("^AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)/(?<scope>[^,]+), SignedHeaders=(?<names>[^,]+), Signature=(?<mac>[0-9a-f]{64})$")]
    private static partial Regex Shape();
}

/// <summary>Amazon ECR, private: Basic with a password of twelve hours.</summary>
public sealed class FakeEcr : FakeAws
{
    public FakeEcr(TimeProvider time) : base(RegistryVendorKind.Ecr, "123456789012.dkr.ecr.eu-central-1.amazonaws.com", "api.ecr.eu-central-1.amazonaws.com", new("ecr", "eu-central-1", "AmazonEC2ContainerRegistry_V20150921"), time)
    {
        (Registry.StorageHost, Registry.DeletesByDigest) = ("prod-layers.s3.storage.test", false);
        Net.Serve(Host, Registry.Answer);
        Net.Serve("prod-layers.s3.storage.test", Registry.Storage);
    }

    protected override JsonNode LoginAnswer(string token, double until) =>
        new JsonObject { ["authorizationData"] = new JsonArray(new JsonObject { ["authorizationToken"] = token, ["expiresAt"] = until, ["proxyEndpoint"] = Url.AbsoluteUri }) };

    protected override FakeAnswer? Gate(FakeRequest r, string scope) => r.Basic is { } basic && Knows(basic.User, basic.Secret) ? null
        : new FakeAnswer(401, "Not Authorized\n"u8.ToArray(), "text/plain").With("WWW-Authenticate", $"Basic realm=\"https://{Host}/\",service=\"ecr.amazonaws.com\"");
}

/// <summary>Amazon ECR Public: tokens for the password, an alias in front of names.</summary>
public sealed class FakeEcrPublic : FakeAws
{
    public FakeEcrPublic(TimeProvider time) : base(RegistryVendorKind.EcrPublic, "public.ecr.aws", "api.ecr-public.us-east-1.amazonaws.com", new("ecr-public", "us-east-1", "SpencerFrontendService"), time)
    {
        Tokens = new(time, "https://public.ecr.aws/token/", "public.ecr.aws", Knows) { Life = TimeSpan.FromHours(12) };
        (Registry.HasCatalog, Registry.DeletesByDigest) = (false, false);
        Net.Serve(Host, r => r.Path == "/token/" ? Tokens.Issue(r) : Registry.Answer(r));
    }

    public override string Repository => "a1b2c3/team/app";
    public override string Other => "a1b2c3/team/base";
    public override string Fresh => "a1b2c3/team/fresh";

    protected override string Full(string name) => "a1b2c3/" + name;
    protected override JsonNode LoginAnswer(string token, double until) => new JsonObject { ["authorizationData"] = new JsonObject { ["authorizationToken"] = token, ["expiresAt"] = until } };
}
