using System.Net.Http.Json;
using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>A role on some repositories of a project: given in the browser, felt by a client, and withdrawn while its holder looks at a page.</summary>
[Collection("portal")]
public sealed class AccessJourney(PortalFixture portal)
{
    const string Project = "crew";
    const string Person = "noor";
    const string Password = "Some long password 1";

    [Fact]
    public async Task RoleOnAPattern_LetsInThereOnly_AndIsGoneWithTheNextClick()
    {
        await using var admin = await portal.AdministratorAsync();
        await PrepareAsync();
        await using var source = await ImageSource.StartAsync();
        await source.SingleAsync();
        await GiveAsync(admin.Page);

        await PushAsync(source.Host, "team/app:1.0");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => PushAsync(source.Host, "other:1.0"));
        Assert.Contains("403 (Forbidden)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("team/**", await RefusalAsync("other"), StringComparison.Ordinal);

        await using var visitor = await Visitor.ArriveAsync(portal);
        await visitor.SignInAsync(Person, Password);
        await visitor.Page.GotoAsync($"/projects/{Project}/repositories");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "team/app", Exact = true })).ToBeVisibleAsync();
        await WithdrawAsync(admin.Page);
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "team/app", Exact = true }).ClickAsync();
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).Not.ToContainTextAsync("team/app");
        await Assertions.Expect(visitor.Page.Locator("main")).Not.ToContainTextAsync("1.0");
        visitor.Forgive("404");
        await Assert.ThrowsAsync<InvalidOperationException>(() => PushAsync(source.Host, "team/app:2.0"));
    }

    async Task PrepareAsync()
    {
        using var http = new HttpClient { BaseAddress = portal.Url };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"admin:{PortalFixture.AdminPassword}")));
        (await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = Project })).EnsureSuccessStatusCode();
        (await http.PostAsJsonAsync("/api/v2.0/users", new { username = Person, realname = "Noor Haddad", email = "noor@example.com", password = Password })).EnsureSuccessStatusCode();
    }

    /// <summary>What a client hears that begins an upload; skopeo asks by HEAD first, whose answer has no words.</summary>
    async Task<string> RefusalAsync(string repository)
    {
        using var http = new HttpClient { BaseAddress = portal.Url };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{Person}:{Password}")));
        return await (await http.PostAsync(new Uri($"/v2/{Project}/{repository}/blobs/uploads/", UriKind.Relative), null)).Content.ReadAsStringAsync();
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

    async Task PushAsync(string source, string to) => await PortalFixture.ToolAsync("skopeo",
        ["copy", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", "--dest-creds", $"{Person}:{Password}", $"docker://{source}/src/app:1.0", $"docker://{portal.Host}/{Project}/{to}"]);
}
