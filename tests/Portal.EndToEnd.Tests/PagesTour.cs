using System.Net.Http.Json;
using System.Text;
using Microsoft.Playwright;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>Every page, wide and narrow, light and dark: no console error, no sideways scroll, nothing serious for axe. The pictures go into the user guide.</summary>
[Collection("portal")]
public sealed class PagesTour(PortalFixture portal) : IAsyncLifetime
{
    const string Project = "tour";
    static readonly BuiltArtifact Image = OciArtifacts.Index([Built("amd64"), Built("arm64")]);

    static readonly string[] ReleaseManager =
        ["project:read", "repository:list", "repository:read", "repository:pull", "repository:push", "artifact:read", "artifact:list", "artifact:create", "tag:list", "tag:create", "tag:delete", "scan:read", "scan:create", "member:read", "member:list", "immutable-tag:list"];

    public static TheoryData<string, string> Pages => new()
    {
        { "home", "/" },
        { "projects", "/projects" },
        { "project", $"/projects/{Project}" },
        { "repositories", $"/projects/{Project}/repositories" },
        { "repository", $"/projects/{Project}/r/storefront" },
        { "tag-history", $"/projects/{Project}/r/storefront?tab=history" },
        { "artifact", $"/projects/{Project}/a/{Image.Digest}/storefront" },
        { "layers", $"/projects/{Project}/a/{Image.Children[0].Digest}/storefront?tab=layers" },
        { "attached", $"/projects/{Project}/a/{Image.Digest}/storefront?tab=attached" },
        { "members", $"/projects/{Project}/members" },
        { "member-roles", $"/projects/{Project}/members?tab=roles" },
        { "project-access", $"/projects/{Project}/access?subject=tomas&right=repository:push&on=storefront:latest" },
        { "project-access-who", $"/projects/{Project}/access?ask=who&right=repository:push" },
        { "project-audit", $"/projects/{Project}/audit" },
        { "robots", $"/projects/{Project}/robots" },
        { "new-robot", $"/projects/{Project}/robots/new" },
        { "robot", $"/projects/{Project}/robots/1" },
        { "edit-robot", $"/projects/{Project}/robots/1/edit" },
        { "edit-system-robot", "/admin/robots/3/edit" },
        { "system-robots", "/admin/robots" },
        { "new-system-robot", "/admin/robots/new" },
        { "tokens", "/profile/tokens" },
        { "rules", $"/projects/{Project}/rules?tags=3.*" },
        { "locks", $"/projects/{Project}/rules?tab=locks" },
        { "content-types", $"/projects/{Project}/rules?tab=content" },
        { "artifact-tags", $"/projects/{Project}/a/{Image.Digest}/storefront?tab=tags" },
        { "settings", $"/projects/{Project}/settings" },
        { "search", "/search?q=store" },
        { "users", "/admin/users" },
        { "import-users", "/admin/users/import" },
        { "system-members", "/admin/members" },
        { "groups", "/admin/groups" },
        { "group", "/admin/groups/1" },
        { "group-rules", "/admin/group-rules?source=oidc&name=team-tour-dev" },
        { "retention", $"/projects/{Project}/retention" },
        { "retention-runs", $"/projects/{Project}/retention?tab=runs" },
        { "system-retention", "/admin/retention" },
        { "quotas", "/admin/quotas" },
        { "jobs", "/jobs" },
        { "job", "/jobs/1" },
        { "project-jobs", $"/projects/{Project}/jobs" },
        { "trash", $"/projects/{Project}/trash" },
        { "trash-bulk", $"/projects/{Project}/trash/bulk?repositories=**&tags=1*" },
        { "system-trash", "/admin/trash" },
        { "garbage-collection", "/admin/garbage-collection" },
        { "sign-in-settings", "/admin/sign-in" },
        { "roles", "/admin/roles" },
        { "role", "/admin/roles/4" },
        { "role-custom", "/admin/roles/12" },
        { "access", "/admin/access?subject=yuki&right=repository:push&on=tour/storefront:release-4" },
        { "access-token", "/admin/access?subject=token:1&right=tag:delete&on=tour/storefront:release-4" },
        { "access-from-token", "/admin/access?ask=token" },
        { "system-rules", "/admin/rules" },
        { "system", "/admin/system" },
        { "audit", "/admin/audit" },
        { "profile", "/profile" },
        { "not-found", "/projects/nothing-of-this-name" },
    };

    [Theory, MemberData(nameof(Pages))]
    public async Task Page_LooksRightAndIsAccessible(string name, string path)
    {
        await using var admin = await portal.AdministratorAsync();
        await admin.Page.GotoAsync(path);
        await Assertions.Expect(admin.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await admin.ShootAllAsync(name);
        await admin.CheckAccessibilityAsync();
        await admin.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await admin.CheckAccessibilityAsync();
        if (name == "not-found") admin.Forgive("404");
    }

    [Fact]
    public async Task SignIn_LooksRightAndRefusesInWords()
    {
        await using var visitor = await Visitor.ArriveAsync(portal);
        await visitor.Page.GotoAsync("/sign-in");
        await visitor.ShootAllAsync("sign-in");
        await visitor.CheckAccessibilityAsync();
        await visitor.SignInAsync("nobody", "not the password");
        await Assertions.Expect(visitor.Page.Locator("main, body").First).ToContainTextAsync("The user name or password is wrong.");
        visitor.Forgive("401");
    }

    [Fact]
    public async Task Keyboard_FindsAnImageFromAnywhere()
    {
        await using var admin = await portal.AdministratorAsync();
        await admin.Page.GotoAsync("/");
        await admin.Page.Keyboard.PressAsync("/");
        await admin.Page.GetByRole(AriaRole.Combobox).FillAsync($"{Project}/storefront:latest");
        await Assertions.Expect(admin.Page.GetByRole(AriaRole.Option).First).ToContainTextAsync("storefront");
        await admin.ShootAsync("palette-1280-light");
        await admin.Page.Keyboard.PressAsync("Enter");
        await admin.Page.WaitForURLAsync($"**/projects/{Project}/**", new() { WaitUntil = WaitUntilState.Commit });
    }

    [Fact]
    public async Task Quotas_AreChangedWhereTheyStand()
    {
        await using var admin = await portal.AdministratorAsync();
        var page = admin.Page;
        await page.GotoAsync($"/admin/quotas?q={Project}");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {Project}" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Change limits" }).ClickAsync();
        var limit = page.GetByLabel("The project may hold");
        await Assertions.Expect(limit).ToHaveValueAsync("3600 kB");
        await Assertions.Expect(page.GetByLabel("Each of its repositories")).ToHaveValueAsync("default");
        await limit.FillAsync("much");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save limits" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("A size is a number with a unit");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {Project}" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Change limits" }).ClickAsync();
        await limit.FillAsync("3.6 MB");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save limits" }).ClickAsync();
        await Assertions.Expect(page.GetByText($"The limits of {Project} are saved")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {Project}" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Count again" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Count again" }).ClickAsync();
        await Assertions.Expect(page.GetByText($"The account of {Project} is right")).ToBeVisibleAsync();
    }

    public async Task InitializeAsync()
    {
        await using var admin = await portal.AdministratorAsync();
        using var http = new HttpClient { BaseAddress = portal.Url };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{PortalFixture.AdminPassword}")));
        using var found = await http.GetAsync(new Uri($"/api/v2.0/projects/{Project}", UriKind.Relative));
        if (found.IsSuccessStatusCode) return;
        await PostAsync(http, "/api/v2.0/projects", new { project_name = Project, metadata = new { @public = "true" } });
        foreach (var (name, real, role) in ((string, string, int)[])[("ines", "Ines Okafor", 4), ("tomas", "Tomas Lind", 2), ("yuki", "Yuki Tanaka", 3)])
        {
            await PostAsync(http, "/api/v2.0/users", new { username = name, realname = real, email = $"{name}@example.com", password = "Some long password 1" });
            await PostAsync(http, $"/api/v2.0/projects/{Project}/members", new { role_id = role, member_user = new { username = name } });
        }
        foreach (var (name, description, right) in ((string, string, string)[])[("ci", "Nightly build", "push"), ("cluster", "Pulls for the cluster", "pull")])
            await PostAsync(http, "/api/v2.0/robots", new { name, description, level = "project", duration = 30, permissions = new[] { new { kind = "project", @namespace = Project, access = new[] { new { resource = "repository", action = right } } } } });
        await PostAsync(http, "/api/v2.0/robots", new { name = "mirror", description = "Copies to the other site", level = "system", duration = -1, permissions = new[] { new { kind = "project", @namespace = "*", access = new[] { new { resource = "repository", action = "pull" } } } } });
        await PostAsync(http, "/api/portal/robots/1/trusts", new { name = "Release pipeline", kind = "github", audience = "portal", conditions = new[] { new { claim = "repository", match = "equals", value = "acme/storefront" } } });
        await PostAsync(http, "/api/portal/tokens", new { name = "laptop", scopes = new[] { "write" }, days = 30, allowed_from = new[] { "10.2.0.0/16" } });
        await PostAsync(http, "/api/v2.0/usergroups", new { group_name = "Release crew", group_type = 2 });
        await PostAsync(http, "/api/portal/groups/1/members", new { username = "ines" });
        await PostAsync(http, "/api/v2.0/usergroups", new { group_name = $"team-{Project}-dev", group_type = 3 });
        await PostAsync(http, "/api/portal/group-mapping-rules", new { pattern = "team-(*)-dev", project = "$1", role = "developer" });
        await PostAsync(http, "/api/portal/group-mapping-rules", new { source = "ldap", pattern = "cn=(*)-readers,ou=groups,**", project = "$1", role = "guest" });
        // the first custom role comes after the eleven that ship
        await PostAsync(http, "/api/portal/roles", new { title = "Release manager", description = "Cleans up and promotes before a release.", permissions = ReleaseManager });
        await PostAsync(http, "/api/portal/bindings", new { project = Project, subjectKind = "user", subject = "yuki", role = "release-manager", tagPattern = "release-*", until = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        using var invoker = new HttpMessageInvoker(RegistryClient.CreateHandler());
        var client = new RegistryClient(invoker, new(portal.Url, new("admin", PortalFixture.AdminPassword)));
        await PushAsync(client, "storefront", Image, "3.1.0", "3.1", "latest");
        await PushAsync(client, "storefront", Built("amd64", "older"), "3.0.4");
        await PushAsync(client, "storefront", OciArtifacts.Sbom(Image, [("zlib", "1.3.1", "pkg:generic/zlib@1.3.1")], DateTimeOffset.UnixEpoch));
        await PostAsync(http, $"/api/portal/projects/{Project}/immutability-rules", new { name = "Releases", tags = new { pattern = "[0-9]*.[0-9]*.[0-9]*" } });
        await PostAsync(http, $"/api/portal/projects/{Project}/immutability-rules", new { tags = new { pattern = "nightly-*" }, repositories = new { pattern = "charts/**", excludes = true }, expirable = true });
        await PostAsync(http, "/api/portal/immutability-rules", new { name = "Signed off", tags = new { kind = "regex", pattern = "signed-off-[0-9]+" } });
        await PostAsync(http, "/api/v2.0/projects", new { project_name = "legacy" });
        using var exempt = await http.PutAsJsonAsync(new Uri("/api/portal/projects/legacy/immutability-exemption", UriKind.Relative), new { reason = "Its builds overwrite their tags until the end of the year" });
        Assert.True(exempt.IsSuccessStatusCode);
        await PostAsync(http, $"/api/portal/projects/{Project}/locks", new { repository = "storefront", tag = "latest", reason = "Frozen for the sale", until = new DateTimeOffset(2027, 1, 8, 0, 0, 0, TimeSpan.Zero) });
        await PushAsync(client, "charts/storefront", OciArtifacts.HelmChart("storefront", "1.4.0", "3.1.0", "The shop window", DateTimeOffset.UnixEpoch), "1.4.0");
        using var project = System.Text.Json.JsonDocument.Parse(await http.GetStringAsync(new Uri($"/api/v2.0/projects/{Project}", UriKind.Relative)));
        var id = project.RootElement.GetProperty("project_id").GetInt32();
        using (var limited = await http.PutAsJsonAsync(new Uri($"/api/v2.0/quotas/{id}", UriKind.Relative), new { hard = new { storage = 3_600_000 } })) limited.EnsureSuccessStatusCode();
        await PostAsync(http, "/api/v2.0/system/purgeaudit/schedule", new { schedule = new { type = "Manual" }, parameters = new { audit_retention_hour = 8760, dry_run = true } });
        await PostAsync(http, "/api/v2.0/system/purgeaudit/schedule", new { schedule = new { type = "Custom", cron = "0 30 4 * * 1" }, parameters = new { audit_retention_hour = 8760, dry_run = false } });
        await PostAsync(http, $"/api/portal/quotas/{id}/requests", new { bytes = 20_000_000, reason = "Nightly builds for two more platforms begin in December." });
    }

    public Task DisposeAsync() => Task.CompletedTask;

    static BuiltArtifact Built(string architecture, string text = "hello") => new OciImageBuilder(new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero)).On("linux", architecture)
        .RandomLayer(1_800_000, 1).RandomLayer(architecture == "amd64" ? 640_000 : 590_000, text.Length * 7 + architecture.Length + architecture[0]).Step("ENV PORT=8080").File("srv/index.html", $"<h1>{text}</h1>", "COPY site /srv # buildkit").Expose("8080/tcp").Entrypoint("/bin/serve").Label("org.opencontainers.image.source", "https://git.example/storefront").Build();

    static async Task PushAsync(RegistryClient client, string repository, BuiltArtifact artifact, params string[] tags)
    {
        var pushed = await ImagePusher.PushAsync(client, $"{Project}/{repository}", artifact, [.. tags.Select(t => TagName.TryParse(t, out var tag) ? tag : throw new ArgumentException(t))]);
        Assert.True(pushed.Ok, pushed.Error?.ToString());
    }

    static async Task PostAsync(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }
}
