using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Integration.Tests.Gateway;
using Portal.Integration.Tests.Security;
using Portal.Integration.Tests.Web;
using Portal.Projects;
using Portal.TestKit;
using Xunit;
using static Portal.Integration.Tests.Faults.Target;

namespace Portal.Integration.Tests.Faults.Probes;

/// <summary>What can be tried with ids, names and rights that are gone.</summary>
static class AccessProbes
{
    const string Pull = $"v2/{Vault}/manifests/1";

    /// <summary>Every field of every shape, put into every change.</summary>
    public static async Task PostEveryFieldAsync(Target target)
    {
        foreach (var change in MassAssignmentTests.Changes)
            await MassAssignmentTests.AttackAsync(target.Api, (string)change[0], (string)change[1], (string)change[2]);
    }

    /// <summary>Members, robots and roles of a foreign project, named by id under a project of one's own.</summary>
    public static async Task ReachChildOfAnotherParentAsync(Target target)
    {
        var api = target.Api;
        using var owner = target.Http("owner");
        Assert.Equal(200, await GetAsync(owner, $"api/v2.0/projects/own/members/{api.OwnMember}"));
        Assert.Equal(200, await GetAsync(owner, $"api/v2.0/robots/{api.OwnRobot}"));
        foreach (var path in (string[])[$"api/v2.0/projects/own/members/{api.ForeignMember}", $"api/v2.0/projects/{api.Own.Id}/members/{api.ForeignMember}", $"api/v2.0/robots/{api.ForeignRobot}", $"api/portal/bindings/{api.ForeignMember}", $"api/portal/robots/{api.ForeignRobot}/secrets"])
            Flaw.Unless(404, await GetAsync(owner, path), "something of a foreign project is read by its id");
        Flaw.Unless(404, await StatusAsync(owner, HttpMethod.Put, $"api/v2.0/projects/own/members/{api.ForeignMember}", JsonContent.Create(new { role_id = 1 })), "a member of a foreign project is changed by id");
        Flaw.Unless(404, await StatusAsync(owner, HttpMethod.Delete, $"api/v2.0/projects/own/members/{api.ForeignMember}"), "a member of a foreign project is removed by id");
        Flaw.Unless(404, await StatusAsync(owner, HttpMethod.Delete, $"api/v2.0/robots/{api.ForeignRobot}"), "a robot of a foreign project is deleted by id");
        var page = await target.SignedInAsync("owner");
        await page.PostAsync("/projects/own/members", "remove", ("member", $"{api.ForeignMember}"));
        Flaw.Unless(true, await target.DatabaseAsync(db => db.Bindings.AnyAsync(b => b.Id == api.ForeignMember)), "a member of a foreign project is removed by a page");
    }

    /// <summary>Every endpoint of a project, asked about a foreign and a missing one.</summary>
    public static async Task TellForeignFromMissingAsync(Target target)
    {
        var matrix = new EndpointWalk(target.Api);
        foreach (var row in EndpointMatrixTable.Rows.Where(r => r.Endpoint.StartsWith("GET ", StringComparison.Ordinal) || r.Endpoint.StartsWith("DELETE ", StringComparison.Ordinal)))
        {
            var wrong = await matrix.WrongAsync(row, "OG");
            Flaw.If(wrong.Count > 0, $"{row.Endpoint}: {string.Join('\n', wrong)}");
        }
        using var outsider = target.Http("outsider");
        using var bearer = await target.BearerAsync("outsider", $"repository:{Vault}:pull,push", "repository:gone/vault:pull,push");
        foreach (var client in (HttpClient[])[outsider, bearer])
            foreach (var (method, path) in new[] { (HttpMethod.Get, "v2/{0}/vault/manifests/1"), (HttpMethod.Post, "v2/{0}/vault/blobs/uploads/"), (HttpMethod.Get, "v2/{0}/vault/tags/list") })
            {
                var foreign = await AskAsync(client, method, string.Format(null, path, "own"));
                var missing = await AskAsync(client, method, string.Format(null, path, "gone"));
                Flaw.Unless((missing.Status, missing.Text.Replace("gone", "own", StringComparison.Ordinal)), foreign, $"{method} {path} tells a foreign project from a missing one");
            }
    }

    /// <summary>Making a project public without the right to, by every way that there is.</summary>
    public static async Task MakePublicBySideDoorsAsync(Target target)
    {
        var (project, id) = ("own", target.Api.Own.Id);
        foreach (var user in (string[])["developer", "maintainer", "outsider"])
        {
            using var http = target.Http(user);
            foreach (var name in (string[])[project, $"{id}"])
                foreach (var named in (bool?[])[null, true, false])
                    foreach (var (method, path, body) in new (HttpMethod, string, object)[]
                    {
                        (HttpMethod.Put, "", new { metadata = new Dictionary<string, string> { ["public"] = "true" } }), (HttpMethod.Put, "", new { @public = true }),
                        (HttpMethod.Put, "/metadatas/public", new Dictionary<string, string> { ["public"] = "true" }), (HttpMethod.Post, "/metadatas", new Dictionary<string, string> { ["public"] = "true" }),
                    })
                    {
                        using var request = new HttpRequestMessage(method, $"api/v2.0/projects/{name}{path}") { Content = JsonContent.Create(body) };
                        if (named is { } byName) request.Headers.Add("X-Is-Resource-Name", byName ? "true" : "false");
                        using var answer = await http.SendAsync(request);
                        await CheckAsync($"{method} projects/{(name == project ? "name" : "id")}{path} by {user}, {(int)answer.StatusCode}");
                    }
            var visitor = await target.SignedInAsync(user);
            var token = SiteVisitor.Token(await visitor.GetAsync("/profile"));
            await visitor.SendAsync($"/projects/{project}/settings", ("_handler", "settings"), ("__RequestVerificationToken", token), ("Settings.Access", "public"));
            await CheckAsync($"the page of settings by {user}");
        }
        using var owner = target.Http("owner");
        var mine = await target.Host.CreateProjectAsync(Name("side"));
        await target.Host.AddMemberAsync(mine, "owner", BuiltInRoles.ProjectAdmin);
        Assert.Equal(200, await StatusAsync(owner, HttpMethod.Put, $"api/v2.0/projects/{mine.Name}/metadatas/public", JsonContent.Create(new Dictionary<string, string> { ["public"] = "true" })));

        async Task CheckAsync(string door) => Flaw.If(await target.DatabaseAsync(db => db.Projects.AnyAsync(p => p.Id == id && p.Public)), $"a project is made public through a side door: {door}");
    }

    /// <summary>What somebody was given works on after their membership, group or account is gone.</summary>
    public static async Task UseRightsThatAreGoneAsync(Target target)
    {
        var admin = target.Host.Admin;
        var (users, groups) = (target.Service<UserService>(), target.Service<GroupService>());
        var (removed, grouped, disabled, renewed) = (await target.NewUserAsync("removed"), await target.NewUserAsync("grouped"), await target.NewUserAsync("disabled"), await target.NewUserAsync("renewed"));
        var member = await target.Host.AddMemberAsync(target.Api.Own, removed.Name, BuiltInRoles.Guest);
        await target.Host.AddMemberAsync(target.Api.Own, disabled.Name, BuiltInRoles.Guest);
        await target.Host.AddMemberAsync(target.Api.Own, renewed.Name, BuiltInRoles.Guest);
        var group = (await groups.CreateAsync(admin, GroupSource.Local, Name("group"), "", "", default)).Value;
        Assert.True((await groups.AddMemberAsync(admin, group, grouped.Name, default)).Ok);
        await target.Host.BindAsync(Caller.Anonymous with { Kind = SubjectKind.Group, Id = group }, BuiltInRoles.Guest, target.Api.Own);
        var held = new List<(string What, HttpClient[] Clients)>();
        foreach (var (what, user) in new[] { ("a membership that was taken away", removed), ("a group that was left", grouped), ("an account that was disabled", disabled), ("a password that was replaced", renewed) })
        {
            var token = await target.BearerAsync(user.Name, $"repository:{Vault}:pull");
            var basic = target.Http(user.Name);
            Assert.Equal((200, 200, 200), (await GetAsync(token, Pull), await GetAsync(basic, Pull), await GetAsync(basic, "api/v2.0/projects/own")));
            held.Add((what, [token, basic]));
        }
        var browser = await target.SignedInAsync(disabled.Name);
        Assert.Equal(200, (await browser.GetAsync("/profile")).Status);

        Assert.True((await target.Service<MemberService>().RemoveAsync(admin, target.Api.Own.Target, "own", member, default)).Ok);
        Assert.True((await groups.RemoveMemberAsync(admin, group, grouped.Id, default)).Ok);
        Assert.True((await users.SetDisabledAsync(admin, disabled.Id, true, default)).Ok);
        Assert.True((await users.ChangeOwnPasswordAsync(renewed, PortalHost.Password, "Another-password-2", null, default)).Ok);
        foreach (var (what, clients) in held)
            foreach (var client in clients)
            {
                Flaw.If(await WithinTwoSecondsAsync(async () => await GetAsync(client, Pull) != 200) is false, $"{what} still pulls");
                Flaw.If(await GetAsync(client, "api/v2.0/projects/own") == 200, $"{what} still reads the project");
                client.Dispose();
            }
        Flaw.If(await WithinTwoSecondsAsync(async () => (await browser.GetAsync("/profile")).Status == 302) is false, "an account that was disabled still has its session");
    }

    /// <summary>What was given for a project or an account opens another that is made under its name.</summary>
    public static async Task UseRightsOnASuccessorAsync(Target target)
    {
        var admin = target.Host.Admin;
        var (name, user) = (Name("phoenix"), await target.NewUserAsync("reborn"));
        var project = await target.Host.CreateProjectAsync(name);
        await target.Host.AddMemberAsync(project, user.Name, BuiltInRoles.Maintainer);
        using var token = await target.BearerAsync(user.Name, $"repository:{name}/a:pull,push");
        Assert.Equal(202, await StatusAsync(token, HttpMethod.Post, $"v2/{name}/a/blobs/uploads/"));
        Assert.True((await target.Service<ProjectDeleter>().DeleteAsync(admin, project.Id, default)).Ok);
        var successor = await target.Host.CreateProjectAsync(name);
        using (var basic = target.Http(user.Name)) Flaw.Unless(404, await GetAsync(basic, $"api/v2.0/projects/{name}"), "members of a deleted project are members of its successor");
        await target.Host.AddMemberAsync(successor, user.Name, BuiltInRoles.Maintainer);
        Flaw.Unless(401, await StatusAsync(token, HttpMethod.Post, $"v2/{name}/a/blobs/uploads/"), "a token for a deleted project pushes to its successor");

        var browser = await target.SignedInAsync(user.Name);
        Assert.True((await target.Service<UserService>().DeleteAsync(admin, user.Id, default)).Ok);
        var next = await target.Host.CreateUserAsync(user.Name);
        Assert.NotEqual(user.Id, next.Id);
        using (var basic = target.Http(user.Name)) Flaw.Unless(404, await GetAsync(basic, $"api/v2.0/projects/{name}"), "an account has what a deleted one of its name had");
        Flaw.Unless(401, await GetAsync(token, "v2/"), "a deleted account's token is its successor's");
        Flaw.Unless(302, (await browser.GetAsync("/profile")).Status, "a deleted account's session is its successor's");
    }

    /// <summary>Names that could be taken for those of robots, of other people or of Portal itself.</summary>
    public static async Task MimicNamesAsync(Target target)
    {
        using var admin = target.Http("admin");
        using var owner = target.Http("owner");
        var robot = await target.DatabaseAsync(db => db.Robots.Where(r => r.Id == target.Api.OwnRobot).Select(r => r.Login).SingleAsync());
        foreach (var name in (string[])[robot, robot.ToUpperInvariant(), "robot$system", "robot$own+other", "ADMIN", "Guest", "gu est", " guest", "guest ", "guest\t", "own/guest", "guest:x", "guest\u0000"])
        {
            var status = await StatusAsync(admin, HttpMethod.Post, "api/v2.0/users", JsonContent.Create(new { username = name, password = PortalHost.Password, email = $"{Guid.NewGuid():N}@example.org", realname = "x" }));
            Flaw.If(status == 201, $"an account bears the name '{name}'");
            Assert.True(status is 400 or 409, $"{name}: {status}");
        }
        foreach (var name in (string[])["own+ci", "$ci", "ci$", "CI", "../ci", "ci/ci"])
            Flaw.If(await StatusAsync(owner, HttpMethod.Post, "api/v2.0/robots", JsonContent.Create(RobotDraft(name))) == 201, $"a robot bears the name '{name}'");
        Assert.Equal(201, await StatusAsync(owner, HttpMethod.Post, "api/v2.0/robots", JsonContent.Create(RobotDraft(Name("good-")))));
        foreach (var name in (string[])["own+ci", "Own", "own/x", "v2", "api/x", "_catalog", "..", "robot$own"])
            if (name != "v2") Flaw.If(await StatusAsync(owner, HttpMethod.Post, "api/v2.0/projects", JsonContent.Create(new { project_name = name })) == 201, $"a project bears the name '{name}'");
        // nobody becomes a robot by its number: the person and the robot of one id stay apart
        var twin = await target.DatabaseAsync(db => db.Robots.Where(r => db.Users.Any(u => u.Id == r.Id && u.UserName != "admin")).Select(r => new { r.Id, Person = db.Users.Where(u => u.Id == r.Id).Select(u => u.UserName).Single() }).FirstAsync());
        Assert.NotNull(twin.Person);
        using var person = target.Http(twin.Person);
        var me = JsonNode.Parse((await AskAsync(person, HttpMethod.Get, "api/v2.0/users/current")).Text)!;
        Flaw.Unless(twin.Person, (string?)me["username"], "a person is taken for the robot of their number");
    }

    static object RobotDraft(string name) => new { name, level = "project", duration = 1, permissions = new[] { new { kind = "project", @namespace = "own", access = new[] { new { resource = "repository", action = "pull" } } } } };

    /// <summary>A form that was opened with rights and sent without them.</summary>
    public static async Task SendFormWithoutRightsAsync(Target target)
    {
        var user = await target.NewUserAsync("demoted");
        var project = await target.Host.CreateProjectAsync(Name("forms"));
        var member = await target.Host.AddMemberAsync(project, user.Name, BuiltInRoles.ProjectAdmin);
        var guest = await target.Host.AddMemberAsync(project, "guest", BuiltInRoles.Guest);
        var browser = await target.SignedInAsync(user.Name);
        var token = SiteVisitor.Token(await browser.GetAsync($"/projects/{project.Name}/settings"));
        Assert.NotEqual("", token);
        Assert.Equal(302, (await browser.PostAsync($"/projects/{project.Name}/settings", "settings", ("Settings.Description", "mine"), ("Settings.Access", "private"))).Status);
        Assert.True((await target.Service<MemberService>().ChangeAsync(target.Host.Admin, project.Target, project.Name, member, BuiltInRoles.Guest.Name, default)).Ok);
        foreach (var (page, form, fields) in new (string, string, (string, string)[])[]
        {
            ("settings", "settings", [("Settings.Description", "after"), ("Settings.Access", "public")]), ("settings", "delete", [("confirm", project.Name)]),
            ("members", "remove", [("member", $"{guest}")]), ("members", "set", [("set", $"{member}:{BuiltInRoles.ProjectAdmin.Name}")]), ("members", "add", [("Add.User", "outsider"), ("Add.Role", "guest")]),
        })
        {
            await browser.SendAsync($"/projects/{project.Name}/{page}", [("_handler", form), ("__RequestVerificationToken", token), .. fields]);
            var state = await target.DatabaseAsync(async db => (await db.Projects.Where(p => p.Id == project.Id).Select(p => new { p.Description, p.Public, Gone = p.DeletedAt != null }).SingleAsync(),
                await db.Bindings.CountAsync(b => b.ProjectId == project.Id), await db.Bindings.AnyAsync(b => b.Id == member && b.Role!.Name == BuiltInRoles.Guest.Name)));
            Flaw.Unless((new { Description = "mine", Public = false, Gone = false }, 3, true), state, $"the form '{form}' is done for somebody who lost the right");
        }
    }

    /// <summary>Two people at once, again and again: each sees themselves.</summary>
    public static async Task MixUpPeopleAsync(Target target)
    {
        var (one, other) = (await target.NewUserAsync("alike-a"), await target.NewUserAsync("alike-b"));
        var (first, second) = (await target.SignedInAsync(one.Name), await target.SignedInAsync(other.Name));
        for (var round = 0; round < 5; round++)
        {
            var pages = await Task.WhenAll(first.GetAsync("/profile"), second.GetAsync("/profile"), first.GetAsync("/"), second.GetAsync("/"), first.GetAsync("/profile"), second.GetAsync("/profile"));
            for (var i = 0; i < pages.Length; i++)
            {
                var (own, strange) = i % 2 == 0 ? (one.Name, other.Name) : (other.Name, one.Name);
                Flaw.If(pages[i].Html.Contains(strange, StringComparison.Ordinal), "a page shows one person to another");
                Assert.Contains(own, pages[i].Html, StringComparison.Ordinal);
            }
        }
    }

    static async Task<bool> WithinTwoSecondsAsync(Func<Task<bool>> happened)
    {
        for (var since = System.Diagnostics.Stopwatch.StartNew(); since.Elapsed < SecurityFixture.Bound; await Task.Delay(50))
            if (await happened()) return true;
        return await happened();
    }
}
