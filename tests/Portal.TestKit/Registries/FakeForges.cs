using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Registry.Vendors;

namespace Portal.TestKit.Registries;

/// <summary>Artifactory by its path method: names the wrong scheme, refuses a PUT with a body, digests among the tags.</summary>
public sealed class FakeArtifactory : FakeVendor
{
    public FakeArtifactory(TimeProvider time) : base(RegistryVendorKind.Artifactory, "acme.test", time)
    {
        Tokens = new(time, "http://acme.test/artifactory/api/docker/docker-local/v2/token", "acme.test", Accepts) { Life = TimeSpan.FromHours(1) };
        (Registry.RefusesPutWithBody, Registry.WrongScheme) = (true, true);
        Net.Serve(Host, r => r.Path switch
        {
            "/artifactory/api/docker/docker-local/v2/token" => Tokens.Issue(r),
            _ when r.Path.StartsWith("/artifactory/", StringComparison.Ordinal) => Api(r),
            _ => Registry.Answer(r),
        });
    }

    public override VendorCredential Good => UserAndSecret(("repository_key", "docker-local"));
    public override VendorCredential Wrong => Values(("username", User), ("password", "wrong"), ("repository_key", "docker-local"));
    public override TimeSpan Life => TimeSpan.FromHours(1);
    public override string Repository => "docker-local/team/app";
    public override string Other => "docker-local/team/base";
    public override string Fresh => "docker-local/team/fresh";

    FakeAnswer Api(FakeRequest r)
    {
        if (Basic(r, "Basic realm=\"Artifactory Realm\"") is { } refused) return refused;
        if (r.Path == "/artifactory/api/repositories/docker-local") return FakeAnswer.Json(new JsonObject { ["key"] = "docker-local" });
        if (r.Path == "/artifactory/api/docker/docker-local/v2/_catalog")
        {
            var size = int.Parse(r.Query("n")!, CultureInfo.InvariantCulture);
            var rest = Registry.Repositories.Keys.Select(n => n["docker-local/".Length..]).Where(n => string.CompareOrdinal(n, r.Query("last") ?? "") > 0).ToArray();
            var answer = FakeAnswer.Json(new JsonObject { ["repositories"] = Array(rest.Take(size).Select(n => (JsonNode)n)) });
            return rest.Length > size ? answer.With("Link", $"</v2/_catalog?last={Uri.EscapeDataString(rest[size - 1])}&n={size}>; rel=\"next\"") : answer;
        }
        if (r.Method == "DELETE")
        {
            var at = r.Path.LastIndexOf('/');
            var name = r.Path["/artifactory/".Length..at];
            if (Registry.Repositories.TryGetValue(name, out var repository) && repository.Tags.Remove(r.Path[(at + 1)..])) return FakeAnswer.Empty(204);
        }
        return new(404, """{"errors":[{"status":404,"message":"Could not find resource"}]}"""u8.ToArray());
    }
}

/// <summary>Nexus: BASIC in upper case, its API on another port.</summary>
public sealed class FakeNexus : FakeVendor
{
    public FakeNexus(TimeProvider time) : base(RegistryVendorKind.Nexus, "nexus.test:5000", time)
    {
        Net.Serve(Host, Registry.Answer);
        Net.Serve("nexus.test:8443", Api);
    }

    public override VendorCredential Good => UserAndSecret(("repository", "hosted"), ("api_url", "https://nexus.test:8443"));

    protected override FakeAnswer? Gate(FakeRequest r, string scope) => Basic(r, "BASIC realm=\"Sonatype Nexus Repository Manager\"");

    FakeAnswer Api(FakeRequest r)
    {
        if (Basic(r, "BASIC realm=\"Sonatype Nexus Repository Manager\"") is { } refused) return refused;
        if (r is { Method: "GET", Path: "/service/rest/v1/search" } && r.Query("repository") == "hosted")
        {
            var found = from pair in Registry.Repositories
                        where pair.Key.StartsWith(r.Query("name")!, StringComparison.Ordinal)
                        from tag in pair.Value.Tags.Keys
                        select new JsonObject { ["id"] = Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes($"{pair.Key}:{tag}")), ["name"] = pair.Key, ["version"] = tag };
            return FakeAnswer.Json(new JsonObject { ["continuationToken"] = null, ["items"] = Array(found) });
        }
        if (r.Method != "DELETE" || !r.Path.StartsWith("/service/rest/v1/components/", StringComparison.Ordinal)) return FakeAnswer.Empty(404);
        var id = System.Text.Encoding.UTF8.GetString(Convert.FromHexString(r.Path.Split('/')[^1])).Split(':');
        return Registry.Repositories[id[0]].Tags.Remove(id[1]) ? FakeAnswer.Empty(204) : FakeAnswer.Empty(404);
    }
}

/// <summary>GitHub: deletion by versions of packages alone.</summary>
public sealed class FakeGhcr : FakeVendor
{
    public FakeGhcr(TimeProvider time) : base(RegistryVendorKind.Ghcr, "ghcr.io", time)
    {
        Tokens = new(time, "https://ghcr.io/token", "ghcr.io", Accepts) { Anonymous = true, TellsLife = false };
        (Registry.HasCatalog, Registry.DeletesByDigest, Registry.StorageHost) = (false, false, "pkg-containers.storage.test");
        Net.Serve(Host, r => r.Path == "/token" ? Tokens.Issue(r) : Registry.Answer(r));
        Net.Serve("pkg-containers.storage.test", Registry.Storage);
        Net.Serve("api.github.com", Api);
    }

    public override VendorCredential Good => UserAndSecret(("owner", "team"));

    FakeAnswer Api(FakeRequest r)
    {
        if (r.Header("User-Agent") is null) return FakeAnswer.Json(new JsonObject { ["message"] = "administrative rules" }, 403);
        if (r.Bearer != Secret) return FakeAnswer.Json(new JsonObject { ["message"] = "Bad credentials" }, 401);
        switch (r.Method, r.Path.Trim('/').Split('/'))
        {
            case ("GET", ["users", "team", "packages"]) when r.Query("package_type") == "container":
                return Linked(r, Registry.Repositories.Keys.Where(n => n.StartsWith("team/", StringComparison.Ordinal)).Select(n => (JsonNode)new JsonObject { ["name"] = n["team/".Length..] }));
            case ("GET", ["users", "team", "packages", "container", var name, "versions"]):
                return Registry.Repositories.TryGetValue("team/" + Uri.UnescapeDataString(name), out var listed) ? Linked(r, listed.Manifests.Keys.Select(d => (JsonNode)new JsonObject
                {
                    ["id"] = Id(d),
                    ["name"] = d,
                    ["metadata"] = new JsonObject { ["container"] = new JsonObject { ["tags"] = Array(listed.Tags.Where(t => t.Value == d).Select(t => (JsonNode)t.Key)) } },
                })) : Missing();
            case ("DELETE", ["users", "team", "packages", "container", var name, "versions", var id]):
                var repository = Registry.Repositories["team/" + Uri.UnescapeDataString(name)];
                FakeOciRegistry.Remove(repository, repository.Manifests.Keys.Single(d => Id(d).ToString(CultureInfo.InvariantCulture) == id));
                return FakeAnswer.Empty(204);
            default:
                return Missing();
        }
    }

    static long Id(string digest) => long.Parse(digest.AsSpan("sha256:".Length, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    static FakeAnswer Missing() => FakeAnswer.Json(new JsonObject { ["message"] = "Not Found" }, 404);

    static FakeAnswer Linked(FakeRequest r, IEnumerable<JsonNode> all)
    {
        var (items, page, more) = PageOf(r, all, "per_page");
        var answer = FakeAnswer.Json(Array(items));
        return more ? answer.With("Link", $"<https://api.github.com{r.Path}?page={page + 1}>; rel=\"next\"") : answer;
    }
}

/// <summary>GitLab: tokens from the GitLab host, projects that must exist.</summary>
public sealed class FakeGitLab : FakeVendor
{
    readonly string[] _projects = ["team/app", "team/base", "team/fresh"];

    public FakeGitLab(TimeProvider time) : base(RegistryVendorKind.GitLab, "registry.gitlab.com", time)
    {
        Tokens = new(time, "https://gitlab.com/jwt/auth", "container_registry", Accepts) { TellsLife = false };
        (Registry.HasCatalog, Registry.StorageHost, Registry.MayCreate) = (false, "gitlab.storage.test", n => _projects.Any(p => n == p || n.StartsWith(p + "/", StringComparison.Ordinal)));
        Net.Serve(Host, Registry.Answer);
        Net.Serve("gitlab.storage.test", Registry.Storage);
        Net.Serve("gitlab.com", r => r.Path == "/jwt/auth" ? Tokens.Issue(r) : Api(r));
    }

    public override VendorCredential Good => UserAndSecret();
    public override string Repository => "team/app/web";
    public override string Fresh => "team/fresh/deep/image";

    FakeAnswer Api(FakeRequest r)
    {
        if (r.Header("PRIVATE-TOKEN") != Secret) return FakeAnswer.Json(new JsonObject { ["message"] = "401 Unauthorized" }, 401);
        switch (r.Method, r.Path["/api/v4/".Length..].Split('/'))
        {
            case ("GET", ["projects"]):
                return Paged(r, _projects.Select((p, i) => (JsonNode)new JsonObject { ["id"] = i + 1, ["path_with_namespace"] = p }));
            case ("GET", ["projects", var path]):
                var index = System.Array.IndexOf(_projects, Uri.UnescapeDataString(path));
                return index >= 0 ? FakeAnswer.Json(new JsonObject { ["id"] = index + 1 }) : FakeAnswer.Json(new JsonObject { ["message"] = "404 Project Not Found" }, 404);
            case ("GET", ["projects", var id, "registry", "repositories"]):
                return Paged(r, Under(id).Select((n, i) => (JsonNode)new JsonObject { ["id"] = 100 + i, ["path"] = n }));
            case ("DELETE", ["projects", var id, "registry", "repositories", var repository, "tags", var tag]):
                var name = Under(id).ElementAt(int.Parse(repository, CultureInfo.InvariantCulture) - 100);
                return Registry.Repositories[name].Tags.Remove(tag) ? FakeAnswer.Empty(200) : FakeAnswer.Json(new JsonObject { ["message"] = "404 Tag Not Found" }, 404);
            default:
                return FakeAnswer.Empty(404);
        }
    }

    IEnumerable<string> Under(string id) => _projects[int.Parse(id, CultureInfo.InvariantCulture) - 1] is var p ? Registry.Repositories.Keys.Where(n => n == p || n.StartsWith(p + "/", StringComparison.Ordinal)) : [];

    static FakeAnswer Paged(FakeRequest r, IEnumerable<JsonNode> all)
    {
        var (items, page, more) = PageOf(r, all, "per_page");
        return FakeAnswer.Json(Array(items)).With("X-Next-Page", more ? (page + 1).ToString(CultureInfo.InvariantCulture) : "");
    }
}
