using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace Portal.Integration.Tests.Web;

/// <summary>The pages of access tokens and robots: what is made there works, is shown once, and is nobody else's.</summary>
[Collection(PortalSiteTests.Name)]
public sealed class MachinePagesTests(PortalSite site)
{
    static string Copied(SiteAnswer page, string pattern) => Regex.Matches(page.Html, "data-copy=\"([^\"]+)\"").Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).First(t => Regex.IsMatch(t, $"^{pattern}$"));

    static string IdOf(SiteAnswer page, string who) => Regex.Match(page.Html, $"data-fill-id=\"([0-9]+)\"[^>]*data-fill-who=\"{Regex.Escape(who)}\"").Groups[1].Value;

    [Fact]
    public async Task Token_Made_IsShownOnceAndRevoked()
    {
        var person = await site.NewPersonAsync("token-owner");
        var made = await person.PostAsync("/profile/tokens", "create", ("Create.Name", "laptop"), ("Create.Scope", "read"), ("Create.Days", "30"), ("Create.Project", ""), ("Create.AllowedFrom", ""));
        var token = Copied(made, "ptl_[0-9A-Za-z]{49}");
        var list = await person.GetAsync("/profile/tokens");
        Assert.DoesNotContain(token, list.Html, StringComparison.Ordinal);
        Assert.Contains("laptop", list.Text, StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2.0/users/current");
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await site.Stranger().SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/profile/tokens", (await person.PostAsync("/profile/tokens", "revoke", ("id", IdOf(list, "laptop")))).Location);
        Assert.Contains("Revoked", (await person.GetAsync("/profile/tokens")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_BadInput_IsSaidBesideItsField()
    {
        var person = await site.NewPersonAsync("token-careless");
        var refused = await person.PostAsync("/profile/tokens", "create", ("Create.Name", "x"), ("Create.Scope", "read"), ("Create.Days", "30"), ("Create.Project", "no-such-project"));
        Assert.Contains("The project was not found.", refused.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"x\"", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SystemRobot_MadeRotatedDisabledAndDeleted()
    {
        var made = await site.Admin.PostAsync("/admin/robots/new", "create", ("Create.Name", "mirror"), ("Create.Days", "30"), ("Create.Projects", "*"), ("Create.Preset", "pull"), ("Create.SystemRights", "catalog:read"));
        var secret = Copied(made, "[0-9A-Za-z]{32}");
        var list = await site.Admin.GetAsync("/admin/robots");
        Assert.DoesNotContain(secret, list.Html, StringComparison.Ordinal);
        Assert.Contains("robot$mirror", list.Text, StringComparison.Ordinal);
        var id = IdOf(list, "robot$mirror");
        var weak = await site.Admin.PostAsync("/admin/robots", "rotate", ("id", id), ("who", "robot$mirror"), ("overlap", "24"), ("secret", "weak"));
        Assert.Contains("A secret has 8 to 128 characters", weak.Text, StringComparison.Ordinal);
        var rotated = await site.Admin.PostAsync("/admin/robots", "rotate", ("id", id), ("who", "robot$mirror"), ("overlap", "24"), ("secret", ""));
        Assert.NotEqual(secret, Copied(rotated, "[0-9A-Za-z]{32}"));
        Assert.Contains("Old secret works until", (await site.Admin.GetAsync("/admin/robots")).Text, StringComparison.Ordinal);
        foreach (var (form, text) in ((string, string)[])[("end-old", "Active"), ("disable", "Disabled"), ("enable", "Active")])
        {
            Assert.Equal("/admin/robots", (await site.Admin.PostAsync("/admin/robots", form, ("id", id))).Location);
            Assert.Contains(text, (await site.Admin.GetAsync("/admin/robots")).Text, StringComparison.Ordinal);
        }
        Assert.Equal("/admin/robots", (await site.Admin.PostAsync("/admin/robots", "delete", ("id", id))).Location);
        Assert.DoesNotContain("robot$mirror", (await site.Admin.GetAsync("/admin/robots")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SystemRobot_Edited_HasOtherRightsInOtherPlaces()
    {
        await site.NewProjectAsync("edit-one");
        await site.NewProjectAsync("edit-two");
        await site.Admin.PostAsync("/admin/robots/new", "create", ("Create.Name", "changing"), ("Create.Days", "30"), ("Create.Projects", "edit-one"), ("Create.Preset", "pull"));
        var id = IdOf(await site.Admin.GetAsync("/admin/robots"), "robot$changing");
        var form = await site.Admin.GetAsync($"/admin/robots/{id}/edit");
        Assert.Contains("name=\"projects-0\" type=\"text\" value=\"edit-one\"", form.Html, StringComparison.Ordinal);

        var saved = await site.Admin.PostAsync($"/admin/robots/{id}/edit", "edit", ("description", "Moves"), ("days", "-1"), ("state", "off"),
            ("projects-0", "edit-one"), ("rights-0", "repository:pull"), ("projects-1", "edit-two, *"), ("rights-1", "repository:push"), ("rights-1", "repository:pull"), ("system", "catalog:read"));

        Assert.Equal($"/admin/robots/{id}", saved.Location);
        var shown = (await site.Admin.GetAsync($"/admin/robots/{id}")).Text;
        Assert.All((string[])["Moves", "Disabled", "edit-two", "Every project", "The system"], t => Assert.Contains(t, shown, StringComparison.Ordinal));
        Assert.DoesNotContain("Expires", shown, StringComparison.Ordinal);
        Assert.Contains("Tick what the robot may do in edit-two.", (await site.Admin.PostAsync($"/admin/robots/{id}/edit", "edit", ("description", ""), ("days", "1"), ("projects-0", "edit-two"))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProjectRobot_Edited_ByItsAdmin_KeepsWhatTheyLack()
    {
        await site.NewProjectAsync("edit-own");
        var maintainer = await site.NewMemberAsync("edit-own", "robot-editor", "project-admin");
        await maintainer.PostAsync("/projects/edit-own/robots/new", "create", ("Create.Name", "ci"), ("Create.Days", "30"), ("Create.Preset", "pull"));
        var id = IdOf(await maintainer.GetAsync("/projects/edit-own/robots"), "robot$edit-own&#x2B;ci");
        var url = $"/projects/edit-own/robots/{id}";

        Assert.Equal(url, (await maintainer.PostAsync(url + "/edit", "edit", ("description", "Builds"), ("days", "60"), ("state", "on"), ("rights-0", "repository:pull"), ("rights-0", "repository:push"))).Location);

        var page = (await maintainer.GetAsync(url)).Text;
        Assert.Contains("Builds", page, StringComparison.Ordinal);
        Assert.Contains("repository:push", page, StringComparison.Ordinal);
        Assert.DoesNotContain("tag:list", page, StringComparison.Ordinal);
        var guest = await site.NewMemberAsync("edit-own", "robot-guest", "guest");
        Assert.Equal(404, (await guest.GetAsync(url + "/edit")).Status);
        // a robot of another place is none at this address
        Assert.Equal(404, (await site.Admin.GetAsync($"/admin/robots/{id}/edit")).Status);
    }

    [Theory]
    [InlineData("/admin/robots"), InlineData("/admin/robots/1/edit"), InlineData("/admin/robots/new"), InlineData("/projects/none-here/robots"), InlineData("/projects/none-here/robots/new")]
    public async Task Page_WithoutTheRight_FindsNothing(string path)
    {
        var person = await site.NewPersonAsync("norobots" + path.Replace('/', '-'));
        Assert.Equal(404, (await person.GetAsync(path)).Status);
    }
}
