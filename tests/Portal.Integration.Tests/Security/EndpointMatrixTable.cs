namespace Portal.Integration.Tests.Security;

/// <summary>
/// One endpoint: who may, and what the answer then is. Letters: N nobody, O outsider, L limited guest, G guest, D developer, M maintainer, A project admin, S system administrator,
/// U auditor of the project, V auditor of the system, R robot of the project that pulls and pushes, F robot of another project. Somebody who was a member answers as O, dead credentials as a wrong one.
/// Bodies are such that a change is refused after the right was checked, so that the table can be walked without side effects.
/// </summary>
/// <param name="Url">What to ask for; the pattern itself when null. <c>{p}</c> is the project, <c>{mid}</c> its member, <c>{robot}</c> its robot, <c>{user}</c> another user.</param>
/// <param name="Body">The JSON to send, with the same places.</param>
/// <param name="Unseen">Who is told that there is no such thing, though it is in the own project; robots and former members as O.</param>
/// <param name="But">Who gets another answer than that, as letters and status: <c>RF 412</c>.</param>
public sealed record MatrixRow(string Endpoint, string Who, int Status, string? Body = null, string? Url = null, string Unseen = "", string But = "")
{
    public string Method => Endpoint[..Endpoint.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>What to ask for, with the places of <see cref="Url"/>.</summary>
    public string Template => (Url ?? Endpoint[(Method.Length + 1)..])
        .Replace("{project_name_or_id}", "{p}", StringComparison.Ordinal).Replace("{project_name}", "{p}", StringComparison.Ordinal).Replace("{repository_name}", "team%252Fapp", StringComparison.Ordinal)
        .Replace("{reference}", "1.0", StringComparison.Ordinal).Replace("{meta_name}", "public", StringComparison.Ordinal).Replace("{addition}", "build_history", StringComparison.Ordinal)
        .Replace("{user_id}", "{user}", StringComparison.Ordinal).Replace("{robot_id}", "{robot}", StringComparison.Ordinal).Replace("{role_id}", "1", StringComparison.Ordinal);

    /// <summary>Whether it is about a project.</summary>
    public bool OfProject => $"{Template}{Body}".Contains("{p}", StringComparison.Ordinal);

    /// <summary>Whether it is about something that has an id of its own.</summary>
    public bool OfThing => ((string[])["{user}", "{robot}", "{mid}"]).Any(place => Template.Contains(place, StringComparison.Ordinal));

    /// <summary>The status for a living caller who asks about what is in the own project.</summary>
    public int Expected(MatrixCaller caller)
    {
        var letter = caller.Letter == 'X' ? 'O' : caller.Letter;
        foreach (var exception in But.Split(", ", StringSplitOptions.RemoveEmptyEntries))
            if (exception.Split(' ') is [var letters, var status] && letters.Contains(letter, StringComparison.Ordinal)) return int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);
        if (Who.Contains(letter, StringComparison.Ordinal)) return Status;
        if (letter == 'N') return 401;
        return (OfProject && caller.Outside) || Unseen.Contains(caller.Outside ? 'O' : letter, StringComparison.Ordinal) ? 404 : 403;
    }
}

static class EndpointMatrixTable
{
    const string All = "NOLGDMASUVRF";
    const string SignedIn = "OLGDMASUVRF";
    const string Member = "LGDMASUV";
    const string P = "/api/v2.0/projects/{project_name_or_id}";
    const string Own = "/api/portal/projects/{project_name_or_id}";
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
        new("GET /api/portal/bindings", "GDMASUV", 200, Url: "/api/portal/bindings?project={p}"),
        new("POST /api/portal/bindings", "AS", 400, """{"project":"{p}","subjectKind":"user","subject":"stranger","role":"none"}"""),
        new("GET /api/portal/bindings/{binding_id}", "GDMASUV", 200, Url: "/api/portal/bindings/{mid}") { Unseen = "OL" },
        new("PUT /api/portal/bindings/{binding_id}", "AS", 400, """{"role":"none"}""", "/api/portal/bindings/{mid}") { Unseen = "OL" },
        new("DELETE /api/portal/bindings/{binding_id}", SignedIn, 404, Url: "/api/portal/bindings/999999"),
        new("GET /api/portal/access/effective", Member, 200, Url: "/api/portal/access/effective?project={p}&repository=team/app"),
        new("GET /api/portal/access/reach", SignedIn, 200),
        new("GET /api/portal/access/holders", "GDMASUV", 200, Url: "/api/portal/access/holders?action=repository:push&project={p}&repository=team/app&tag=1.0"),
        new("GET /api/v2.0/ping", All, 200),
        new("GET /api/v2.0/health", All, 200),
        new("GET /api/v2.0/systeminfo", All, 200),
        new("GET /api/v2.0/systeminfo/volumes", "SV", 404),
        new("GET /api/v2.0/systeminfo/getcert", All, 404),
        new("GET /api/v2.0/search", All, 200, Url: "/api/v2.0/search?q=a"),
        new("GET /api/v2.0/statistics", SignedIn, 200),
        new("GET /api/v2.0/permissions", "AS", 200),
        new("GET /api/v2.0/audit-logs", SignedIn, 200),
        new("GET /api/v2.0/auditlog-exts", SignedIn, 200),
        new("GET /api/v2.0/auditlog-exts/events", "SV", 200),
        new("GET /api/v2.0/users", "SV", 200),
        new("POST /api/v2.0/users", "S", 400, "{}"),
        new("GET /api/v2.0/users/current", SignedIn, 200, But: "RF 412"),
        new("GET /api/v2.0/users/current/permissions", SignedIn, 200, Url: "/api/v2.0/users/current/permissions?scope=/system"),
        new("GET /api/v2.0/users/search", SignedIn, 200, Url: "/api/v2.0/users/search?username=guest"),
        new("GET /api/v2.0/users/{user_id}", "SV", 200),
        new("PUT /api/v2.0/users/{user_id}", "S", 400, """{"email":"@"}"""),
        new("DELETE /api/v2.0/users/{user_id}", "S", 412, Url: "/api/v2.0/users/{admin}"),
        new("PUT /api/v2.0/users/{user_id}/sysadmin", "S", 412, """{"sysadmin_flag":false}""", "/api/v2.0/users/{admin}/sysadmin"),
        new("PUT /api/v2.0/users/{user_id}/password", "S", 400, """{"new_password":"x"}"""),
        new("GET /api/v2.0/usergroups", "SV", 200),
        new("POST /api/v2.0/usergroups", "S", 400, """{"group_type":9}"""),
        new("GET /api/v2.0/usergroups/search", SignedIn, 200, Url: "/api/v2.0/usergroups/search?groupname=team"),
        new("GET /api/v2.0/usergroups/{group_id}", "SV", 404, Url: "/api/v2.0/usergroups/999999"),
        new("PUT /api/v2.0/usergroups/{group_id}", "S", 400, """{"group_name":""}""", "/api/v2.0/usergroups/999999"),
        new("DELETE /api/v2.0/usergroups/{group_id}", "S", 404, Url: "/api/v2.0/usergroups/999999"),
        new("POST /api/v2.0/ldap/ping", "S", 400, """{"ldap_url":"-"}"""),
        new("GET /api/v2.0/ldap/users/search", "SV", 400, Url: "/api/v2.0/ldap/users/search?username=a"),
        new("POST /api/v2.0/ldap/users/import", "S", 400, """{"ldap_uid_list":["a"]}"""),
        new("GET /api/v2.0/ldap/groups/search", "SV", 400, Url: "/api/v2.0/ldap/groups/search?groupname=a"),
        new("GET /api/v2.0/configurations", "SV", 200),
        new("PUT /api/v2.0/configurations", "S", 400, """{"ldap_scope":9}"""),
        new("GET /api/v2.0/jobservice/pools", "SV", 200),
        new("GET /api/v2.0/jobservice/pools/{pool_id}/workers", "SV", 200, Url: "/api/v2.0/jobservice/pools/all/workers"),
        new("PUT /api/v2.0/jobservice/jobs/{job_id}", "S", 404, Url: "/api/v2.0/jobservice/jobs/999999"),
        new("GET /api/v2.0/jobservice/jobs/{job_id}/log", "SV", 404, Url: "/api/v2.0/jobservice/jobs/999999/log"),
        new("GET /api/v2.0/jobservice/queues", "SV", 200),
        new("PUT /api/v2.0/jobservice/queues/{job_type}", "S", 400, """{"action":"hop"}""", "/api/v2.0/jobservice/queues/all"),
        new("GET /api/v2.0/schedules", "SV", 200),
        new("GET /api/v2.0/schedules/{job_type}/paused", SignedIn, 200, Url: "/api/v2.0/schedules/all/paused"),
        new("GET /api/v2.0/system/purgeaudit", "SV", 200),
        new("GET /api/v2.0/system/purgeaudit/schedule", "SV", 200),
        new("POST /api/v2.0/system/purgeaudit/schedule", "S", 400, "{}"),
        new("PUT /api/v2.0/system/purgeaudit/schedule", "S", 400, "{}"),
        new("GET /api/v2.0/system/purgeaudit/{purge_id}", "SV", 404, Url: "/api/v2.0/system/purgeaudit/999999"),
        new("PUT /api/v2.0/system/purgeaudit/{purge_id}", "S", 404, Url: "/api/v2.0/system/purgeaudit/999999"),
        new("GET /api/v2.0/system/purgeaudit/{purge_id}/log", "SV", 404, Url: "/api/v2.0/system/purgeaudit/999999/log"),
        new("GET /api/portal/jobs/runs", SignedIn, 200),
        new("GET /api/portal/jobs/runs/{id}", SignedIn, 404, Url: "/api/portal/jobs/runs/999999"),
        new("GET /api/portal/jobs/runs/{id}/tasks", SignedIn, 404, Url: "/api/portal/jobs/runs/999999/tasks"),
        new("GET /api/portal/jobs/runs/{id}/log", SignedIn, 404, Url: "/api/portal/jobs/runs/999999/log"),
        new("POST /api/portal/jobs/runs/{id}/stop", SignedIn, 404, Url: "/api/portal/jobs/runs/999999/stop"),
        new("POST /api/portal/jobs/runs/{id}/retry", SignedIn, 404, Url: "/api/portal/jobs/runs/999999/retry"),
        new("GET /api/v2.0/quotas", "SV", 200),
        new("GET /api/v2.0/quotas/{id}", "SV", 404, Url: "/api/v2.0/quotas/999999"),
        new("PUT /api/v2.0/quotas/{id}", "S", 404, """{"hard":{"storage":5}}""", "/api/v2.0/quotas/999999"),
        new("GET /api/portal/quotas/{id}", SignedIn, 404, Url: "/api/portal/quotas/999999"),
        new("PUT /api/portal/quotas/{id}/repositories", "S", 404, "{}", "/api/portal/quotas/999999/repositories"),
        new("POST /api/portal/quotas/{id}/recount", "S", 404, Url: "/api/portal/quotas/999999/recount"),
        new("POST /api/portal/quotas/{id}/requests", SignedIn, 404, """{"bytes":5,"reason":"r"}""", "/api/portal/quotas/999999/requests"),
        new("GET /api/portal/trash", "SV", 200),
        new("GET /api/portal/trash/settings", "SV", 200),
        new("PUT /api/portal/trash/settings", "S", 400, """{"days":-1}"""),
        new("GET /api/portal/trash/{id}", All, 404, Url: "/api/portal/trash/999999"),
        new("POST /api/portal/trash/{id}/restore", All, 404, "{}", "/api/portal/trash/999999/restore"),
        new("POST /api/portal/trash/{id}/destroy", All, 404, "{}", "/api/portal/trash/999999/destroy"),
        new("POST /api/portal/trash/batches/{batch}/restore", All, 404, Url: "/api/portal/trash/batches/0196a000-0000-7000-8000-000000000000/restore"),
        new("GET /api/portal/projects/{project_name}/trash", "MASUV", 200),
        new("GET /api/portal/projects/{project_name}/trash/totals", "MASUV", 200),
        new("PUT /api/portal/projects/{project_name}/trash/window", "AS", 400, """{"days":-1}"""),
        new("POST /api/portal/projects/{project_name}/bulk-deletion/preview", "MAS", 400, "{}"),
        new("POST /api/portal/projects/{project_name}/bulk-deletion", "MAS", 400, "{}"),
        new("GET /api/v2.0/system/gc", "SV", 200),
        new("GET /api/v2.0/system/gc/{gc_id}", "SV", 404, Url: "/api/v2.0/system/gc/999999"),
        new("PUT /api/v2.0/system/gc/{gc_id}", "S", 404, Url: "/api/v2.0/system/gc/999999"),
        new("GET /api/v2.0/system/gc/{gc_id}/log", "SV", 404, Url: "/api/v2.0/system/gc/999999/log"),
        new("GET /api/v2.0/system/gc/schedule", "SV", 200),
        new("POST /api/v2.0/system/gc/schedule", "S", 400, """{"schedule":{"type":"Never"}}"""),
        new("PUT /api/v2.0/system/gc/schedule", "S", 400, """{"schedule":{"type":"Never"}}"""),
        new("GET /api/portal/garbage-collection/runs/{id}/report", "SV", 404, Url: "/api/portal/garbage-collection/runs/999999/report"),
        new("GET /api/portal/garbage-collection/settings", "SV", 200),
        new("PUT /api/portal/garbage-collection/settings", "S", 400, """{"graceMinutes":-1}"""),
        new("GET /api/portal/quota-requests", "SV", 200),
        new("PUT /api/portal/quota-requests/{id}", "S", 404, """{"grant":true,"answer":"a"}""", "/api/portal/quota-requests/999999"),
        new("GET /api/v2.0/retentions/metadatas", SignedIn, 200),
        new("POST /api/v2.0/retentions", SignedIn, 400, """{"scope":{"level":"system"}}"""),
        new("GET /api/v2.0/retentions/{id}", SignedIn, 404, Url: "/api/v2.0/retentions/999999"),
        new("PUT /api/v2.0/retentions/{id}", SignedIn, 404, "{}", "/api/v2.0/retentions/999999"),
        new("DELETE /api/v2.0/retentions/{id}", SignedIn, 404, Url: "/api/v2.0/retentions/999999"),
        new("POST /api/v2.0/retentions/{id}/executions", SignedIn, 404, "{}", "/api/v2.0/retentions/999999/executions"),
        new("GET /api/v2.0/retentions/{id}/executions", SignedIn, 404, Url: "/api/v2.0/retentions/999999/executions"),
        new("PATCH /api/v2.0/retentions/{id}/executions/{eid}", SignedIn, 404, """{"action":"stop"}""", "/api/v2.0/retentions/999999/executions/1"),
        new("GET /api/v2.0/retentions/{id}/executions/{eid}/tasks", SignedIn, 404, Url: "/api/v2.0/retentions/999999/executions/1/tasks"),
        new("GET /api/v2.0/retentions/{id}/executions/{eid}/tasks/{tid}", SignedIn, 404, Url: "/api/v2.0/retentions/999999/executions/1/tasks/1"),
        new("GET /api/portal/retention", "SV", 200),
        new("PUT /api/portal/retention", "S", 400, """{"mode":"none"}"""),
        new("DELETE /api/portal/retention", "S", 404),
        new("POST /api/portal/retention/runs", "S", 412, """{"dry_run":true}"""),
        new("GET " + Own + "/retention", "DMASUV", 200),
        new("PUT " + Own + "/retention", "DMAS", 400, """{"mode":"none"}"""),
        new("DELETE " + Own + "/retention", "DMAS", 404),
        new("POST " + Own + "/retention/preview", "DMASUV", 200, """{"text":"rules: []"}"""),
        new("POST " + Own + "/retention/runs", "DMAS", 412, """{"dry_run":true}"""),
        new("GET " + Own + "/retention/plans", "DMASUV", 200),
        new("GET " + Own + "/retention/plans/{plan}", "DMASUV", 404, Url: Own + "/retention/plans/999999"),
        new("GET " + Own + "/retention/plans/{plan}/verdicts", "DMASUV", 404, Url: Own + "/retention/plans/999999/verdicts"),
        new("POST " + Own + "/retention/plans/{plan}/confirm", "DMAS", 404, Url: Own + "/retention/plans/999999/confirm"),
        new("GET /api/portal/clusters", "SV", 200),
        new("PUT /api/portal/clusters/{name}/in-use", "S", 400, "{}", "/api/portal/clusters/c/in-use"),
        new("DELETE /api/portal/clusters/{name}", "S", 404, Url: "/api/portal/clusters/none"),
        new("GET /api/portal/groups/{id}/members", "SV", 404, Url: "/api/portal/groups/999999/members"),
        new("POST /api/portal/groups/{id}/members", "S", 404, """{"username":"guest"}""", "/api/portal/groups/999999/members"),
        new("DELETE /api/portal/groups/{id}/members/{member_id}", "S", 404, Url: "/api/portal/groups/999999/members/1"),
        new("GET /api/portal/group-mapping-rules", "SV", 200),
        new("POST /api/portal/group-mapping-rules", "S", 400, """{"pattern":"(","project":"team","role":"guest"}"""),
        new("GET /api/portal/group-mapping-rules/try", "SV", 200, Url: "/api/portal/group-mapping-rules/try?source=oidc&name=devs"),
        new("PUT /api/portal/group-mapping-rules/{id}", "S", 404, """{"pattern":"a","project":"team","role":"guest"}""", "/api/portal/group-mapping-rules/999999"),
        new("POST /api/portal/group-mapping-rules/{id}/move", "S", 404, """{"up":true}""", "/api/portal/group-mapping-rules/999999/move"),
        new("DELETE /api/portal/group-mapping-rules/{id}", "S", 404, Url: "/api/portal/group-mapping-rules/999999"),
        new("GET /api/v2.0/projects", All, 200),
        new("HEAD /api/v2.0/projects", Member, 200, Url: "/api/v2.0/projects?project_name={p}"),
        new("POST /api/v2.0/projects", SignedIn, 400, """{"project_name":"-"}""", But: "RF 401"),
        new("GET " + P, Member, 200),
        new("PUT " + P, "AS", 400, """{"metadata":{"public":"perhaps"}}"""),
        new("DELETE " + P, "AS", 412),
        new($"GET {P}/_deletable", "AS", 200),
        new($"GET {P}/summary", Member, 200),
        new($"GET {P}/artifacts", Member, 200),
        new($"GET {P}/logs", "ASUV", 200),
        new($"GET {P}/auditlog-exts", "ASUV", 200),
        new($"GET {P}/metadatas", "S", 200),
        new($"POST {P}/metadatas", "AS", 409, """{"public":"true"}"""),
        new($"GET {P}/metadatas/{{meta_name}}", "MASUV", 200),
        new($"PUT {P}/metadatas/{{meta_name}}", "AS", 400, """{"other":"true"}"""),
        new($"DELETE {P}/metadatas/{{meta_name}}", "AS", 404, Url: "/api/v2.0/projects/{p}/metadatas/none"),
        new($"GET {P}/members", "GDMASUV", 200),
        new($"POST {P}/members", "AS", 400, """{"role_id":9}"""),
        new($"GET {P}/members/{{mid}}", "GDMASUV", 200),
        new($"PUT {P}/members/{{mid}}", "AS", 400, """{"role_id":9}"""),
        new($"DELETE {P}/members/{{mid}}", "AS", 404, Url: "/api/v2.0/projects/{p}/members/999999"),
        new("GET /api/v2.0/robots", "SV", 200),
        new("POST /api/v2.0/robots", "S", 400, """{"level":"system"}"""),
        new("GET /api/v2.0/robots/{robot_id}", "GDMASUV", 200, Unseen: "OL"),
        new("PUT /api/v2.0/robots/{robot_id}", "AS", 400, "{}", Unseen: "OL"),
        new("PATCH /api/v2.0/robots/{robot_id}", "AS", 400, """{"secret":"x"}""", Unseen: "OL"),
        new("DELETE /api/v2.0/robots/{robot_id}", SignedIn, 404, Url: "/api/v2.0/robots/999999"),
        new("GET /api/portal/robots/{robot_id}/secrets", "GDMASUV", 200, Unseen: "OL"),
        new("POST /api/portal/robots/{robot_id}/secrets", "AS", 400, """{"overlap_minutes":-1}""", Unseen: "OL"),
        new("DELETE /api/portal/robots/{robot_id}/secrets/old", "AS", 412, Unseen: "OL"),
        new("GET /api/portal/tokens", SignedIn, 200, But: "RF 401"),
        new("POST /api/portal/tokens", SignedIn, 400, "{}", But: "RF 401"),
        new("DELETE /api/portal/tokens/{token_id}", SignedIn, 404, Url: "/api/portal/tokens/999999", But: "RF 401"),
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
        new($"GET {P}/immutabletagrules", "MASUV", 200),
        new($"POST {P}/immutabletagrules", "MAS", 400, "{}"),
        new($"PUT {P}/immutabletagrules/{{immutable_rule_id}}", "MAS", 404, "{}", "/api/v2.0/projects/{p}/immutabletagrules/999999"),
        new($"DELETE {P}/immutabletagrules/{{immutable_rule_id}}", "MAS", 404, Url: "/api/v2.0/projects/{p}/immutabletagrules/999999"),
        new("GET /api/portal/immutability-rules", "SV", 200),
        new("POST /api/portal/immutability-rules", "S", 400, """{"tags":{"pattern":"{a"}}"""),
        new("PUT /api/portal/immutability-rules/{rule_id}", "S", 404, "{}", "/api/portal/immutability-rules/999999"),
        new("DELETE /api/portal/immutability-rules/{rule_id}", "S", 404, Url: "/api/portal/immutability-rules/999999"),
        new("GET /api/portal/immutability-exemptions", "SV", 200),
        new($"GET {Own}/immutability-rules", "MASUV", 200),
        new($"POST {Own}/immutability-rules", "MAS", 400, """{"tags":{"pattern":"{a"}}"""),
        new($"PUT {Own}/immutability-rules/{{rule_id}}", "MAS", 404, "{}", "/api/portal/projects/{p}/immutability-rules/999999"),
        new($"GET {Own}/immutability-rules/preview", "MASUV", 200, Url: "/api/portal/projects/{p}/immutability-rules/preview?tags=v*"),
        new($"PUT {Own}/immutability-exemption", "S", 400, "{}"),
        new($"DELETE {Own}/immutability-exemption", "S", 404),
        new($"GET {Own}/locks", "MASUV", 200),
        new($"POST {Own}/locks", "MAS", 400, "{}"),
        new($"DELETE {Own}/locks/{{lock_id}}", "MAS", 404, Url: "/api/portal/projects/{p}/locks/999999"),
        new($"GET {Own}/content-types", Member, 200),
        new($"PUT {Own}/content-types", "AS", 400, """{"allowed":["nonsense"]}"""),
        new("POST /api/portal/projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/copy", Member, 400, "{}"),
        new("POST /api/portal/projects/{project_name}/repositories/{repository_name}/tags/{tag_name}/revert", "DMAS", 400, "{}", "/api/portal/projects/{p}/repositories/team%252Fapp/tags/1.0/revert"),
        new("POST /api/v2.0/system/oidc/ping", "S", 400, """{"url":"-"}"""),
        new("GET /api/portal/robots/{robot_id}/trusts", SignedIn, 404, Url: "/api/portal/robots/999999/trusts"),
        new("POST /api/portal/robots/{robot_id}/trusts", SignedIn, 404, "{}", "/api/portal/robots/999999/trusts"),
        new("POST /api/portal/robots/{robot_id}/trusts/test", SignedIn, 404, "{}", "/api/portal/robots/999999/trusts/test"),
        new("GET /api/portal/robots/{robot_id}/trusts/{trust_id}", SignedIn, 404, Url: "/api/portal/robots/999999/trusts/1"),
        new("PUT /api/portal/robots/{robot_id}/trusts/{trust_id}", SignedIn, 404, "{}", "/api/portal/robots/999999/trusts/1"),
        new("DELETE /api/portal/robots/{robot_id}/trusts/{trust_id}", SignedIn, 404, Url: "/api/portal/robots/999999/trusts/1"),
    ];
}
