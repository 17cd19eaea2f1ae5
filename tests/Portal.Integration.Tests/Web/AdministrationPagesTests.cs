using System.Text.RegularExpressions;
using Xunit;

namespace Portal.Integration.Tests.Web;

[Collection(PortalSiteTests.Name)]
public sealed class AdministrationPagesTests(PortalSite site)
{
    [Theory]
    [InlineData("/admin/users"), InlineData("/admin/audit"), InlineData("/admin/audit.csv"), InlineData("/admin/groups"), InlineData("/admin/groups/1"), InlineData("/admin/group-rules"), InlineData("/admin/sign-in")]
    public async Task Page_NotAnAdministrator_FindsNothing(string path)
    {
        var person = await site.NewPersonAsync("plain" + path.Replace('/', '-').Replace('.', '-'));

        Assert.Equal(404, (await person.GetAsync(path)).Status);
        Assert.DoesNotContain("href=\"/admin/users\"", (await person.GetAsync("/")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_ShortPassword_SaysWhyAndKeepsTheName()
    {
        var refused = await site.Admin.PostAsync("/admin/users", "create", ("Create.Name", "shorty"), ("Create.Password", "short"));

        Assert.Contains("A password has 10 to 128 characters", refused.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"shorty\"", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disable_SignedInPerson_IsOutAtOnce()
    {
        var person = await site.NewPersonAsync("stopped");

        Assert.Equal("/admin/users", (await ChangeAsync("disable", "stopped")).Location);
        Assert.Equal(302, (await person.GetAsync("/")).Status);
        var again = await site.Stranger().PostAsync("/sign-in", "sign-in", ("name", "stopped"), ("password", PortalSite.OwnPassword));
        Assert.Contains("The user name or password is wrong.", again.Text, StringComparison.Ordinal);
        await ChangeAsync("enable", "stopped");
        Assert.Equal(200, (await (await site.SignedInAsync("stopped", PortalSite.OwnPassword)).GetAsync("/")).Status);
    }

    [Fact]
    public async Task Promote_Person_SeesAdministrationAtOnce()
    {
        var person = await site.NewPersonAsync("rising");

        await ChangeAsync("promote", "rising");
        Assert.Equal(200, (await person.GetAsync("/admin/users")).Status);
        await ChangeAsync("demote", "rising");
        Assert.Equal(404, (await person.GetAsync("/admin/users")).Status);
    }

    [Fact]
    public async Task Reset_Password_MustBeReplacedAtTheNextSignIn()
    {
        var person = await site.NewPersonAsync("forgetful");

        await ChangeAsync("reset", "forgetful", ("password", "one-time-pass-4"));
        Assert.Equal(302, (await person.GetAsync("/")).Status);
        Assert.Equal("/first-run", (await (await site.SignedInAsync("forgetful", "one-time-pass-4")).GetAsync("/")).Location);
    }

    [Fact]
    public async Task Delete_NameNotTyped_KeepsTheAccount()
    {
        await site.NewAccountAsync("staying");

        Assert.Contains("To delete the account, type its user name.", (await ChangeAsync("delete", "staying", ("confirm", "other"))).Text, StringComparison.Ordinal);
        Assert.Contains("staying", (await site.Admin.GetAsync("/admin/users?q=staying")).Text, StringComparison.Ordinal);
        await ChangeAsync("delete", "staying", ("confirm", "staying"));
        Assert.Contains("Nothing matches", (await site.Admin.GetAsync("/admin/users?q=staying")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Home_RefusedSignIns_AskTheAdministratorToLook()
    {
        await site.Stranger().PostAsync("/sign-in", "sign-in", ("name", "not-anybody"), ("password", "wrong-guess"));

        Assert.Matches("sign-ins? (was|were) refused since yesterday", (await site.Admin.GetAsync("/")).Text);
        Assert.Contains("not-anybody", (await site.Admin.GetAsync("/admin/audit?action=sign-in&result=refused")).Text, StringComparison.Ordinal);
    }

    async Task<SiteAnswer> ChangeAsync(string form, string name, params (string Name, string Value)[] more)
    {
        var page = await site.Admin.GetAsync($"/admin/users?q={name}");
        var id = Regex.Match(page.Html, $"data-fill-id=\"(\\d+)\" data-fill-who=\"{name}\"").Groups[1].Value;
        return await site.Admin.PostAsync("/admin/users", form, [("id", id), ("who", name), .. more]);
    }
}
