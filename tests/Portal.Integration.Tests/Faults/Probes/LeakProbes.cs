using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Integration.Tests.Security;
using Portal.Projects;
using Portal.Registry.Manifests;
using Portal.TestKit;
using Xunit;
using static Portal.Integration.Tests.Faults.Target;

namespace Portal.Integration.Tests.Faults.Probes;

/// <summary>What can be learnt that nobody should learn, and what can be asked for without end.</summary>
static class LeakProbes
{
    /// <summary>Names of people and robots, guessed at every door with a wrong secret: answers and the time they take.</summary>
    public static async Task GuessNamesAsync(Target target)
    {
        var known = (await target.NewUserAsync("somebody")).Name;
        var disabled = await target.NewUserAsync("disabled");
        Assert.True((await target.Service<UserService>().SetDisabledAsync(target.Host.Admin, disabled.Id, true, default)).Ok);
        var robot = await target.DatabaseAsync(db => db.Robots.Where(r => r.Id == target.Api.OwnRobot).Select(r => r.Login).SingleAsync());
        var unknown = await AnswersAsync(target, Name("nobody"), "198.51.100.1");
        Flaw.Unless(unknown, await AnswersAsync(target, known, "198.51.100.2"), "a wrong password tells which people there are");
        Flaw.Unless(unknown, await AnswersAsync(target, disabled.Name, "198.51.100.3"), "a wrong password tells who is disabled");
        Flaw.Unless(await AnswersAsync(target, "robot$own+none", "198.51.100.4"), await AnswersAsync(target, robot, "198.51.100.5"), "a wrong secret tells which robots there are");
        var people = new List<string> { known };
        for (var i = 0; i < 2; i++) people.Add((await target.NewUserAsync("somebody")).Name);
        var (slow, quick) = (await TimeAsync(target, people), await TimeAsync(target, people.ConvertAll(_ => Name("nobody"))));
        Flaw.If(quick < slow * 0.5, $"the time of an answer tells which people there are: {quick:F1} ms and {slow:F1} ms");
    }

    // the middle of several, so that a pause of the machine does not count
    static async Task<double> TimeAsync(Target target, List<string> names)
    {
        var times = new List<double>();
        for (var round = 0; round < 4; round++)
            foreach (var name in names)
            {
                using var http = target.HttpFrom($"198.51.101.{times.Count + 1}", name, "not-the-one");
                var since = Stopwatch.GetTimestamp();
                Assert.Equal(401, await GetAsync(http, "service/token?service=portal-registry"));
                times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            }
        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>What the page, the API, the token service and the registry say to a wrong password, without what is new each time.</summary>
    static async Task<string> AnswersAsync(Target target, string name, string address)
    {
        var visitor = target.Visitor();
        visitor.Headers.Add("X-Forwarded-For", address);
        var page = await visitor.PostAsync("/sign-in", "sign-in", ("name", name), ("password", "not-the-one"));
        var answers = new StringBuilder($"{page.Status} {page.Text.Replace(WebUtility.HtmlEncode(name), "NAME", StringComparison.Ordinal).Replace(name, "NAME", StringComparison.Ordinal)}\n");
        using var http = target.HttpFrom(address, name, "not-the-one");
        foreach (var path in (string[])["api/v2.0/users/current", "service/token?service=portal-registry", $"v2/{Vault}/manifests/1"])
        {
            using var answer = await http.GetAsync(path);
            var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is not ("Date" or "X-Request-ID")).Select(h => $"{h.Key}: {string.Join(',', h.Value)}").Order(StringComparer.Ordinal);
            answers.Append((int)answer.StatusCode).Append(' ').AppendJoin('\n', headers).Append(await answer.Content.ReadAsStringAsync()).Append('\n');
        }
        return answers.ToString();
    }

    static readonly string[] Lists =
    [
        "v2/_catalog", "v2/_catalog?n=1", "v2/_catalog?n=2", "v2/_catalog?n=1&last=o", "v2/_catalog?n=5&last=a", "api/v2.0/projects", "api/v2.0/projects?page_size=1", "api/v2.0/projects?name=own", "api/v2.0/repositories", "api/v2.0/repositories?page_size=1",
        "api/v2.0/search?q=va", "api/v2.0/search?q=own", "api/portal/search?q=vault", "api/portal/search?q=own", $"api/portal/search?q={Secret.Digest}", "api/v2.0/audit-logs", "api/v2.0/auditlog-exts", "api/portal/bindings", "api/v2.0/health", "api/v2.0/systeminfo",
    ];

    /// <summary>Lists, counts, searches and links, looked through for what the asker may not see.</summary>
    public static async Task LookThroughListsAsync(Target target)
    {
        var image = Gateway.GatewayFixture.Image(Name("seen"));
        var mine = await target.Host.CreateProjectAsync(Name("zz-mine"));
        await target.Host.AddMemberAsync(mine, "outsider", BuiltInRoles.Maintainer);
        foreach (var letter in (string[])["a", "b", "c"]) await target.PushAsync("outsider", $"{mine.Name}/{letter}", image, "1");
        using var outsider = target.Http("outsider");
        using var nobody = target.Http(null);
        using var anonymous = await target.BearerAsync(null, "registry:catalog:*", $"repository:{Vault}:pull");
        string[] hidden = ["own/vault", "own/team", "foreign", "\"own\""];
        foreach (var (who, client) in new[] { ("somebody else", outsider), ("nobody", nobody), ("an anonymous token", anonymous) })
            foreach (var path in Lists)
            {
                using var answer = await client.GetAsync(path);
                var links = Uri.UnescapeDataString(string.Concat(answer.Headers.Where(h => h.Key is "Link" or "Location").SelectMany(h => h.Value)));
                Flaw.If(hidden.Any(h => links.Contains(h, StringComparison.Ordinal)), $"a link names to {who} what they may not see: {path}");
                var text = await answer.Content.ReadAsStringAsync();
                Flaw.If(hidden.Any(h => text.Contains(h, StringComparison.Ordinal)), $"{who} is told of what they may not see: {path}");
            }
        var total = await TotalAsync(outsider, "api/v2.0/projects");
        Flaw.Unless(await target.DatabaseAsync(db => db.Projects.CountAsync(p => p.DeletedAt == null && (p.Public || db.Bindings.Any(b => b.ProjectId == p.Id && b.SubjectKind == SubjectKind.User && b.SubjectId == target.Api.UserIds["outsider"])))), total, "a count includes what the asker may not see");
        var statistics = JsonNode.Parse((await AskAsync(outsider, HttpMethod.Get, "api/v2.0/statistics")).Text)!;
        Flaw.If((int)statistics["private_project_count"]! > total, "the statistics count what the asker may not see");
        // the tags of private repositories, through the registry's own lists
        foreach (var path in (string[])[$"v2/{Vault}/tags/list", $"v2/{Vault}/referrers/{Secret.Digest}"]) Flaw.Unless(404, await GetAsync(outsider, path), $"somebody else lists {path}");
        using var member = target.Http("guest");
        Assert.Contains(Vault, (await AskAsync(member, HttpMethod.Get, "v2/_catalog")).Text, StringComparison.Ordinal);
        Assert.Contains("vault", (await AskAsync(member, HttpMethod.Get, "api/portal/search?q=vault")).Text, StringComparison.Ordinal);
    }

    static async Task<int> TotalAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return int.Parse(answer.Headers.GetValues("X-Total-Count").Single(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Pages, bodies, nesting and headers of any size.</summary>
    public static async Task AskWithoutEndAsync(Target target)
    {
        await FillAsync(target);
        using var admin = target.Http("admin");
        foreach (var n in (string[])["2000", "999999999", "99999999999999999999", ""])
        {
            var tags = JsonNode.Parse((await AskAsync(admin, HttpMethod.Get, $"v2/own/team/app/tags/list?n={n}")).Text)!["tags"]!.AsArray();
            Flaw.If(tags.Count > 1_000, $"a page of the registry has {tags.Count} entries");
            Assert.Equal(1_000, tags.Count);
        }
        foreach (var size in (string[])["1000", "999999999", "-1"])
        {
            var (status, text) = await AskAsync(admin, HttpMethod.Get, $"api/v2.0/users?page_size={size}");
            Flaw.If(status == 200 && JsonNode.Parse(text)!.AsArray().Count > 100, "a page of the API has more than 100 entries");
            Assert.True(status is 200 or 422, text);
        }
        using var pusher = target.Http("maintainer");
        foreach (var declared in (bool[])[true, false])
        {
            using var body = new StreamContent(new MemoryStream(new byte[5 * 1024 * 1024])) { Headers = { ContentType = new(MediaTypes.OciManifest), ContentLength = declared ? 5 * 1024 * 1024 : null } };
            using var request = new HttpRequestMessage(HttpMethod.Put, $"v2/own/{Name("large")}/manifests/1") { Content = body };
            request.Headers.TransferEncodingChunked = declared ? null : true;
            Flaw.Unless(413, await SentAsync(pusher, request), "a manifest of any size is read");
        }
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200);
        Flaw.Unless(400, await StatusAsync(admin, HttpMethod.Post, "api/v2.0/projects", Json($$"""{"project_name":"{{Name("deep")}}","x":{{deep}}}""")), "a body is nested without end");
        using var large = new HttpRequestMessage(HttpMethod.Post, "api/v2.0/projects") { Content = Json($$"""{"project_name":"{{Name("large")}}","x":"{{new string('x', 5 * 1024 * 1024)}}"}""") };
        Flaw.Unless(413, await SentAsync(admin, large), "a body of any size is read");
        using var headers = target.Http("admin");
        headers.DefaultRequestHeaders.TryAddWithoutValidation("X-Long", new string('x', 40 * 1024));
        Flaw.Unless(431, await GetAsync(headers, "api/v2.0/ping"), "headers of any size are read");
        var scopes = string.Concat(Enumerable.Range(0, 25).Select(i => $"&scope=repository:own/r{i}:pull"));
        Flaw.Unless(400, await GetAsync(admin, "service/token?service=portal-registry" + scopes), "a token for any number of scopes is made");
        Flaw.Unless(400, await StatusAsync(admin, HttpMethod.Put, "api/v2.0/projects/own/repositories/team%252Fapp", Json($$"""{"description":"{{new string('x', 100_000)}}"}""")), "a description of any length is kept");
    }

    static async Task<int> SentAsync(HttpClient client, HttpRequestMessage request)
    {
        try
        {
            using var answer = await client.SendAsync(request);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // the server hung up in the middle of the body: it has said so, and its answer was lost on the way
            return 413;
        }
    }

    static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    // more tags and people than any page may have
    static Task FillAsync(Target target) => target.DatabaseAsync(async db =>
    {
        var (artifact, model) = (await db.Artifacts.FirstAsync(a => a.ProjectId == target.Api.Own.Id && a.Digest == Api.ApiFixture.Digest), await db.Users.FirstAsync(u => u.UserName == "guest"));
        db.Tags.AddRange(Enumerable.Range(0, 1_100).Select(i => new Portal.Artifacts.Tag { RepositoryId = artifact.RepositoryId, ArtifactId = artifact.Id, Name = $"many-{i}", PushedAt = artifact.PushedAt, PushedBy = "admin" }));
        db.Users.AddRange(Enumerable.Range(0, 120).Select(i => new User { UserName = $"many-{i}", NormalizedUserName = $"MANY-{i}", SecurityStamp = model.SecurityStamp, PasswordHash = model.PasswordHash }));
        return await db.SaveChangesAsync();
    });

    /// <summary>Secrets put into every field that takes one, and looked for in the log, the audit rows and every answer.</summary>
    public static async Task LookForSecretsAsync(Target target)
    {
        var (secrets, answers) = await CanaryTests.UseEveryDoorAsync(target.Host);
        using var admin = target.Http("admin");
        var setting = $"canary-setting-{Guid.NewGuid():N}";
        Assert.Equal(200, await StatusAsync(admin, HttpMethod.Put, "api/v2.0/configurations", JsonContent.Create(new { ldap_search_password = setting, oidc_client_secret = setting })));
        secrets.Add(setting);
        foreach (var path in (string[])["api/v2.0/configurations", "api/v2.0/audit-logs?page_size=100"]) answers.Add((await AskAsync(admin, HttpMethod.Get, path)).Text);
        var rows = (await target.DatabaseAsync(db => db.AuditEvents.AsNoTracking().ToListAsync())).ConvertAll(r => string.Join('|', r.Actor, r.Action, r.Resource, r.Client, r.Address, r.Before, r.After));
        Assert.True(rows.Count >= 6, $"{rows.Count} rows");
        Flaw.If(rows.Exists(r => secrets.Exists(s => CanaryTests.Shows(r, s))), "the audit log shows a secret");
        Flaw.If(answers.Any(a => secrets.Exists(s => CanaryTests.Shows(a, s))), "an answer shows a secret");
        var lines = target.Log.Lines.ToArray();
        Assert.Contains(lines, l => l.Contains("/service/token", StringComparison.Ordinal));
        var shown = lines.Where(l => secrets.Exists(s => CanaryTests.Shows(l, s))).Select(l => l.Length > 300 ? l[..300] : l).Distinct().ToList();
        Flaw.If(shown.Count > 0, $"the log shows a secret: {string.Join('\n', shown)}");
        var kept = await target.DatabaseAsync(db => db.Users.AsNoTracking().Select(u => u.PasswordHash + u.Comment + u.DisplayName).ToListAsync());
        Flaw.If(kept.Exists(u => secrets.Exists(s => CanaryTests.Shows(u, s))), "the database keeps a password as it is");
    }

    /// <summary>Everything that an auditor may read, looked through for what opens a door.</summary>
    public static async Task ReadAsAuditorAsync(Target target)
    {
        var auditor = await target.NewUserAsync("auditor");
        await target.Host.BindAsync(auditor, BuiltInRoles.Auditor, null);
        var secret = $"Canary-1-{Guid.NewGuid():N}";
        var changed = await target.Service<AuthSettingsService>().ChangeAsync(target.Host.Admin, new Dictionary<string, string> { ["ldap_search_password"] = secret, ["oidc_client_secret"] = secret }, default);
        Assert.True(changed.Ok, changed.Error?.ToString());
        using var owner = target.Http("owner");
        var robot = JsonNode.Parse((await AskAsync(owner, HttpMethod.Post, "api/v2.0/robots", JsonContent.Create(new { name = Name("seen-"), level = "project", duration = 1, permissions = new[] { new { kind = "project", @namespace = "own", access = new[] { new { resource = "repository", action = "pull" } } } } }))).Text)!;
        var token = JsonNode.Parse((await AskAsync(owner, HttpMethod.Post, "api/portal/tokens", JsonContent.Create(new { name = Name("seen-"), scopes = new[] { "read" }, days = 1 }))).Text)!;
        var session = (await target.SignedInAsync("owner")).Cookies.GetAllCookies().Single(c => c.Name == PortalAuthentication.CookieName).Value;
        List<string> secrets = [secret, (string)robot["secret"]!, (string)token["token"]!, session];
        secrets.AddRange(await target.DatabaseAsync(db => db.Users.Where(u => u.PasswordHash != null).Select(u => u.PasswordHash!).ToListAsync()));
        secrets.AddRange((await target.DatabaseAsync(db => db.RobotSecrets.ToListAsync())).SelectMany(s => (string[])[Convert.ToBase64String(s.Hash), Convert.ToHexStringLower(s.Hash)]));
        secrets.AddRange(await target.DatabaseAsync(db => db.SharedKeys.Select(k => k.Protected).ToListAsync()));
        using var http = target.Http(auditor.Name);
        var (matrix, read) = (new EndpointMatrixTests(target.Api), 0);
        foreach (var row in EndpointMatrixTable.Rows.Where(r => r.Endpoint.StartsWith("GET ", StringComparison.Ordinal)))
        {
            var (status, text) = await AskAsync(http, HttpMethod.Get, matrix.Path(row, "own", target.Api.OwnMember, (int)robot["id"]!, target.Api.UserIds["owner"]));
            if (status == 200) read++;
            Flaw.If(secrets.Exists(s => text.Contains(s, StringComparison.Ordinal)), $"an auditor reads a secret at {row.Endpoint}");
        }
        Assert.True(read > 30, $"The auditor could read only {read} endpoints.");
        var browser = await target.SignedInAsync(auditor.Name);
        foreach (var page in (string[])["/", "/admin/audit", "/admin/users", "/admin/sign-in", "/admin/robots", "/projects/own/robots", $"/projects/own/robots/{robot["id"]}", "/projects/own/members", "/profile", "/profile/tokens"])
            Flaw.If(secrets.Exists(s => WebUtility.HtmlDecode(browser.GetAsync(page).GetAwaiter().GetResult().Html).Contains(s, StringComparison.Ordinal)), $"an auditor reads a secret at {page}");
        // nor can they make one
        Flaw.Unless(403, await StatusAsync(http, HttpMethod.Patch, $"api/v2.0/robots/{robot["id"]}", JsonContent.Create(new { secret = "Auditors-secret-1" })), "an auditor sets a robot's secret");
        Flaw.Unless(403, await StatusAsync(http, HttpMethod.Post, $"api/portal/robots/{robot["id"]}/secrets", JsonContent.Create(new { overlap_minutes = 0 })), "an auditor makes a robot's secret");
        Flaw.Unless(403, await StatusAsync(http, HttpMethod.Put, $"api/v2.0/users/{target.Api.UserIds["owner"]}/password", JsonContent.Create(new { new_password = "Another-password-2" })), "an auditor sets a password");
        Flaw.If(await GetAsync(http, $"v2/{Vault}/manifests/1") == 200, "an auditor pulls");
    }

    /// <summary>A fresh installation, tried with what other products ship with, and with the one-time password in place of one's own.</summary>
    public static async Task TryDefaultsAsync(Target target)
    {
        var tries = 0;
        foreach (var (name, guess) in new[] { ("admin", "Harbor12345"), ("admin", "admin"), ("admin", "password"), ("admin", "Admin-password-1"), ("admin", ""), ("admin", "portal"), ("root", "root"), ("portal", "portal") })
        {
            // each from elsewhere, so that it is the guess that is refused and not its address
            var address = $"198.51.102.{++tries}";
            using var http = target.HttpFrom(address, name, guess);
            var visitor = target.Visitor();
            visitor.Headers.Add("X-Forwarded-For", address);
            foreach (var path in (string[])["api/v2.0/users/current", "service/token?service=portal-registry", "v2/"])
                Flaw.If(await GetAsync(http, path) == 200, $"{name} gets in with the password '{guess}'");
            Flaw.If((await visitor.PostAsync("/sign-in", "sign-in", ("name", name), ("password", guess))).Status == 302, $"{name} gets in with the password '{guess}'");
        }
        var users = await target.DatabaseAsync(db => db.Users.ToListAsync());
        Flaw.If(users.Exists(u => !u.MustChangePassword), "an account exists that need not choose a password");
        Assert.Equal("admin", Assert.Single(users).UserName);
        var once = target.Log.Lines.Select(l => Regex.Match(l, "one-time password (\\S{20}) ")).First(m => m.Success).Groups[1].Value;
        using var first = target.HttpFrom("198.51.100.9", "admin", once);
        foreach (var path in (string[])["api/v2.0/users/current", "service/token?service=portal-registry", "v2/", "v2/_catalog"])
            Flaw.Unless(401, await GetAsync(first, path), "the one-time password opens more than the page that replaces it");
        var keys = await target.DatabaseAsync(db => db.SharedKeys.Select(k => k.Name).ToListAsync());
        Assert.NotEmpty(keys);
        foreach (var name in keys)
        {
            var key = await target.Service<Portal.Data.SharedKeys>().GetAsync(name, default);
            Flaw.If(key.Length < 32 || key.Distinct().Count() < 12, $"the key '{name}' is no random one");
        }
    }
}
