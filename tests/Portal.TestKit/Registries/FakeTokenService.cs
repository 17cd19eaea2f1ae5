using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.TestKit.Registries;

/// <summary>Issues tokens and checks them, strictly: user, service, scope, age.</summary>
public sealed class FakeTokenService(TimeProvider time, string realm, string? service, Func<string, string, bool> accepts)
{
    readonly Dictionary<string, (string[] Scopes, DateTimeOffset Until)> _tokens = new(StringComparer.Ordinal);

    public TimeSpan Life { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The property it puts the token in.</summary>
    public string Property { get; init; } = "token";

    /// <summary>Tells <c>expires_in</c>; otherwise the token is a JWT with <c>exp</c>.</summary>
    public bool TellsLife { get; init; } = true;

    /// <summary>Gives tokens to whoever asks for a scope.</summary>
    public bool Anonymous { get; init; }

    /// <summary>The answer to a scope it does not know; null for one it does.</summary>
    public Func<string, FakeAnswer?> Refuse { get; init; } = _ => null;

    /// <summary>Another realm to name, for tests of where the credential goes.</summary>
    public string? NamedRealm { get; set; }

    public int Issued { get; private set; }

    /// <summary>The token endpoint for GET.</summary>
    public FakeAnswer Issue(FakeRequest r)
    {
        var scopes = r.QueryAll("scope").SelectMany(s => s.Split(' ')).ToArray();
        if (service is not null && r.Query("service") != service && scopes.Length > 0) return FakeAnswer.Error(400, "BAD_REQUEST", "wrong service");
        if (r.Basic is { } basic ? !accepts(basic.User, basic.Secret) : !Anonymous || scopes.Length == 0) return FakeAnswer.Error(401, "UNAUTHORIZED", "incorrect username or password");
        return scopes.Select(Refuse).FirstOrDefault(a => a is not null) ?? FakeAnswer.Json(Grant(scopes));
    }

    public JsonObject Grant(string[] scopes)
    {
        var until = time.GetUtcNow() + Life;
        var token = Jwt(until);
        _tokens[token] = (scopes, until);
        Issued++;
        var answer = new JsonObject { [Property] = TellsLife ? Opaque(token) : token };
        if (TellsLife) answer["expires_in"] = (int)Life.TotalSeconds;
        return answer;
    }

    string Opaque(string token)
    {
        var opaque = "t." + Guid.NewGuid().ToString("N");
        _tokens[opaque] = _tokens[token];
        return opaque;
    }

    public static string Jwt(DateTimeOffset until)
    {
        static string Part(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
        return Part(new() { ["alg"] = "none" }) + "." + Part(new() { ["exp"] = until.ToUnixTimeSeconds(), ["jti"] = Guid.NewGuid().ToString() }) + ".c2ln";
    }

    /// <summary>The gate of the registry: a token of this service that is young enough and has the scope.</summary>
    public FakeAnswer? Gate(FakeRequest r, string scope)
    {
        if (r.Bearer is { } token && _tokens.TryGetValue(token, out var known) && known.Until > time.GetUtcNow() && (scope.Length == 0 || Array.Exists(known.Scopes, s => Covers(s, scope)))) return null;
        var challenge = $"Bearer realm=\"{NamedRealm ?? realm}\"" + (service is null ? "" : $",service=\"{service}\"");
        var wanted = Refuse(scope) is null ? scope.Replace(":push", ":pull,push", StringComparison.Ordinal) : "";
        return FakeAnswer.Error(401, "UNAUTHORIZED", "authentication required").With("WWW-Authenticate", challenge + (wanted.Length == 0 ? "" : $",scope=\"{wanted}\"") + (r.Bearer is null ? "" : ",error=\"invalid_token\""));
    }

    // push includes pull; the name may hold a colon
    static bool Covers(string granted, string wanted)
    {
        var (g, w) = (granted.LastIndexOf(':'), wanted.LastIndexOf(':'));
        if (g < 0 || w < 0 || granted[..g] != wanted[..w]) return false;
        var actions = granted[(g + 1)..].Split(',');
        return actions.Contains(wanted[(w + 1)..]) || actions.Contains("*");
    }
}
