using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Xunit;
using static Portal.Integration.Tests.Faults.Target;

namespace Portal.Integration.Tests.Faults.Probes;

/// <summary>What can be learnt that nobody should learn.</summary>
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
        var (slow, quick) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < 12; round++)
        {
            // in turns, and the shortest of each: what else the machine does lengthens both alike
            slow = Math.Min(slow, await TimeAsync(target, known, $"198.51.101.{round}"));
            quick = Math.Min(quick, await TimeAsync(target, Name("nobody"), $"198.51.101.{round}"));
        }
        Flaw.If(quick < slow * 0.5, $"the time of an answer tells which people there are: {quick:F1} ms and {slow:F1} ms");
    }

    /// <summary>Milliseconds until a wrong password is refused.</summary>
    static async Task<double> TimeAsync(Target target, string name, string address)
    {
        using var http = target.HttpFrom(address, name, "not-the-one");
        var since = Stopwatch.GetTimestamp();
        Assert.Equal(401, await GetAsync(http, "service/token?service=portal-registry"));
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
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
}
