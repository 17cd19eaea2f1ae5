using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>
/// Clean-up as people meet it: rules with a preview, a dry run, a run, its undo from the trash, then a collection of the garbage that frees bytes on the disk while everything that was kept
/// can be pulled.
/// </summary>
[Collection("portal")]
public sealed class CleanupJourney(PortalFixture portal)
{
    const string Project = "cleanup";
    static readonly DateTimeOffset Built = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Rules_AreSeen_Run_Undone_AndTheirGarbageIsFreed()
    {
        await using var admin = await portal.AdministratorAsync();
        var page = admin.Page;
        using var http = Administrator();
        (await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = Project })).EnsureSuccessStatusCode();
        var (kept, going) = (await PushAsync("1.0.0", 1), await PushAsync("pr-7", 2));
        await PushAsync("pr-8", 3);

        await BuildRulesAsync(page);
        await RunAsync(page, "Dry run");
        Assert.Equal(going.Digest.Text, await DigestAsync("pr-7"));
        await RunAsync(page, "Run now");
        await Assert.ThrowsAsync<InvalidOperationException>(() => DigestAsync("pr-7"));
        Assert.Equal(kept.Digest.Text, await DigestAsync("1.0.0"));

        await page.GotoAsync($"/projects/{Project}/trash");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = $"{Project}/app" }).First;
        await row.GetByRole(AriaRole.Button, new() { Name = "Actions for" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Restore", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Restore", Exact = true }).ClickAsync();
        await UntilAsync(async () => await TryDigestAsync("pr-7") == going.Digest.Text);

        await CollectAsync(http, going);
        Assert.Equal(kept.Digest.Text, await DigestAsync("1.0.0"));
        await PortalFixture.ToolAsync("skopeo", ["copy", "--src-tls-verify=false", "--src-creds", Credentials, $"docker://{portal.Host}/{Project}/app:1.0.0", $"dir:{Directory.CreateTempSubdirectory("portal-kept-").FullName}"]);
        await page.GotoAsync("/admin/garbage-collection");
        await Assertions.Expect(page.GetByText("What the last run did")).ToBeVisibleAsync();
    }

    /// <summary>Adds a rule in the builder, sees what it does, takes one tag out of it again and saves.</summary>
    static async Task BuildRulesAsync(IPage page)
    {
        await page.GotoAsync($"/projects/{Project}/retention");
        await AddRuleAsync(page, "Move to trash", "pr-*");
        await Assertions.Expect(Verdict(page, "app:pr-7")).ToContainTextAsync("rule 1");
        await Assertions.Expect(Verdict(page, "app:pr-8")).ToContainTextAsync("rule 1");
        await AddRuleAsync(page, "Keep", "pr-8");
        await page.GetByRole(AriaRole.Button, new() { Name = "Move rule 2 up" }).ClickAsync();
        await Assertions.Expect(Verdict(page, "app:pr-7")).ToContainTextAsync("rule 2");
        await Assertions.Expect(Verdict(page, "app:pr-8")).ToContainTextAsync("rule 1");
        await page.GetByLabel("Stops to ask above, in percent of tags").FillAsync("100");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save rules" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "are saved" })).ToBeVisibleAsync();
    }

    static ILocator Verdict(IPage page, string tag) => page.GetByRole(AriaRole.Row).Filter(new() { HasText = tag });

    static async Task AddRuleAsync(IPage page, string action, string tags)
    {
        var fields = page.Locator("details.rule-input");
        if (await fields.GetAttributeAsync("open") is null) await fields.Locator("summary").ClickAsync();
        await page.GetByLabel("Do", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = action });
        await page.GetByLabel("Tags", new() { Exact = true }).FillAsync(tags);
        await fields.GetByRole(AriaRole.Button, new() { Name = "Add rule" }).ClickAsync();
    }

    async Task RunAsync(IPage page, string button)
    {
        await page.GotoAsync($"/projects/{Project}/retention");
        var before = await RunsAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        await UntilAsync(async () => await RunsAsync() > before);
    }

    /// <summary>Runs of retention that have ended well.</summary>
    async Task<int> RunsAsync()
    {
        using var http = Administrator();
        var runs = JsonNode.Parse(await http.GetStringAsync(new Uri("/api/portal/jobs/runs?kind=RETENTION&status=success&page_size=100", UriKind.Relative)))!;
        return runs.AsArray().Count;
    }

    /// <summary>Takes an artifact out of the trash's reach and collects: its layer is gone from the disk afterwards.</summary>
    async Task CollectAsync(HttpClient http, BuiltArtifact artifact)
    {
        var layer = portal.BlobFile(artifact.Blobs.MaxBy(b => b.Size)!.Digest);
        Assert.True(File.Exists(layer));
        (await http.PutAsJsonAsync("/api/v2.0/configurations", new { gc_grace_minutes = 0 })).EnsureSuccessStatusCode();
        (await http.DeleteAsync(new Uri($"/api/v2.0/projects/{Project}/repositories/app/artifacts/{artifact.Digest}", UriKind.Relative))).EnsureSuccessStatusCode();
        await using var admin = await portal.AdministratorAsync();
        var page = admin.Page;
        await page.GotoAsync($"/projects/{Project}/trash");
        var actions = page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {Project}/app@{artifact.Digest}" });
        await actions.First.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete for good" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync($"{Project}/app@{artifact.Digest}");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        await Assertions.Expect(actions).ToHaveCountAsync(0);
        await page.GotoAsync("/admin/garbage-collection");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await UntilAsync(() => Task.FromResult(!File.Exists(layer)));
    }

    static async Task UntilAsync(Func<Task<bool>> reached)
    {
        for (var i = 0; i < 600 && !await reached(); i++) await Task.Delay(100);
        Assert.True(await reached());
    }

    async Task<BuiltArtifact> PushAsync(string tag, int seed)
    {
        var image = new OciImageBuilder(Built.AddMinutes(seed)).On("linux", "amd64").RandomLayer(300_000, seed).Cmd($"/bin/{tag}").Build();
        Assert.True(TagName.TryParse(tag, out var name));
        using var http = new HttpMessageInvoker(RegistryClient.CreateHandler());
        var pushed = await ImagePusher.PushAsync(new(http, new(portal.Url, new("admin", PortalFixture.AdminPassword))), $"{Project}/app", image, [name]);
        Assert.True(pushed.Ok, pushed.Error?.ToString());
        return image;
    }

    async Task<string> DigestAsync(string tag) =>
        (await PortalFixture.ToolAsync("skopeo", ["inspect", "--tls-verify=false", "--creds", Credentials, "--format", "{{.Digest}}", $"docker://{portal.Host}/{Project}/app:{tag}"])).Trim();

    async Task<string> TryDigestAsync(string tag)
    {
        try
        {
            return await DigestAsync(tag);
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    static string Credentials => $"admin:{PortalFixture.AdminPassword}";

    HttpClient Administrator()
    {
        var http = new HttpClient { BaseAddress = portal.Url };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials)));
        return http;
    }
}
