using Xunit;

namespace Portal.Integration.Tests.Web;

[Collection(PortalSiteTests.Name)]
public sealed class GroupPagesTests(PortalSite site)
{
    [Fact]
    public async Task LocalGroup_MadeFilledAndDeleted_ShowsWhatHappens()
    {
        await site.NewPersonAsync("grouped");
        var made = await site.Admin.PostAsync("/admin/groups", "create", ("Create.Source", "local"), ("Create.Name", "Page crew"), ("Create.Description", "Who pages"));
        Assert.StartsWith("/admin/groups/", made.Location, StringComparison.Ordinal);

        Assert.Equal(made.Location, (await site.Admin.PostAsync(made.Location!, "add", ("username", "grouped"))).Location);
        var page = await site.Admin.GetAsync(made.Location!);
        Assert.Equal("Page crew", page.Heading);
        Assert.Contains("grouped", page.Text, StringComparison.Ordinal);
        Assert.Contains("is in the group already", (await site.Admin.PostAsync(made.Location!, "add", ("username", "grouped"))).Text, StringComparison.Ordinal);

        var id = made.Location!.Split('/')[^1];
        Assert.Contains("1 person loses", (await site.Admin.GetAsync("/admin/groups?q=Page")).Html, StringComparison.Ordinal);
        Assert.Equal("/admin/groups", (await site.Admin.PostAsync("/admin/groups", "delete", ("id", id), ("who", "Page crew"))).Location);
        Assert.Equal(404, (await site.Admin.GetAsync(made.Location!)).Status);
    }

    [Fact]
    public async Task Create_NameTakenOrEmpty_SaysWhyInTheDialog()
    {
        await site.Admin.PostAsync("/admin/groups", "create", ("Create.Source", "local"), ("Create.Name", "taken crew"));

        Assert.Contains("There is a group named taken crew", (await site.Admin.PostAsync("/admin/groups", "create", ("Create.Source", "local"), ("Create.Name", "taken crew"))).Text, StringComparison.Ordinal);
        Assert.Contains("A group's name has 1 to 255 characters", (await site.Admin.PostAsync("/admin/groups", "create", ("Create.Source", "local"), ("Create.Name", ""))).Text, StringComparison.Ordinal);
        Assert.Contains("ldap_group_dn is a distinguished name", (await site.Admin.PostAsync("/admin/groups", "create", ("Create.Source", "ldap"), ("Create.External", "devs"))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_WrongThenRight_AreTriedOnThePage()
    {
        var wrong = await site.Admin.PostAsync("/admin/group-rules", "create", ("Draft.Pattern", "page-("), ("Draft.Project", "$1"), ("Draft.Role", "guest"));
        Assert.Contains("is never closed", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"page-(\"", wrong.Html, StringComparison.Ordinal);

        Assert.Equal("/admin/group-rules", (await site.Admin.PostAsync("/admin/group-rules", "create", ("Draft.Pattern", "page-(*)"), ("Draft.Project", "none-$1"), ("Draft.Role", "guest"))).Location);
        var tried = await site.Admin.GetAsync("/admin/group-rules?source=oidc&name=page-x");
        Assert.Contains("Would give Guest in none-x", tried.Text, StringComparison.Ordinal);
        Assert.Contains("but there is no such project.", tried.Text, StringComparison.Ordinal);
        var id = System.Text.RegularExpressions.Regex.Match(tried.Html, "data-opens=\"edit-rule\"[^>]*data-fill-id=\"([0-9]+)\"[^>]*data-fill-pattern=\"page-\\(\\*\\)\"").Groups[1].Value;
        Assert.Equal("/admin/group-rules", (await site.Admin.PostAsync("/admin/group-rules", "edit", ("id", id), ("source", "oidc"), ("pattern", "page-(*)"), ("project", "other-$1"), ("role", "maintainer"))).Location);
        Assert.Contains("Would give Maintainer in other-x", (await site.Admin.GetAsync("/admin/group-rules?source=oidc&name=page-x")).Text, StringComparison.Ordinal);
        Assert.Contains("No rule fits", (await site.Admin.GetAsync("/admin/group-rules?source=oidc&name=nothing-like-it")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignInSettings_RefusedOrTested_KeepWhatWasTypedAndNeverShowThePassword()
    {
        (string, string)[] typed = [("ldap_url", "ldap://127.0.0.1:1"), ("ldap_base_dn", "dc=example"), ("ldap_search_dn", "cn=me,dc=example"), ("ldap_search_password", "typed-secret-7"), ("ldap_uid", "uid"),
            ("ldap_scope", "2"), ("ldap_group_search_scope", "2"), ("ldap_timeout", "2"), ("ldap_group_attribute_name", "cn"), ("ldap_group_membership_attribute", "memberof")];

        var refused = await site.Admin.PostAsync("/admin/sign-in", "ldap", [.. typed, ("act", "save"), ("ldap_filter", "(a=b")]);
        Assert.Contains("ldap_filter is a search filter in round brackets", refused.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"ldap://127.0.0.1:1\"", refused.Html, StringComparison.Ordinal);
        var tested = await site.Admin.PostAsync("/admin/sign-in", "ldap", [.. typed, ("act", "test")]);
        Assert.Contains("The directory 127.0.0.1:1 cannot be used", tested.Text, StringComparison.Ordinal);
        Assert.Equal("/admin/sign-in", (await site.Admin.PostAsync("/admin/sign-in", "ldap", [.. typed, ("act", "save")])).Location);
        var shown = await site.Admin.GetAsync("/admin/sign-in");
        Assert.Contains("One is stored and is not shown", shown.Text, StringComparison.Ordinal);
        Assert.All((string[])[refused.Html, tested.Html, shown.Html], html => Assert.DoesNotContain("typed-secret-7", html, StringComparison.Ordinal));
    }
}
