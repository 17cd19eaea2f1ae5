using System.Text.Json.Nodes;
using Portal.Registry.Vendors;

namespace Portal.TestKit.Registries;

/// <summary>Azure: Entra on another host, the exchange for a refresh token, and a scope of its own for tags.</summary>
public sealed class FakeAcr : FakeVendor
{
    const string Tenant = "contoso.test";
    readonly Dictionary<string, DateTimeOffset> _refresh = new(StringComparer.Ordinal);
    readonly HashSet<string> _entra = [];
    int _exchanges;

    public FakeAcr(TimeProvider time) : base(RegistryVendorKind.Acr, "portal.azurecr.io", time)
    {
        Tokens = new(time, "https://portal.azurecr.io/oauth2/token", "portal.azurecr.io", Accepts) { Life = TimeSpan.FromMinutes(75), Property = "access_token", TellsLife = false };
        Registry.StorageHost = "weumanaged.blob.storage.test";
        Net.Serve(Host, r => r.Path switch
        {
            "/oauth2/token" => Token(r),
            "/oauth2/exchange" => Exchange(r),
            _ when r.Path.StartsWith("/acr/v1/", StringComparison.Ordinal) => Own(r),
            _ => Registry.Answer(r),
        });
        Net.Serve("login.microsoftonline.com", Entra);
        Net.Serve("weumanaged.blob.storage.test", Registry.Storage);
    }

    public override VendorCredential Good => UserAndSecret(("tenant", Tenant));
    public override VendorCredential Wrong => Values(("username", User), ("password", "wrong"), ("tenant", Tenant));
    public override int? Logins => _exchanges;
    public override TimeSpan Life => TimeSpan.FromHours(3);

    protected override FakeAnswer? Gate(FakeRequest r, string scope) =>
        Tokens!.Gate(r, r.Path.EndsWith("/tags/list", StringComparison.Ordinal) ? scope[..scope.LastIndexOf(':')] + ":metadata_read" : scope);

    FakeAnswer Entra(FakeRequest r)
    {
        if (r.Path != $"/{Tenant}/oauth2/v2.0/token" || r.Form("grant_type") != "client_credentials" || r.Form("scope") != "https://containerregistry.azure.net/.default") return FakeAnswer.Json(new JsonObject { ["error"] = "invalid_request" }, 400);
        if (!Accepts(r.Form("client_id")!, r.Form("client_secret")!)) return FakeAnswer.Json(new JsonObject { ["error"] = "invalid_client", ["error_description"] = "AADSTS7000215: Invalid client secret provided." }, 401);
        var token = FakeTokenService.Jwt(Time.GetUtcNow().AddHours(1));
        _entra.Add(token);
        return FakeAnswer.Json(new JsonObject { ["access_token"] = token, ["expires_in"] = 3599 });
    }

    FakeAnswer Exchange(FakeRequest r)
    {
        if (r.Form("grant_type") != "access_token" || r.Form("service") != Host || !_entra.Contains(r.Form("access_token") ?? "")) return FakeAnswer.Error(401, "UNAUTHORIZED");
        var token = FakeTokenService.Jwt(Time.GetUtcNow() + Life);
        _refresh[token] = Time.GetUtcNow() + Life;
        _exchanges++;
        return FakeAnswer.Json(new JsonObject { ["refresh_token"] = token });
    }

    FakeAnswer Token(FakeRequest r)
    {
        if (r.Method == "GET") return Tokens!.Issue(r);
        if (r.Form("grant_type") != "refresh_token" || r.Form("service") != Host || !_refresh.TryGetValue(r.Form("refresh_token") ?? "", out var until) || until <= Time.GetUtcNow()) return FakeAnswer.Error(401, "UNAUTHORIZED");
        return FakeAnswer.Json(Tokens!.Grant((r.Form("scope") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    FakeAnswer Own(FakeRequest r)
    {
        var name = r.Path["/acr/v1/".Length..].Split("/_tags/");
        if (r.Method != "DELETE" || name.Length != 2) return FakeAnswer.Error(404, "NAME_UNKNOWN");
        if (Tokens!.Gate(r, $"repository:{name[0]}:delete") is { } refused) return refused;
        return Registry.Repositories.TryGetValue(name[0], out var repository) && repository.Tags.Remove(name[1]) ? FakeAnswer.Empty(202) : FakeAnswer.Error(404, "TAG_UNKNOWN");
    }
}
