using Xunit;

namespace Portal.Integration.Tests.Web;

[Collection(PortalSiteTests.Name)]
public sealed class ProjectPagesTests(PortalSite site)
{
    [Fact]
    public async Task Create_GoodName_OpensAnEmptyProjectWithPushCommands()
    {
        await site.NewProjectAsync("fresh");

        var page = await site.Admin.GetAsync("/projects/fresh");
        Assert.Equal("fresh", page.Heading);
        Assert.Contains("No images here yet", page.Text, StringComparison.Ordinal);
        Assert.Contains($"docker push {site.Url.Authority}/fresh/my-app:1.0", page.Text, StringComparison.Ordinal);
        Assert.Contains("fresh is ready", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_BadOrTakenName_SaysWhyBesideTheField()
    {
        await site.NewProjectAsync("taken");

        var bad = await site.Admin.PostAsync("/projects", "create", ("Create.Name", "Not Good"));
        Assert.Contains("A project name has 1 to 255 lower-case letters", bad.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"Not Good\"", bad.Html, StringComparison.Ordinal);
        var taken = await site.Admin.PostAsync("/projects", "create", ("Create.Name", "taken"));
        Assert.Contains("The project named taken already exists", taken.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_Filtered_HoldsMatchesOnlyAndNothingForeign()
    {
        await site.NewProjectAsync("listed-open", isPublic: true);
        await site.NewProjectAsync("listed-closed");
        var person = await site.NewPersonAsync("looker");

        var all = await site.Admin.GetAsync("/projects?q=listed-");
        Assert.Contains("listed-open", all.Text, StringComparison.Ordinal);
        Assert.Contains("listed-closed", all.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("listed-closed", (await site.Admin.GetAsync("/projects?q=listed-&access=public")).Text, StringComparison.Ordinal);
        Assert.Contains("Nothing matches", (await site.Admin.GetAsync("/projects?q=no-such-thing")).Text, StringComparison.Ordinal);
        var seen = await person.GetAsync("/projects?q=listed-");
        Assert.Contains("listed-open", seen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("listed-closed", seen.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""), InlineData("/members"), InlineData("/access"), InlineData("/audit"), InlineData("/settings"), InlineData("/audit.csv")]
    public async Task Page_ForeignProject_AnswersLikeAMissingOne(string section)
    {
        var name = "secret" + section.Trim('/').Replace('.', '-');
        await site.NewProjectAsync(name);
        var person = await site.NewPersonAsync("outsider-" + name);

        var foreign = await person.GetAsync($"/projects/{name}{section}");
        var missing = await person.GetAsync($"/projects/missing{section}");

        Assert.Equal((404, 404), (foreign.Status, missing.Status));
        Assert.Equal("There is nothing here", foreign.Heading);
        Assert.Equal(missing.Text, foreign.Text);
    }

    [Theory]
    [InlineData("project-admin", true, true, true)]
    [InlineData("developer", true, false, false)]
    [InlineData("guest", true, false, false)]
    [InlineData("limited-guest", false, false, false)]
    public async Task Members_ByRole_ShowOnlyWhatTheRoleMayDo(string role, bool seen, bool changes, bool settings)
    {
        var project = "roles-" + role;
        await site.NewProjectAsync(project);
        var person = await site.NewMemberAsync(project, $"as-{role}", role);

        var members = await person.GetAsync($"/projects/{project}/members");

        Assert.Equal(seen, members.Text.Contains("as-" + role, StringComparison.Ordinal));
        Assert.Equal(!seen, members.Text.Contains("You can see this project, but not its members", StringComparison.Ordinal));
        Assert.Equal((changes, changes, changes), (members.HasForm("add"), members.HasForm("change"), members.HasForm("remove")));
        Assert.Equal(settings, members.Html.Contains($"href=\"/projects/{project}/settings\"", StringComparison.Ordinal));
        Assert.Equal(settings, (await person.GetAsync($"/projects/{project}/settings")).HasForm("settings"));
    }

    [Fact]
    public async Task Members_PostByAGuest_ChangesNothing()
    {
        await site.NewProjectAsync("guarded");
        var guest = await site.NewMemberAsync("guarded", "guarded-guest", "guest");

        var answer = await guest.PostAsync("/projects/guarded/members", "add", ("Add.User", "admin"), ("Add.Role", "project-admin"));

        Assert.Equal(400, answer.Status);
    }

    [Fact]
    public async Task Members_RemovedPerson_LosesThePageAtOnce()
    {
        await site.NewProjectAsync("shrinking");
        var person = await site.NewMemberAsync("shrinking", "shrunk", "developer");
        Assert.Equal(200, (await person.GetAsync("/projects/shrinking")).Status);
        var page = await site.Admin.GetAsync("/projects/shrinking/members");
        var id = System.Text.RegularExpressions.Regex.Match(page.Html, "data-fill-member=\"(\\d+)\" data-fill-who=\"shrunk\"").Groups[1].Value;

        var removed = await site.Admin.PostAsync("/projects/shrinking/members", "remove", ("member", id));

        Assert.Equal("/projects/shrinking/members", removed.Location);
        Assert.Equal(404, (await person.GetAsync("/projects/shrinking")).Status);
    }

    [Fact]
    public async Task Members_OnAPatternChangedInPlaceAndInBulk_Follow()
    {
        await site.NewProjectAsync("shaped");
        await site.NewPersonAsync("shaped-person");
        var added = await site.Admin.PostAsync("/projects/shaped/members", "add", ("Add.User", "shaped-person"), ("Add.Role", "developer"), ("Add.Tags", "v*"), ("Add.Until", "2999-12-31"));
        Assert.Equal("/projects/shaped/members", added.Location);
        var page = await site.Admin.GetAsync("/projects/shaped/members?q=shaped-person");
        Assert.Contains("**:v* only", page.Text, StringComparison.Ordinal);
        Assert.Contains("31 Dec 2999", page.Text, StringComparison.Ordinal);
        var id = System.Text.RegularExpressions.Regex.Match(page.Html, "data-fill-member=\"(\\d+)\" data-fill-who=\"shaped-person\"").Groups[1].Value;

        Assert.Equal("/projects/shaped/members", (await site.Admin.PostAsync("/projects/shaped/members", "set", ("set", $"{id}:guest"))).Location);
        Assert.Contains("Guest", (await site.Admin.GetAsync("/projects/shaped/members?q=shaped-person")).Text, StringComparison.Ordinal);
        Assert.Equal("/projects/shaped/members", (await site.Admin.PostAsync("/projects/shaped/members", "many", ("selected", id), ("action", "remove"))).Location);
        Assert.Contains("Nothing matches", (await site.Admin.GetAsync("/projects/shaped/members?q=shaped-person")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_Saved_AreShownAndAudited()
    {
        await site.NewProjectAsync("settled");

        var saved = await site.Admin.PostAsync("/projects/settled/settings", "settings", ("Settings.Description", "Now <b>described</b>"), ("Settings.Access", "public"), ("Settings.AuditPushes", "true"));

        Assert.Equal("/projects/settled/settings", saved.Location);
        var page = await site.Admin.GetAsync("/projects/settled");
        Assert.Contains("Now <b>described</b>", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>described</b>", page.Html, StringComparison.Ordinal);
        Assert.Contains("Pulls Not in the audit log", page.Text, StringComparison.Ordinal);
        Assert.Contains("Update project", (await site.Admin.GetAsync("/projects/settled/audit")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_NameNotTyped_KeepsTheProject()
    {
        await site.NewProjectAsync("kept");

        var refused = await site.Admin.PostAsync("/projects/kept/settings", "delete", ("confirm", "other"));
        Assert.Contains("To delete the project, type its name: kept.", refused.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await site.Admin.GetAsync("/projects/kept")).Status);
        var deleted = await site.Admin.PostAsync("/projects/kept/settings", "delete", ("confirm", "kept"));
        Assert.Equal("/projects", deleted.Location);
        Assert.Equal(404, (await site.Admin.GetAsync("/projects/kept")).Status);
    }

    [Fact]
    public async Task Audit_FilteredAndExported_HoldTheSameRows()
    {
        await site.NewProjectAsync("recorded");
        await site.NewMemberAsync("recorded", "recorded-dev", "developer");

        var filtered = await site.Admin.GetAsync("/projects/recorded/audit?type=member");
        Assert.Contains("Create member recorded/recorded-dev", filtered.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Create project", filtered.Text, StringComparison.Ordinal);
        Assert.Contains("\"role\": \"developer\"", filtered.Text, StringComparison.Ordinal);
        Assert.Contains("Nothing matches", (await site.Admin.GetAsync("/projects/recorded/audit?actor=nobody")).Text, StringComparison.Ordinal);
        var csv = await site.Admin.GetAsync("/projects/recorded/audit.csv?type=member");
        Assert.Equal(2, csv.Html.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"create\",\"member\",\"recorded/recorded-dev\",\"ok\"", csv.Html, StringComparison.Ordinal);
    }
}
