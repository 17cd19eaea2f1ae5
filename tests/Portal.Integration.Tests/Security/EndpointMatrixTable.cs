namespace Portal.Integration.Tests.Security;

/// <summary>
/// One endpoint: who may, and what the answer then is. Letters: N nobody, O outsider, L limited guest, G guest, D developer, M maintainer, A project admin, S system administrator.
/// Bodies are such that a change is refused after the right was checked, so that the table can be walked without side effects.
/// </summary>
/// <param name="Url">What to ask for; the pattern itself when null. <c>{p}</c> is the project, <c>{mid}</c> its member, <c>{user}</c> another user.</param>
/// <param name="Body">The JSON to send, with the same places.</param>
public sealed record MatrixRow(string Endpoint, string Who, int Status, string? Body = null, string? Url = null)
{
    /// <summary>What it names lies in a project that its address does not name: who may not read it there gets 404, and a foreign one looks missing.</summary>
    public bool Hidden { get; init; }
}

static class EndpointMatrixTable
{
    const string All = "NOLGDMAS";
    const string SignedIn = "OLGDMAS";
    const string Member = "LGDMAS";
    const string P = "/api/v2.0/projects/{project_name_or_id}";
    const string R = "/api/v2.0/projects/{project_name}/repositories";
    const string Artifact = R + "/{repository_name}/artifacts/{reference}";

    static readonly string TooLong = $$"""{"description":"{{new string('x', 16_385)}}"}""";

    public static IReadOnlyList<MatrixRow> Rows { get; } =
    [
        new("GET /api/version", All, 200),
        new("GET /api/portal/search", All, 200, Url: "/api/portal/search?q=team"),
        new("GET /api/portal/permissions", SignedIn, 200),
        new("GET /api/portal/roles", SignedIn, 200),
        new("POST /api/portal/roles", "S", 400, "{}"),
        new("GET /api/portal/roles/{role_id}", SignedIn, 200),
        new("PUT /api/portal/roles/{role_id}", "S", 412, """{"title":"Other"}"""),
        new("DELETE /api/portal/roles/{role_id}", "S", 412),
        new("GET /api/portal/bindings", "GDMAS", 200, Url: "/api/portal/bindings?project={p}"),
        new("POST /api/portal/bindings", "AS", 400, """{"project":"{p}","subjectKind":"user","subject":"stranger","role":"none"}"""),
        new("GET /api/portal/bindings/{binding_id}", "GDMAS", 200, Url: "/api/portal/bindings/{mid}") { Hidden = true },
        new("PUT /api/portal/bindings/{binding_id}", "AS", 400, """{"role":"none"}""", "/api/portal/bindings/{mid}") { Hidden = true },
        new("DELETE /api/portal/bindings/{binding_id}", SignedIn, 404, Url: "/api/portal/bindings/999999"),
        new("GET /api/portal/access/effective", Member, 200, Url: "/api/portal/access/effective?project={p}&repository=team/app"),
        new("GET /api/portal/access/holders", "GDMAS", 200, Url: "/api/portal/access/holders?action=repository:push&project={p}&repository=team/app&tag=1.0"),
        new("GET /api/v2.0/ping", All, 200),
        new("GET /api/v2.0/health", All, 200),
        new("GET /api/v2.0/systeminfo", All, 200),
        new("GET /api/v2.0/systeminfo/volumes", "S", 404),
        new("GET /api/v2.0/systeminfo/getcert", All, 404),
        new("GET /api/v2.0/search", All, 200, Url: "/api/v2.0/search?q=a"),
        new("GET /api/v2.0/statistics", SignedIn, 200),
        new("GET /api/v2.0/permissions", "AS", 200),
        new("GET /api/v2.0/audit-logs", SignedIn, 200),
        new("GET /api/v2.0/auditlog-exts", SignedIn, 200),
        new("GET /api/v2.0/auditlog-exts/events", "S", 200),
        new("GET /api/v2.0/users", "S", 200),
        new("POST /api/v2.0/users", "S", 400, "{}"),
        new("GET /api/v2.0/users/current", SignedIn, 200),
        new("GET /api/v2.0/users/current/permissions", SignedIn, 200, Url: "/api/v2.0/users/current/permissions?scope=/system"),
        new("GET /api/v2.0/users/search", SignedIn, 200, Url: "/api/v2.0/users/search?username=guest"),
        new("GET /api/v2.0/users/{user_id}", "S", 200),
        new("PUT /api/v2.0/users/{user_id}", "S", 400, """{"email":"@"}"""),
        new("DELETE /api/v2.0/users/{user_id}", "S", 412, Url: "/api/v2.0/users/{admin}"),
        new("PUT /api/v2.0/users/{user_id}/sysadmin", "S", 412, """{"sysadmin_flag":false}""", "/api/v2.0/users/{admin}/sysadmin"),
        new("PUT /api/v2.0/users/{user_id}/password", "S", 400, """{"new_password":"x"}"""),
        new("GET /api/v2.0/projects", All, 200),
        new("HEAD /api/v2.0/projects", Member, 200, Url: "/api/v2.0/projects?project_name={p}"),
        new("POST /api/v2.0/projects", SignedIn, 400, """{"project_name":"-"}"""),
        new("GET " + P, Member, 200),
        new("PUT " + P, "AS", 400, """{"metadata":{"public":"perhaps"}}"""),
        new("DELETE " + P, "AS", 412),
        new($"GET {P}/_deletable", "AS", 200),
        new($"GET {P}/summary", Member, 200),
        new($"GET {P}/artifacts", Member, 200),
        new($"GET {P}/logs", "AS", 200),
        new($"GET {P}/auditlog-exts", "AS", 200),
        new($"GET {P}/metadatas", "S", 200),
        new($"POST {P}/metadatas", "AS", 409, """{"public":"true"}"""),
        new($"GET {P}/metadatas/{{meta_name}}", "MAS", 200),
        new($"PUT {P}/metadatas/{{meta_name}}", "AS", 400, """{"other":"true"}"""),
        new($"DELETE {P}/metadatas/{{meta_name}}", "AS", 404, Url: "/api/v2.0/projects/{p}/metadatas/none"),
        new($"GET {P}/members", "GDMAS", 200),
        new($"POST {P}/members", "AS", 400, """{"role_id":9}"""),
        new($"GET {P}/members/{{mid}}", "GDMAS", 200),
        new($"PUT {P}/members/{{mid}}", "AS", 400, """{"role_id":9}"""),
        new($"DELETE {P}/members/{{mid}}", "AS", 404, Url: "/api/v2.0/projects/{p}/members/999999"),
        new("GET /api/v2.0/repositories", All, 200),
        new("GET " + R, Member, 200),
        new($"GET {R}/{{repository_name}}", Member, 200),
        new($"PUT {R}/{{repository_name}}", "DMAS", 400, TooLong),
        new($"DELETE {R}/{{repository_name}}", "MAS", 404, Url: "/api/v2.0/projects/{p}/repositories/none"),
        new($"GET {R}/{{repository_name}}/artifacts", Member, 200),
        new($"POST {R}/{{repository_name}}/artifacts", "DMAS", 400, Url: "/api/v2.0/projects/{p}/repositories/team%252Fapp/artifacts?from=nothing"),
        new("DELETE " + Artifact, "MAS", 412, Url: $"/api/v2.0/projects/{{p}}/repositories/team%252Fapp/artifacts/{Api.ApiFixture.Digest}"),
        new($"POST {Artifact}/tags", "DMAS", 400, """{"name":"not a tag"}"""),
        new($"DELETE {Artifact}/tags/{{tag_name}}", "MAS", 404, Url: "/api/v2.0/projects/{p}/repositories/team%252Fapp/artifacts/1.0/tags/none"),
        new("GET " + Artifact, Member, 200),
        new($"GET {Artifact}/tags", Member, 200),
        new($"GET {Artifact}/accessories", Member, 200),
        new($"GET {Artifact}/additions/{{addition}}", Member, 200),
    ];
}
