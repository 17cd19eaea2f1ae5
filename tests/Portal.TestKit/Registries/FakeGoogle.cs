using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Registry.Vendors;

namespace Portal.TestKit.Registries;

/// <summary>Google: checks the signed assertion of a service account, and has repositories that must exist and operations that take a while.</summary>
public sealed class FakeGoogle : FakeVendor
{
    const string Email = "portal@proj.iam.gserviceaccount.com";
    static readonly RSA Key = RSA.Create(2048), OtherKey = RSA.Create(2048);

    readonly Dictionary<string, DateTimeOffset> _access = new(StringComparer.Ordinal);
    readonly SortedSet<string> _repositories = new(StringComparer.Ordinal) { "empty", "images" };
    readonly Dictionary<string, int> _operations = new(StringComparer.Ordinal);
    readonly bool _gcr;
    int _logins;

    public FakeGoogle(RegistryVendorKind kind, string host, TimeProvider time) : base(kind, host, time)
    {
        _gcr = kind == RegistryVendorKind.GoogleContainerRegistry;
        if (_gcr) _repositories.Add(host);
        Tokens = new(time, $"https://{host}/v2/token", _gcr ? host : null, (u, s) => u == "oauth2accesstoken" && Valid(s)) { Life = TimeSpan.FromMinutes(30) };
        (Registry.RefusesSecondPatch, Registry.IgnoresTagPages, Registry.StorageHost, Registry.DeletesByTag) = (true, true, "artifacts-downloads.storage.test", true);
        Registry.MayCreate = n => _repositories.Contains(_gcr ? host : n.Split('/')[1]);
        Net.Serve(host, r => r.Path == "/v2/token" ? Tokens.Issue(r) : Registry.Answer(r));
        Net.Serve("artifacts-downloads.storage.test", Registry.Storage);
        Net.Serve("oauth2.googleapis.com", Exchange);
        Net.Serve("artifactregistry.googleapis.com", Api);
    }

    public override VendorCredential Good => Values(("json_key", KeyFile(Key)));
    public override VendorCredential Wrong => Values(("json_key", KeyFile(OtherKey)));
    public override int? Logins => _logins;
    public override TimeSpan Life => TimeSpan.FromHours(1);
    public override string Repository => _gcr ? "proj/team/app" : "proj/images/team/app";
    public override string Other => _gcr ? "proj/team/base" : "proj/images/team/base";
    public override string Fresh => _gcr ? "proj/team/fresh" : "proj/fresh/app";

    static string KeyFile(RSA key) => new JsonObject
    {
        ["type"] = "service_account",
        ["project_id"] = "proj",
        ["private_key_id"] = "key-1",
        ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
        ["client_email"] = Email,
        ["token_uri"] = "https://oauth2.googleapis.com/token",
    }.ToJsonString();

    bool Valid(string? token) => token is not null && _access.TryGetValue(token, out var until) && until > Time.GetUtcNow();

    FakeAnswer Exchange(FakeRequest r)
    {
        static FakeAnswer Wrong(string why) => FakeAnswer.Json(new JsonObject { ["error"] = "invalid_grant", ["error_description"] = why }, 400);
        if (r.Path != "/token" || r.Form("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || r.Form("assertion")?.Split('.') is not [var head, var payload, var signature]) return Wrong("bad request");
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(head))!;
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(payload))!;
        if (header["alg"]!.GetValue<string>() != "RS256" || header["kid"]!.GetValue<string>() != "key-1") return Wrong("wrong header");
        if (!Key.VerifyData(Encoding.ASCII.GetBytes($"{head}.{payload}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)) return Wrong("Invalid JWT Signature.");
        var (now, iat, exp) = (Time.GetUtcNow().ToUnixTimeSeconds(), claims["iat"]!.GetValue<long>(), claims["exp"]!.GetValue<long>());
        if (claims["iss"]!.GetValue<string>() != Email || claims["aud"]!.GetValue<string>() != "https://oauth2.googleapis.com/token") return Wrong("wrong issuer or audience");
        if (iat > now + 60 || exp <= now || exp > iat + 3600) return Wrong("Invalid JWT: Token must be a short-lived token");
        if (claims["scope"]!.GetValue<string>() != "https://www.googleapis.com/auth/cloud-platform") return Wrong("wrong scope");
        var token = $"ya29.{++_logins}";
        _access[token] = Time.GetUtcNow() + Life;
        return FakeAnswer.Json(new JsonObject { ["access_token"] = token, ["expires_in"] = 3600, ["token_type"] = "Bearer" });
    }

    static FakeAnswer Missing() => FakeAnswer.Json(new JsonObject { ["error"] = new JsonObject { ["code"] = 404, ["status"] = "NOT_FOUND", ["message"] = "Requested entity was not found." } }, 404);

    FakeAnswer Api(FakeRequest r)
    {
        if (!Valid(r.Bearer)) return FakeAnswer.Json(new JsonObject { ["error"] = new JsonObject { ["code"] = 401, ["status"] = "UNAUTHENTICATED", ["message"] = "Request had invalid authentication credentials." } }, 401);
        var location = _gcr ? "europe" : "europe-west3";
        var root = $"/v1/projects/proj/locations/{location}/";
        if (!r.Path.StartsWith(root, StringComparison.Ordinal)) return Missing();
        switch (r.Method, r.Path[root.Length..].Split('/'))
        {
            case ("GET", ["repositories"]):
                return Tokenized(r, _repositories, "repositories", n => new JsonObject { ["name"] = $"{root[4..]}repositories/{n}", ["format"] = "DOCKER" });
            case ("GET", ["repositories", var name]):
                return _repositories.Contains(name) ? FakeAnswer.Json(new JsonObject { ["name"] = name }) : Missing();
            case ("POST", ["repositories"]):
                return r.Json["format"]!.GetValue<string>() == "DOCKER" && _repositories.Add(r.Query("repositoryId")!) ? Operation(root) : FakeAnswer.Json(new JsonObject { ["error"] = new JsonObject { ["status"] = "ALREADY_EXISTS", ["message"] = "exists" } }, 409);
            case ("GET", ["repositories", var name, "packages"]):
                return Tokenized(r, Registry.Repositories.Keys.Where(n => n.StartsWith(Prefix(name), StringComparison.Ordinal)).Select(n => n[Prefix(name).Length..]), "packages",
                    n => new JsonObject { ["name"] = $"{root[4..]}repositories/{name}/packages/{Uri.EscapeDataString(n)}" });
            case ("GET", ["operations", var id]):
                return FakeAnswer.Json(new JsonObject { ["name"] = $"{root[4..]}operations/{id}", ["done"] = --_operations[id] <= 0 });
            case ("DELETE", ["repositories", var name, "packages", var package, "tags", var tag]):
                return Registry.Repositories.TryGetValue(Prefix(name) + Uri.UnescapeDataString(package), out var tagged) && tagged.Tags.Remove(tag) ? FakeAnswer.Json(new JsonObject()) : Missing();
            case ("DELETE", ["repositories", var name, "packages", var package, "versions", var version]):
                if (!Registry.Repositories.TryGetValue(Prefix(name) + Uri.UnescapeDataString(package), out var repository) || !repository.Manifests.ContainsKey(Uri.UnescapeDataString(version)) || r.Query("force") != "true") return Missing();
                FakeOciRegistry.Remove(repository, Uri.UnescapeDataString(version));
                return Operation(root);
            default:
                return Missing();
        }
    }

    string Prefix(string repository) => _gcr ? "proj/" : $"proj/{repository}/";

    FakeAnswer Operation(string root)
    {
        var id = Guid.NewGuid().ToString("N");
        _operations[id] = 2;
        return FakeAnswer.Json(new JsonObject { ["name"] = $"{root[4..]}operations/{id}", ["done"] = false });
    }

    static FakeAnswer Tokenized(FakeRequest r, IEnumerable<string> all, string property, Func<string, JsonNode> item)
    {
        var (skip, size) = (r.Query("pageToken") is { Length: > 0 } token ? int.Parse(token["tok".Length..], CultureInfo.InvariantCulture) : 0, int.Parse(r.Query("pageSize")!, CultureInfo.InvariantCulture));
        var list = all.ToArray();
        var answer = new JsonObject { [property] = Array(list.Skip(skip).Take(size).Select(item)) };
        if (list.Length > skip + size) answer["nextPageToken"] = $"tok{skip + size}";
        return FakeAnswer.Json(answer);
    }
}
