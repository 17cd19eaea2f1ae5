namespace Portal.Integration.Tests.Security;

/// <summary>
/// One page, or another address that browsers go to: who gets it; letters as in <see cref="MatrixRow"/>, without robots, which have no session. Who has not signed in is
/// sent to do so; everybody else is told that there is no such page.
/// </summary>
/// <param name="Route">The route of a page, with a query for a view of it that has forms of its own; method and route of anything else.</param>
/// <param name="Url">What to ask for; the route itself when null. <c>{p}</c> is the project, <c>{robot}</c> its robot, <c>{system-robot}</c> one of the system, <c>{group}</c> a group.</param>
public sealed record PageRow(string Route, string Who, int Status = 200, string? Url = null)
{
    /// <summary>What can be done there.</summary>
    public IReadOnlyList<FormRow> Forms { get; init; } = [];

    /// <summary>Who gets another answer than that, as letters and status: <c>N 200</c>.</summary>
    public string But { get; init; } = "";

    public string Template => (Url ?? Route[(Route.IndexOf(' ', StringComparison.Ordinal) + 1)..])
        .Replace("{Project}", "{p}", StringComparison.Ordinal).Replace("{project}", "{p}", StringComparison.Ordinal).Replace("{*Repository}", MatrixFixture.Repository, StringComparison.Ordinal);

    public bool IsPage => Route.StartsWith('/');

    public bool OfProject => Template.Contains("{p}", StringComparison.Ordinal);

    public bool Gets(MatrixCaller caller) => Who.Contains(Letter(caller), StringComparison.Ordinal);

    /// <summary>The status of the page for a caller, in the own project.</summary>
    public int Expected(MatrixCaller caller)
    {
        foreach (var exception in But.Split(", ", StringSplitOptions.RemoveEmptyEntries))
            if (exception.Split(' ') is [var letters, var status] && letters.Contains(Letter(caller), StringComparison.Ordinal)) return int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);
        return Gets(caller) ? Status : Letter(caller) == 'N' ? 302 : 404;
    }

    /// <summary>The status of a form that a caller posts there: to who may not it does not exist, which is answered as a form that nobody has.</summary>
    /// <param name="open">Whether the page asks nobody to sign in.</param>
    public int Expected(FormRow form, MatrixCaller caller, bool open) =>
        Letter(caller) == 'N' && !open ? 302 : caller.Letter != 'd' && (form.May(caller) || form.IsRefused(caller)) ? form.May(caller) ? form.Status : 200 : 400;

    internal static char Letter(MatrixCaller caller) => caller.Letter switch { 'X' => 'O', 'd' => 'N', var other => other };
}

/// <summary>One action of a page: who may post it, and what the answer then is.</summary>
/// <param name="Fields">What is sent along: such that it is refused after the right was checked.</param>
/// <param name="Drawn">False for a form that stands there only after something else was done.</param>
/// <param name="Refused">Who finds the form there, and is told which right they lack when they post it.</param>
public sealed record FormRow(string Name, string Who, string Fields = "", int Status = 200, bool Drawn = true, string Refused = "")
{
    public bool IsRefused(MatrixCaller caller) => Refused.Contains(PageRow.Letter(caller), StringComparison.Ordinal);

    public bool May(MatrixCaller caller) => Who.Contains(PageRow.Letter(caller), StringComparison.Ordinal);
}

static class PageMatrixTable
{
    const string All = "NOLGDMASUV";
    const string SignedIn = "OLGDMASUV";
    const string Member = "LGDMASUV";
    const string P = "/projects/{Project}";

    static readonly string TooLong = new('x', 1_100);

    public static IReadOnlyList<PageRow> Rows { get; } =
    [
        new("/", SignedIn),
        new("/error", All),
        new("/not-found", All),
        new("/kit", "", 404) { But = "N 404" },
        new("/search", All),
        new("/sign-in", "N") { But = "OLGDMASUV 302", Forms = [new("sign-in", All)] },
        new("/first-run", "", 302) { But = "NOLGDMASUV 302", Forms = [new("first-run", "", Drawn: false)] },
        new("/oidc-onboard", All) { Forms = [new("onboard", "", Drawn: false)] },
        new("/profile", SignedIn) { Forms = [new("profile", SignedIn, "Profile.Email=@"), new("password", SignedIn), new("end", SignedIn), new("end-others", SignedIn, Status: 302)] },
        new("/profile/tokens", SignedIn) { Forms = [new("create", SignedIn), new("revoke", SignedIn)] },
        new("/projects", All) { Forms = [new("create", SignedIn)] },
        new(P, Member),
        new(P + "/repositories", Member) { Forms = [new("delete", "MAS"), new("undo", "MAS", Status: 302)] },
        new(P + "/r/{*Repository}", Member) { Forms = [new("lock", "MAS"), new("unlock", "MAS"), new("revert", "DMAS"), new("delete", "MAS"), new("bulk", "MAS"), new("delete-many", "MAS"), new("add-tag", "DMAS"), new("undo", "MAS", Status: 302)] },
        new(P + "/r/{*Repository}?tab=about&edit=1", Member) { Forms = [new("describe", "DMAS", "description=" + new string('x', 16_385)), new("lock", "MAS"), new("unlock", "MAS"), new("revert", "DMAS"), new("delete", "MAS"), new("delete-many", "MAS"), new("add-tag", "DMAS"), new("undo", "MAS", Status: 302)] },
        // an artifact that an index names is not deleted
        new(P + "/a/{Digest}/{*Repository}", Member, Url: $"{P}/a/{Api.ApiFixture.Digest}/team/app") { Forms = [new("copy", "LGDMAS"), new("lock", "MAS"), new("unlock", "MAS"), new("revert", "DMAS"), new("delete", "MAS"), new("delete-tag", "MAS"), new("add-tag", "DMAS"), new("undo", "MAS", Status: 302)] },
        new(P + "/members", Member) { Forms = [new("add", "AS"), new("set", "AS"), new("change", "AS"), new("remove", "AS"), new("many", "AS", "selected=999999&action=remove", Refused: "GDMUV")] },
        new(P + "/access", "GDMASUV"),
        new(P + "/access?ask=token", "GDMASUV") { Forms = [new("token", "GDMASUV")] },
        new(P + "/rules", "MASUV") { Forms = [new("toggle-rule", "MAS", Refused: "UV"), new("delete-rule", "MAS", Refused: "UV"), new("save-rule", "", Drawn: false)] },
        new(P + "/rules?tab=locks", "MASUV") { Forms = [new("lock", "MAS"), new("unlock", "MAS")] },
        new(P + "/rules?tab=content", "MASUV") { Forms = [new("content", "AS", Status: 302, Refused: "MUV")] },
        new(P + "/trash", "MASUV") { Forms = [new("restore", "MAS"), new("restore-as", "", Drawn: false), new("destroy", "AS"), new("window", "AS", "days=x"), new("restore-batch", "", Drawn: false)] },
        new(P + "/trash/bulk", "MAS") { Forms = [new("bulk", "", Drawn: false)] },
        new(P + "/retention", "DMASUV") { Forms = [new("editor", "DMASUV"), new("dry-run", "DMAS"), new("run", "DMAS")] },
        new(P + "/retention/runs/{Plan:long}", "", 404, Url: P + "/retention/runs/999999") { Forms = [new("confirm", "", Drawn: false), new("restore", "", Drawn: false)] },
        new("GET /projects/{project}/retention/runs/{plan:long}/verdicts.csv", "", 404, Url: P + "/retention/runs/999999/verdicts.csv"),
        new(P + "/audit", Member),
        new(P + "/jobs", Member),
        new(P + "/settings", Member) { Forms = [new("settings", "AS", "Settings.Description=" + TooLong), new("delete", "AS"), new("ask-more", "", Drawn: false)] },
        new(P + "/robots", Member) { Forms = [new("rotate", "AS"), new("disable", "AS"), new("enable", "AS"), new("end-old", "AS"), new("delete", "AS"), new("undo", "GDMASUV")] },
        new(P + "/robots/new", "AS") { Forms = [new("create", "AS")] },
        new(P + "/robots/{Id:int}/edit", "AS", Url: P + "/robots/{robot}/edit") { Forms = [new("edit", "AS")] },
        new(P + "/robots/{Id:int}", "GDMASUV", Url: P + "/robots/{robot}") { Forms = [new("try-token", "AS"), new("trust", "AS"), new("untrust", "AS")] },
        new("/admin/users", "SV") { Forms = [new("create", "S"), new("reset", "S"), new("disable", "S"), new("enable", "S"), new("promote", "S"), new("demote", "S"), new("delete", "S")] },
        new("/admin/groups", "SV") { Forms = [new("create", "S"), new("rename", "S"), new("delete", "S")] },
        new("/admin/groups/{Id:int}", "SV", Url: "/admin/groups/{group}") { Forms = [new("add", "S"), new("remove", "S")] },
        new("/admin/group-rules", "SV") { Forms = [new("create", "S", Refused: "V"), new("edit", "S", Refused: "V"), new("move-up", "S", Refused: "V"), new("move-down", "S", Refused: "V"), new("delete", "S", Refused: "V")] },
        new("/admin/roles", "SV") { Forms = [new("create", "S"), new("clone", "S"), new("delete", "S")] },
        new("/admin/roles/{Id:int}", "SV", Url: "/admin/roles/1") { Forms = [new("role", "", Drawn: false), new("clone", "S")] },
        new("/admin/access", "SV"),
        new("/admin/access?ask=token", "SV") { Forms = [new("token", "SV")] },
        new("/admin/members", "SV") { Forms = [new("add", "S"), new("set", "S"), new("change", "S"), new("remove", "S"), new("many", "S", "selected=999999&action=remove", Refused: "V")] },
        new("/admin/users/import", "S") { Forms = [new("import", "", Drawn: false)] },
        new("/admin/rules", "SV") { Forms = [new("save-rule", "S", Status: 302), new("toggle-rule", "S", Refused: "V"), new("delete-rule", "S", Refused: "V"), new("exempt", "S"), new("inherit", "S", "project=own", Refused: "V")] },
        new("/admin/retention", "SV") { Forms = [new("editor", "SV"), new("dry-run", "S"), new("run", "S"), new("forget", "S")] },
        new("/admin/quotas", "SV") { Forms = [new("edit", "S"), new("recount", "S"), new("grant", "S"), new("decline", "S"), new("defaults", "S", Status: 302)] },
        new("/admin/trash", "SV") { Forms = [new("restore", "S"), new("restore-project", "S"), new("restore-as", "", Drawn: false), new("destroy", "S"), new("defaults", "S", "days=x")] },
        new("/admin/garbage-collection", "SV") { Forms = [new("run", "S", Status: 302), new("dry-run", "S", Status: 302), new("stop", "S"), new("schedule", "S", "type=Never"), new("settings", "S")] },
        new("/admin/system", "SV") { Forms = [new("read-only", "S", "on=false", Status: 302)] },
        new("/admin/robots/{Id:int}/edit", "S", Url: "/admin/robots/{system-robot}/edit") { Forms = [new("edit", "S")] },
        new("/admin/robots", "SV") { Forms = [new("rotate", "S"), new("disable", "S"), new("enable", "S"), new("end-old", "S"), new("delete", "S"), new("undo", "SV")] },
        new("/admin/robots/new", "S") { Forms = [new("create", "S")] },
        new("/admin/robots/{Id:int}", "SV", Url: "/admin/robots/{system-robot}") { Forms = [new("try-token", "S"), new("trust", "S"), new("untrust", "S")] },
        new("/admin/sign-in", "SV") { Forms = [new("ldap", "S", "act=test", Refused: "V"), new("try-user", "S", Refused: "V"), new("oidc", "S", "act=test", Refused: "V")] },
        new("/admin/audit", "SV"),
        new("/jobs", "SV") { Forms = [new("stop", "S"), new("retry", "S"), new("pause", "S"), new("resume", "S"), new("schedules", "S"), new("run-now", "S"), new("schedule", "S"), new("unschedule", "S"), new("purge", "S")] },
        new("/jobs/{Id:long}", "SV", Url: "/jobs/1") { Forms = [new("run-act", "S")] },
        new("GET /jobs/live", "SV"),
        new("GET /jobs/{id:long}/live", "SV", Url: "/jobs/1/live"),
        new("GET /projects/{project}/access.csv", "GDMASUV", Url: "/projects/{p}/access.csv?ask=who&right=repository:push"),
        new("GET /admin/access.csv", "SV", Url: "/admin/access.csv?ask=who&right=repository:push&on=own"),
        new("GET /projects/{project}/audit.csv", "ASUV"),
        new("GET /admin/audit.csv", "SV"),
        new("POST /sign-out", "", 400) { But = "OLGDMASUV 400" },
        new("GET /c/oidc/login", All, 302),
        new("GET /c/oidc/callback", All, 302),
        new("GET /c/oidc/logout", All, 302),
        new("POST /c/oidc/backchannel-logout", All, 400),
        new("ANY /healthz", All),
        new("GET /openapi/{documentName}.json", All, Url: "/openapi/v2.0.json"),
    ];
}
