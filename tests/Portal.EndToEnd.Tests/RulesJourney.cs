using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Portal.Registry.Images;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>Locks, copies, moving a tag back and requests for storage, as they are clicked.</summary>
[Collection("portal")]
public sealed class RulesJourney(PortalFixture portal)
{
    [Fact]
    public async Task Lock_HoldsTheTagUntilItIsTakenOff_AndTheHistoryLeadsBack()
    {
        await using var admin = await portal.AdministratorAsync();
        var page = admin.Page;
        await CreateProjectAsync("kept", -1);
        await using var source = await ImageSource.StartAsync();
        var (first, second) = (await source.SingleAsync(), await source.MultiAsync());
        await PushAsync(source, "1.0", "kept/app:1.0");

        await page.GotoAsync(ArtifactPage(first));
        await MenuAsync(page, "Lock");
        var locking = Dialog(page, "Lock this?");
        await locking.GetByLabel("Reason").FillAsync("Frozen for the audit");
        await locking.GetByRole(AriaRole.Button, new() { Name = "Lock" }).ClickAsync();
        await Assertions.Expect(page.GetByText("is locked: Frozen for the audit")).ToBeVisibleAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => PushAsync(source, "2.0", "kept/app:1.0"));
        Assert.Contains("Frozen for the audit", refused.Message, StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Button, new() { Name = "Take off" }).ClickAsync();
        await Dialog(page, "Take this lock off?").GetByRole(AriaRole.Button, new() { Name = "Take off" }).ClickAsync();
        await Assertions.Expect(page.GetByText("is locked: Frozen for the audit")).ToHaveCountAsync(0);
        await PushAsync(source, "2.0", "kept/app:1.0");
        Assert.Equal(second.Digest.Text, await DigestAsync("kept/app:1.0"));

        await page.GotoAsync("/projects/kept/r/app?tab=history");
        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for 1.0" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Move back to" }).ClickAsync();
        await Dialog(page, "Move this tag back?").GetByRole(AriaRole.Button, new() { Name = "Move back" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Actions for 1.0" })).ToHaveCountAsync(2);
        Assert.Equal(first.Digest.Text, await DigestAsync("kept/app:1.0"));
    }

    [Fact]
    public async Task Copy_ToAnotherProject_NamesTheSameDigestThere()
    {
        await using var admin = await portal.AdministratorAsync();
        var page = admin.Page;
        await CreateProjectAsync("staging", -1);
        await CreateProjectAsync("released", -1);
        await using var source = await ImageSource.StartAsync();
        var image = await source.MultiAsync();
        await PushAsync(source, "2.0", "staging/app:2.0");

        await page.GotoAsync($"/projects/staging/a/{image.Digest}/app");
        await MenuAsync(page, "Copy to…");
        var copying = Dialog(page, "Copy to another repository");
        await copying.GetByLabel("To").FillAsync("released/app");
        await copying.GetByLabel("Tags").FillAsync("2.0 stable");
        await copying.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();

        await page.WaitForURLAsync("**/projects/released/a/**", new() { WaitUntil = WaitUntilState.Commit });
        await page.GotoAsync($"/projects/released/a/{image.Digest}/app?tab=tags");
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "stable" })).ToBeVisibleAsync();
        Assert.Equal(image.Digest.Text, await DigestAsync("released/app:stable"));
        Assert.Equal(image.Digest.Text, await DigestAsync("released/app:2.0"));
    }

    [Fact]
    public async Task RequestForStorage_Granted_LiftsTheLimit()
    {
        await using var admin = await portal.AdministratorAsync();
        var page = admin.Page;
        await CreateProjectAsync("tight", 400);
        await using var source = await ImageSource.StartAsync();
        var image = await source.SingleAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => PushAsync(source, "1.0", "tight/app:1.0"));
        Assert.Contains("upper limit", refused.Message, StringComparison.Ordinal);

        await page.GotoAsync("/projects/tight/settings");
        await page.GetByRole(AriaRole.Button, new() { Name = "Request more" }).ClickAsync();
        var asking = Dialog(page, "Request more storage");
        await asking.GetByLabel("The project should be able to hold").FillAsync("50 MB");
        await asking.GetByLabel("Why").FillAsync("The first image does not fit");
        await asking.GetByRole(AriaRole.Button, new() { Name = "Send request" }).ClickAsync();
        await Assertions.Expect(page.GetByText("asked for 50.0 MB")).ToBeVisibleAsync();

        await page.GotoAsync("/admin/quotas");
        await page.GetByRole(AriaRole.Button, new() { Name = "Decide on the request of tight" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Grant" }).ClickAsync();
        var granting = Dialog(page, "Grant the request");
        await granting.GetByLabel("Your answer").FillAsync("There is room");
        await granting.GetByRole(AriaRole.Button, new() { Name = "Grant" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "There is room" })).ToBeVisibleAsync();

        await PushAsync(source, "1.0", "tight/app:1.0");
        Assert.Equal(image.Digest.Text, await DigestAsync("tight/app:1.0"));
    }

    static string ArtifactPage(BuiltArtifact artifact) => $"/projects/kept/a/{artifact.Digest}/app";

    static ILocator Dialog(IPage page, string title) => page.GetByRole(AriaRole.Dialog, new() { Name = title });

    static async Task MenuAsync(IPage page, string item)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "More actions" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
    }

    Task PushAsync(ImageSource source, string tag, string to) =>
        PortalFixture.ToolAsync("skopeo", ["copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false", "--dest-creds", Credentials, $"docker://{source.Host}/src/app:{tag}", $"docker://{portal.Host}/{to}"]);

    async Task<string> DigestAsync(string image) =>
        (await PortalFixture.ToolAsync("skopeo", ["inspect", "--tls-verify=false", "--creds", Credentials, "--format", "{{.Digest}}", $"docker://{portal.Host}/{image}"])).Trim();

    static string Credentials => $"admin:{PortalFixture.AdminPassword}";

    async Task CreateProjectAsync(string name, long limit)
    {
        using var http = new HttpClient { BaseAddress = portal.Url };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials)));
        (await http.PostAsJsonAsync("/api/v2.0/projects", new JsonObject { ["project_name"] = name, ["storage_limit"] = limit })).EnsureSuccessStatusCode();
    }
}
