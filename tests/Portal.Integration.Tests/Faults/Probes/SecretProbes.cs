using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Integration.Tests.Security;
using Xunit;
using static Portal.Integration.Tests.Faults.Target;

namespace Portal.Integration.Tests.Faults.Probes;

/// <summary>Secrets where they should not be, and ways in that nobody chose.</summary>
static class SecretProbes
{
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
        var (matrix, read) = (new EndpointWalk(target.Api), 0);
        foreach (var row in EndpointMatrixTable.Rows.Where(r => r.Endpoint.StartsWith("GET ", StringComparison.Ordinal)))
        {
            var (status, text) = await AskAsync(http, HttpMethod.Get, matrix.Path(row, new("own", target.Api.OwnMember, target.Api.UserIds["owner"], (int)robot["id"]!)));
            if (status == 200) read++;
            Flaw.If(secrets.Exists(s => text.Contains(s, StringComparison.Ordinal)), $"an auditor reads a secret at {row.Endpoint}");
        }
        Assert.True(read > 30, $"The auditor could read only {read} endpoints.");
        var browser = await target.SignedInAsync(auditor.Name);
        foreach (var page in (string[])["/", "/admin/audit", "/admin/users", "/admin/sign-in", "/admin/robots", "/projects/own/robots", $"/projects/own/robots/{robot["id"]}", "/projects/own/members", "/profile", "/profile/tokens"])
        {
            var shown = WebUtility.HtmlDecode((await browser.GetAsync(page)).Html);
            Flaw.If(secrets.Exists(s => shown.Contains(s, StringComparison.Ordinal)), $"an auditor reads a secret at {page}");
        }
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
