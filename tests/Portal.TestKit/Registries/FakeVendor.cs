using System.Text.Json.Nodes;
using Portal.Registry.Vendors;

namespace Portal.TestKit.Registries;

/// <summary>A made-up vendor: its servers on one made-up network, a credential that is right and one that is wrong.</summary>
public abstract class FakeVendor
{
    public const string User = "portal";
    public const string Secret = "s3cret:pass";

    protected FakeVendor(RegistryVendorKind kind, string host, TimeProvider time)
    {
        (Kind, Host, Time) = (kind, host, time);
        Registry = new(host, (r, scope) => Gate(r, scope));
    }

    public RegistryVendorKind Kind { get; }
    public string Host { get; }
    public Uri Url => new($"https://{Host}");
    public FakeNet Net { get; } = new();
    public FakeOciRegistry Registry { get; }
    protected TimeProvider Time { get; }

    /// <summary>Null for a registry without tokens.</summary>
    public FakeTokenService? Tokens { get; protected init; }

    /// <summary>Times a token of the cloud was given for keys; null where there are no keys.</summary>
    public virtual int? Logins => null;

    /// <summary>How long the credential's token is good.</summary>
    public virtual TimeSpan Life => TimeSpan.FromMinutes(5);

    public abstract VendorCredential Good { get; }

    /// <summary>Null where there is no credential.</summary>
    public virtual VendorCredential? Wrong => Values(("username", User), ("password", "wrong"));

    public virtual string Repository => "team/app";
    public virtual string Other => "team/base";
    public virtual string Fresh => "team/fresh";

    protected virtual FakeAnswer? Gate(FakeRequest r, string scope) => Tokens!.Gate(r, scope);

    protected static bool Accepts(string user, string secret) => user == User && secret == Secret;

    public static VendorCredential Values(params (string Name, string Value)[] values) => new(values.ToDictionary(v => v.Name, v => v.Value));

    protected static VendorCredential UserAndSecret(params (string Name, string Value)[] more) => Values([("username", User), ("password", Secret), .. more]);

    protected static FakeAnswer? Basic(FakeRequest r, string challenge, Func<string, string, bool>? accepts = null) =>
        r.Basic is { } basic && (accepts ?? Accepts)(basic.User, basic.Secret) ? null : FakeAnswer.Error(401, "UNAUTHORIZED").With("WWW-Authenticate", challenge);

    /// <summary>A page by number, and whether more follow.</summary>
    protected static (T[] Items, int Page, bool More) PageOf<T>(FakeRequest r, IEnumerable<T> all, string sizeName)
    {
        var page = int.Parse(r.Query("page") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        var size = Math.Min(100, int.Parse(r.Query(sizeName) ?? "10", System.Globalization.CultureInfo.InvariantCulture));
        var list = all.ToArray();
        return ([.. list.Skip((page - 1) * size).Take(size)], page, page * size < list.Length);
    }

    protected static JsonArray Array(IEnumerable<JsonNode> items) => new([.. items]);

    public static FakeVendor Create(RegistryVendorKind kind, TimeProvider time) => kind switch
    {
        RegistryVendorKind.Distribution => new FakeDistribution(time),
        RegistryVendorKind.DockerHub => new FakeDockerHub(time),
        RegistryVendorKind.Harbor => new FakeHarbor(time),
        RegistryVendorKind.Ecr => new FakeEcr(time),
        RegistryVendorKind.EcrPublic => new FakeEcrPublic(time),
        RegistryVendorKind.Acr => new FakeAcr(time),
        RegistryVendorKind.GoogleArtifactRegistry => new FakeGoogle(kind, "europe-west3-docker.pkg.dev", time),
        RegistryVendorKind.GoogleContainerRegistry => new FakeGoogle(kind, "eu.gcr.io", time),
        RegistryVendorKind.Mcr => new FakeMcr(time),
        RegistryVendorKind.Quay => new FakeQuay(time),
        RegistryVendorKind.Artifactory => new FakeArtifactory(time),
        RegistryVendorKind.Nexus => new FakeNexus(time),
        RegistryVendorKind.Ghcr => new FakeGhcr(time),
        _ => new FakeGitLab(time),
    };
}

/// <summary>CNCF Distribution with htpasswd and a storage that it redirects to.</summary>
public sealed class FakeDistribution : FakeVendor
{
    public FakeDistribution(TimeProvider time) : base(RegistryVendorKind.Distribution, "registry.test", time)
    {
        Registry.StorageHost = "bucket.storage.test";
        Net.Serve(Host, Registry.Answer);
        Net.Serve("bucket.storage.test", Registry.Storage);
    }

    public override VendorCredential Good => UserAndSecret();

    protected override FakeAnswer? Gate(FakeRequest r, string scope) => Basic(r, "Basic realm=\"test\"");
}

/// <summary>Microsoft's: no challenge, no writes, blobs from another host.</summary>
public sealed class FakeMcr : FakeVendor
{
    public FakeMcr(TimeProvider time) : base(RegistryVendorKind.Mcr, "mcr.microsoft.com", time)
    {
        (Registry.TakesPushes, Registry.DeletesByDigest, Registry.StorageHost) = (false, false, "eastus.data.mcr.microsoft.com");
        Net.Serve(Host, Registry.Answer);
        Net.Serve("eastus.data.mcr.microsoft.com", Registry.Storage);
    }

    public override VendorCredential Good => VendorCredential.None;
    public override VendorCredential? Wrong => null;

    protected override FakeAnswer? Gate(FakeRequest r, string scope) => null;
}

/// <summary>Docker Hub: tokens and API on other hosts, no catalog, deletion of tags by the API alone.</summary>
public sealed class FakeDockerHub : FakeVendor
{
    readonly Dictionary<string, DateTimeOffset> _sessions = new(StringComparer.Ordinal);

    public FakeDockerHub(TimeProvider time) : base(RegistryVendorKind.DockerHub, "registry-1.docker.io", time)
    {
        Tokens = new(time, "https://auth.docker.io/token", "registry.docker.io", Accepts) { Anonymous = true };
        (Registry.HasCatalog, Registry.StorageHost, Registry.AbsoluteLinks) = (false, "cdn.storage.test", true);
        Net.Serve(Host, Registry.Answer);
        Net.Serve("auth.docker.io", Tokens.Issue);
        Net.Serve("cdn.storage.test", Registry.Storage);
        Net.Serve("hub.docker.com", Hub);
    }

    public override VendorCredential Good => UserAndSecret(("namespace", "team"));

    FakeAnswer Hub(FakeRequest r)
    {
        if (r is { Method: "POST", Path: "/v2/auth/token" })
        {
            if (!Accepts(r.Json["identifier"]!.GetValue<string>(), r.Json["secret"]!.GetValue<string>())) return FakeAnswer.Json(new JsonObject { ["detail"] = "Incorrect authentication credentials" }, 401);
            var token = FakeTokenService.Jwt(Time.GetUtcNow().AddMinutes(10));
            _sessions[token] = Time.GetUtcNow().AddMinutes(10);
            return FakeAnswer.Json(new JsonObject { ["access_token"] = token });
        }
        if (r.Bearer is not { } bearer || !_sessions.TryGetValue(bearer, out var until) || until <= Time.GetUtcNow()) return FakeAnswer.Json(new JsonObject { ["message"] = "unauthorized" }, 401);
        var parts = r.Path.Trim('/').Split('/');
        if (r.Method == "GET" && parts is ["v2", "namespaces", var owner, "repositories"])
        {
            var (items, page, more) = PageOf(r, Registry.Repositories.Keys.Where(n => n.StartsWith(owner + "/", StringComparison.Ordinal)), "page_size");
            return FakeAnswer.Json(new JsonObject { ["count"] = 1, ["next"] = more ? $"https://hub.docker.com{r.Path}?page={page + 1}" : null, ["results"] = Array(items.Select(n => new JsonObject { ["name"] = n[(owner.Length + 1)..], ["namespace"] = owner })) });
        }
        if (r.Method == "DELETE" && parts is ["v2", "repositories", var ns, var name, "tags", var tag])
            return Registry.Repositories.TryGetValue($"{ns}/{name}", out var repository) && repository.Tags.Remove(tag) ? FakeAnswer.Empty(204) : FakeAnswer.Json(new JsonObject { ["message"] = "not found" }, 404);
        return FakeAnswer.Empty(404);
    }
}

/// <summary>Harbor: projects that must exist, names encoded twice, deletion by its API.</summary>
public sealed class FakeHarbor : FakeVendor
{
    readonly HashSet<string> _projects = ["team"];

    public FakeHarbor(TimeProvider time) : base(RegistryVendorKind.Harbor, "harbor.test", time)
    {
        Tokens = new(time, "https://harbor.test/service/token", "harbor-registry", (u, s) => u == "robot$team+ci" && s == Secret) { Life = TimeSpan.FromMinutes(30) };
        (Registry.DeletesByTag, Registry.MayCreate) = (false, n => _projects.Contains(n.Split('/')[0]));
        Net.Serve(Host, r => r.Path == "/service/token" ? Tokens.Issue(r) : r.Path.StartsWith("/api/v2.0/", StringComparison.Ordinal) ? Api(r) : Registry.Answer(r));
    }

    public override VendorCredential Good => Values(("username", "robot$team+ci"), ("password", Secret));
    public override VendorCredential Wrong => Values(("username", "robot$team+ci"), ("password", "wrong"));
    public override TimeSpan Life => TimeSpan.FromMinutes(30);
    public override string Fresh => "new-project/deep/app";

    FakeAnswer Api(FakeRequest r)
    {
        if (Basic(r, "Basic realm=\"harbor\"", (u, s) => u == "robot$team+ci" && s == Secret) is { } refused) return refused;
        var parts = r.Path["/api/v2.0/".Length..].Split('/');
        switch (r.Method, parts)
        {
            case ("GET", ["repositories"]):
                var wanted = r.Query("q") is { } q ? q["name=~".Length..] : "";
                var (items, page, more) = PageOf(r, Registry.Repositories.Keys.Where(n => n.Contains(wanted, StringComparison.Ordinal)), "page_size");
                var answer = FakeAnswer.Json(Array(items.Select(n => new JsonObject { ["name"] = n })));
                return more ? answer.With("Link", $"</api/v2.0/repositories?page={page + 1}>; rel=\"next\"") : answer;
            case ("GET", ["projects", var project]):
                return _projects.Contains(project) && r.Header("X-Is-Resource-Name") == "true" ? FakeAnswer.Json(new JsonObject { ["name"] = project }) : FakeAnswer.Error(404, "NOT_FOUND");
            case ("POST", ["projects"]):
                return _projects.Add(r.Json["project_name"]!.GetValue<string>()) ? FakeAnswer.Empty(201) : FakeAnswer.Error(409, "CONFLICT");
            case ("DELETE", ["projects", var p, "repositories", var name, "artifacts", var reference, .. var rest]):
                // encoded twice: the server decodes twice
                if (!Registry.Repositories.TryGetValue($"{p}/{Uri.UnescapeDataString(Uri.UnescapeDataString(name))}", out var repository)) return FakeAnswer.Error(404, "NOT_FOUND");
                if (rest is ["tags", var tag]) return repository.Tags.Remove(tag) ? FakeAnswer.Empty(200) : FakeAnswer.Error(404, "NOT_FOUND");
                if (!repository.Manifests.ContainsKey(Uri.UnescapeDataString(reference))) return FakeAnswer.Error(404, "NOT_FOUND");
                FakeOciRegistry.Remove(repository, Uri.UnescapeDataString(reference));
                return FakeAnswer.Empty(200);
            default:
                return FakeAnswer.Error(404, "NOT_FOUND");
        }
    }
}

/// <summary>Quay: knows three actions, tells no lifetime, has an API for an OAuth token.</summary>
public sealed class FakeQuay : FakeVendor
{
    public FakeQuay(TimeProvider time) : base(RegistryVendorKind.Quay, "quay.io", time)
    {
        Tokens = new(time, "https://quay.io/v2/auth", "quay.io", (u, s) => u == "team+robot" && s == Secret)
        {
            Life = TimeSpan.FromHours(1),
            TellsLife = false,
            Refuse = s => s.Length == 0 || s.StartsWith("repository:", StringComparison.Ordinal) && s[(s.LastIndexOf(':') + 1)..].Split(',').All(a => a is "pull" or "push" or "*") ? null
                : FakeAnswer.Error(400, "INVALID_REQUEST", "Unable to decode repository and actions"),
        };
        (Registry.DeletesByTag, Registry.AbsoluteLinks, Registry.StorageHost) = (true, true, "cdn.quay.storage.test");
        Net.Serve(Host, r => r.Path == "/v2/auth" ? Tokens.Issue(r) : r.Path.StartsWith("/api/v1/", StringComparison.Ordinal) ? Api(r) : Registry.Answer(r));
        Net.Serve("cdn.quay.storage.test", Registry.Storage);
        Registry.MayCreate = _ => false;
    }

    public override VendorCredential Good => Values(("username", "team+robot"), ("password", Secret), ("oauth_token", "oauth"));
    public override VendorCredential Wrong => Values(("username", "team+robot"), ("password", "wrong"));
    public override TimeSpan Life => TimeSpan.FromHours(1);

    // deleting asks for push, the catalog for no scope at all
    protected override FakeAnswer? Gate(FakeRequest r, string scope) => Tokens!.Gate(r, scope.StartsWith("registry:", StringComparison.Ordinal) ? "" : scope.EndsWith(":delete", StringComparison.Ordinal) ? scope[..^"delete".Length] + "push" : scope);

    FakeAnswer Api(FakeRequest r)
    {
        if (r.Bearer != "oauth") return FakeAnswer.Json(new JsonObject { ["error_message"] = "Requires authentication" }, 401);
        var path = r.Path["/api/v1/".Length..];
        if (r is { Method: "GET" } && path == "repository")
        {
            // the cursor is opaque
            var skip = r.Query("next_page") is { } cursor ? int.Parse(cursor["opaque=".Length..], System.Globalization.CultureInfo.InvariantCulture) : 0;
            var all = Registry.Repositories.Keys.Where(n => n.StartsWith(r.Query("namespace") + "/", StringComparison.Ordinal)).ToArray();
            var answer = new JsonObject { ["repositories"] = Array(all.Skip(skip).Take(2).Select(n => new JsonObject { ["namespace"] = n.Split('/')[0], ["name"] = n.Split('/', 2)[1] })) };
            if (all.Length > skip + 2) answer["next_page"] = $"opaque={skip + 2}";
            return FakeAnswer.Json(answer);
        }
        if (r.Method == "GET") return Registry.Repositories.ContainsKey(path["repository/".Length..]) ? FakeAnswer.Json(new JsonObject { ["name"] = path }) : FakeAnswer.Json(new JsonObject { ["message"] = "Not Found" }, 404);
        if (r is not { Method: "POST" } || path != "repository") return FakeAnswer.Empty(404);
        Registry.Open($"{r.Json["namespace"]}/{r.Json["repository"]}");
        return FakeAnswer.Json(new JsonObject { ["name"] = r.Json["repository"]!.GetValue<string>() }, 201);
    }
}
