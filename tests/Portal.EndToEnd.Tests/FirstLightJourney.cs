using System.Text.Json;
using Microsoft.Playwright;
using Portal.Kernel;
using Portal.Registry.Images;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>What a newcomer does on the first day: first run, a project, a push, a look inside, a pull, a deletion, the audit log.</summary>
[Collection("portal")]
public sealed class FirstLightJourney(PortalFixture portal)
{
    const string Project = "journey";
    const long LargeLayer = 300L << 20;

    [Fact]
    public async Task Newcomer_PushesLooksInsidePullsAndDeletes()
    {
        await using var admin = await portal.AdministratorAsync();
        var page = admin.Page;
        await CreateProjectAsync(page);
        await using var source = await ImageSource.StartAsync();
        var single = await source.SingleAsync();
        var multi = await source.MultiAsync();
        var large = await source.LargeAsync(LargeLayer);
        var signature = await source.SignatureAsync(multi, $"{portal.Host}/{Project}/app");
        await PushAsync(source.Host, "src/app:1.0", "app:1.0");
        await PushAsync(source.Host, "src/app:2.0", "app:2.0");
        await PushAsync(source.Host, "src/app:sig", "app:signature");
        await PushAsync(source.Host, "src/large:1.0", "large:1.0");

        await LookIntoLayersAsync(page, large);
        await LookAtPlatformsAndSignatureAsync(page, multi, signature);
        await CopyPullCommandAsync(page);
        await PullAsync("app:2.0", multi.Digest);
        await PullAsync("large:1.0", large.Digest);
        await DeleteAndUndoAsync(page, single);
        await ReadAuditAsync(page);
    }

    static async Task CreateProjectAsync(IPage page)
    {
        await page.GotoAsync("/projects");
        await page.GetByRole(AriaRole.Button, new() { Name = "New project" }).First.ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "New project" });
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync(Project);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create project" }).ClickAsync();
        await page.WaitForURLAsync($"**/projects/{Project}", new() { WaitUntil = WaitUntilState.Commit });
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = Project })).ToBeVisibleAsync();
    }

    async Task PushAsync(string source, string from, string to) => await PortalFixture.ToolAsync("skopeo",
        ["copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", "--dest-creds", $"admin:{PortalFixture.AdminPassword}",
            $"docker://{source}/{from}", $"docker://{portal.Host}/{Project}/{to}"]);

    static async Task LookIntoLayersAsync(IPage page, BuiltArtifact large)
    {
        await page.GotoAsync($"/projects/{Project}/repositories");
        await page.GetByRole(AriaRole.Link, new() { Name = "large" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "1.0", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Layers" }).ClickAsync();
        var table = page.GetByRole(AriaRole.Table, new() { Name = "Layers" });
        await Assertions.Expect(table).ToBeVisibleAsync();
        var layer = large.Blobs.MaxBy(b => b.Size)!;
        await Assertions.Expect(table).ToContainTextAsync(layer.Digest.Short);
        await Assertions.Expect(table).ToContainTextAsync("315 MB");
    }

    static async Task LookAtPlatformsAndSignatureAsync(IPage page, BuiltArtifact multi, BuiltArtifact signature)
    {
        await page.GotoAsync($"/projects/{Project}/a/{multi.Digest}/app");
        await page.GetByRole(AriaRole.Link, new() { Name = "Platforms" }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("linux/arm64");
        await page.GetByRole(AriaRole.Link, new() { Name = "Attached" }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync(signature.Digest.Short);
    }

    async Task CopyPullCommandAsync(IPage page)
    {
        await page.GotoAsync($"/projects/{Project}/r/app");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Pull {Project}/app:2.0" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "podman" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy command" }).ClickAsync();
        var copied = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.StartsWith("podman pull ", copied, StringComparison.Ordinal);
        Assert.EndsWith($"{portal.Host}/{Project}/app:2.0", copied, StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Escape");
    }

    async Task PullAsync(string image, Digest expected)
    {
        var folder = Directory.CreateTempSubdirectory("portal-pull-").FullName;
        try
        {
            await PortalFixture.ToolAsync("skopeo",
                ["copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--src-creds", $"admin:{PortalFixture.AdminPassword}", $"docker://{portal.Host}/{Project}/{image}", $"dir:{folder}"]);
            Assert.Equal(expected, Digest.Sha256(await File.ReadAllBytesAsync(Path.Combine(folder, "manifest.json"))));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    async Task DeleteAndUndoAsync(IPage page, BuiltArtifact single)
    {
        await page.GotoAsync($"/projects/{Project}/a/{single.Digest}/app");
        await page.GetByRole(AriaRole.Button, new() { Name = "More actions" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Delete this artifact?" });
        await Assertions.Expect(dialog).ToContainTextAsync("1.0");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.WaitForURLAsync($"**/projects/{Project}/r/app", new() { WaitUntil = WaitUntilState.Commit });
        Assert.DoesNotContain("1.0", await TagsAsync());

        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync(single.Digest.Short);
        Assert.Contains("1.0", await TagsAsync());
        await PullAsync("app:1.0", single.Digest);
    }

    async Task<IReadOnlyList<string>> TagsAsync()
    {
        using var json = JsonDocument.Parse(await PortalFixture.ToolAsync("skopeo",
            ["list-tags", "--tls-verify=false", "--creds", $"admin:{PortalFixture.AdminPassword}", $"docker://{portal.Host}/{Project}/app"]));
        return [.. json.RootElement.GetProperty("Tags").EnumerateArray().Select(t => t.GetString()!)];
    }

    static async Task ReadAuditAsync(IPage page)
    {
        await page.GotoAsync($"/projects/{Project}/audit");
        var rows = page.GetByRole(AriaRole.Table, new() { Name = "Audit rows" });
        await Assertions.Expect(rows).ToContainTextAsync($"{Project}/app:2.0");
        await page.GotoAsync($"/projects/{Project}/audit?action=delete");
        await Assertions.Expect(rows).ToContainTextAsync($"{Project}/app");
        await page.GotoAsync($"/projects/{Project}/audit?action=restore");
        await Assertions.Expect(rows).ToContainTextAsync($"{Project}/app");
    }
}
