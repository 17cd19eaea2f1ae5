using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>Access as people meet it: somebody is invited, gets a role on some repositories, and loses it; a robot's secret changes while machines use it.</summary>
[Collection("portal")]
public sealed class AccessJourney(PortalFixture portal) : IDisposable
{
    const string Project = "crew";
    const string Person = "noor";
    const string Password = "Some long password 1";
    const string FirstPassword = "Given for one day 1";

    readonly string _folder = Directory.CreateTempSubdirectory("portal-podman-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task RoleOnAPattern_LetsInThereOnly_AndIsGoneWithTheNextClick()
    {
        await using var admin = await portal.AdministratorAsync();
        await CreateProjectAsync(Project);
        await using var source = await ImageSource.StartAsync();
        await source.SingleAsync();
        await InviteAsync(admin.Page);
        await GiveAsync(admin.Page);

        await using var visitor = await Visitor.ArriveAsync(portal);
        await visitor.SignInAsync(Person, FirstPassword);
        await visitor.Page.WaitForURLAsync("**/first-run", new() { WaitUntil = WaitUntilState.Commit });
        await visitor.Page.GetByLabel("New password").FillAsync(Password);
        await visitor.Page.GetByLabel("The same again").FillAsync(Password);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Save password" }).ClickAsync();
        await visitor.Page.WaitForURLAsync(portal.Url.AbsoluteUri, new() { WaitUntil = WaitUntilState.Commit });
        try
        {
            await PodmanAsync("pull", "--tls-verify=false", $"{source.Host}/src/app:1.0");
            await PushAsync(source.Host, "team/app:1.0");
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => PushAsync(source.Host, "other:1.0"));
            // what podman shows names where the role reaches
            Assert.Contains("team/**", refused.Message, StringComparison.Ordinal);

            await visitor.Page.GotoAsync($"/projects/{Project}/repositories");
            await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "team/app", Exact = true })).ToBeVisibleAsync();
            await WithdrawAsync(admin.Page);
            await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "team/app", Exact = true }).ClickAsync();
            await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).Not.ToContainTextAsync("team/app");
            await Assertions.Expect(visitor.Page.Locator("main")).Not.ToContainTextAsync("1.0");
            visitor.Forgive("404");
            await Assert.ThrowsAsync<InvalidOperationException>(() => PushAsync(source.Host, "team/app:2.0"));
        }
        finally
        {
            // without root its files belong to other accounts of the user's namespace: only podman can take them away
            await PodmanAsync("rmi", "--all", "--force");
        }
    }

    [Fact]
    public async Task RobotSecret_ChangedWhileMachinesPull_FailsNoPull()
    {
        await using var admin = await portal.AdministratorAsync();
        await CreateProjectAsync("machines");
        await using var source = await ImageSource.StartAsync();
        await source.SingleAsync();
        await PortalFixture.ToolAsync("skopeo", ["copy", "--src-tls-verify=false", "--dest-tls-verify=false", "--dest-creds", $"admin:{PortalFixture.AdminPassword}", $"docker://{source.Host}/src/app:1.0", $"docker://{portal.Host}/machines/app:1.0"]);
        var (robot, secret) = await CreateRobotAsync();
        using var stop = new CancellationTokenSource();
        var (done, failures) = (0, new ConcurrentQueue<string>());
        async Task PullAsync(string with)
        {
            using var http = new HttpClient { BaseAddress = portal.Url };
            http.DefaultRequestHeaders.Authorization = Basic(robot, with);
            while (!stop.IsCancellationRequested)
            {
                using var answer = await http.GetAsync(new Uri("/v2/machines/app/manifests/1.0", UriKind.Relative));
                if (answer.StatusCode == HttpStatusCode.OK) Interlocked.Increment(ref done);
                else failures.Enqueue($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }
        var pulling = Enumerable.Range(0, 4).Select(_ => Task.Run(() => PullAsync(secret))).ToList();
        await UntilAsync(() => done > 20);

        await admin.Page.GotoAsync("/projects/machines/robots");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {robot}" }).ClickAsync();
        await admin.Page.GetByRole(AriaRole.Menuitem, new() { Name = "New secret" }).ClickAsync();
        await admin.Page.GetByRole(AriaRole.Dialog, new() { Name = "New secret" }).GetByRole(AriaRole.Button, new() { Name = "Make the new secret" }).ClickAsync();
        var fresh = (await admin.Page.Locator(".secret-once code").Nth(1).InnerTextAsync()).Trim();
        Assert.NotEqual(secret, fresh);
        pulling.AddRange(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PullAsync(fresh))));
        var before = done;
        await UntilAsync(() => done > before + 100);
        await stop.CancelAsync();
        await Task.WhenAll(pulling);

        Assert.Empty(failures);
        await admin.Page.GotoAsync("/projects/machines/robots");
        await Assertions.Expect(admin.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = robot })).ToContainTextAsync("Old secret works until");
    }

    static async Task UntilAsync(Func<bool> reached)
    {
        for (var i = 0; i < 600 && !reached(); i++) await Task.Delay(100);
        Assert.True(reached());
    }

    static System.Net.Http.Headers.AuthenticationHeaderValue Basic(string name, string secret) => new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{name}:{secret}")));

    HttpClient Administrator()
    {
        var http = new HttpClient { BaseAddress = portal.Url };
        http.DefaultRequestHeaders.Authorization = Basic("admin", PortalFixture.AdminPassword);
        return http;
    }

    async Task CreateProjectAsync(string name)
    {
        using var http = Administrator();
        (await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = name })).EnsureSuccessStatusCode();
    }

    async Task<(string Name, string Secret)> CreateRobotAsync()
    {
        using var http = Administrator();
        var robot = new { name = "puller", level = "project", duration = -1, permissions = new[] { new { kind = "project", @namespace = "machines", access = new[] { new { resource = "repository", action = "pull" } } } } };
        var answer = await http.PostAsJsonAsync("/api/v2.0/robots", robot);
        answer.EnsureSuccessStatusCode();
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return ((string)json["name"]!, (string)json["secret"]!);
    }

    static async Task InviteAsync(IPage page)
    {
        await page.GotoAsync("/admin/users");
        await page.GetByRole(AriaRole.Button, new() { Name = "New user" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "New user" });
        await dialog.GetByLabel("User name").FillAsync(Person);
        await dialog.GetByLabel("Display name").FillAsync("Noor Haddad");
        await dialog.GetByLabel("E-mail").FillAsync("noor@example.com");
        await dialog.GetByLabel("First password").FillAsync(FirstPassword);
        await dialog.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = Person })).ToBeVisibleAsync();
    }

    static async Task GiveAsync(IPage page)
    {
        await page.GotoAsync($"/projects/{Project}/members?add=1&who={Person}");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Add member" });
        await dialog.GetByLabel("Repositories", new() { Exact = true }).FillAsync("team/**");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add member" }).ClickAsync();
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = Person });
        await Assertions.Expect(row).ToContainTextAsync("team/**");
    }

    static async Task WithdrawAsync(IPage page)
    {
        await page.GotoAsync($"/projects/{Project}/members");
        await page.GetByRole(AriaRole.Row).Filter(new() { HasText = Person }).GetByRole(AriaRole.Button, new() { Name = $"Actions for {Person}" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Remove from project" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Remove this member from the project?" }).GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = Person })).ToHaveCountAsync(0);
    }

    Task PushAsync(string source, string to) => PodmanAsync("push", "--tls-verify=false", "--creds", $"{Person}:{Password}", $"{source}/src/app:1.0", $"docker://{portal.Host}/{Project}/{to}");

    Task<string> PodmanAsync(params string[] arguments) =>
        PortalFixture.ToolAsync("podman", ["--root", Path.Combine(_folder, "root"), "--runroot", Path.Combine(_folder, "run"), "--storage-driver", "vfs", .. arguments]);
}
