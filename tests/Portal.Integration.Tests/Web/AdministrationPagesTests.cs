using System.Text.RegularExpressions;
using Xunit;

namespace Portal.Integration.Tests.Web;

[Collection(PortalSiteTests.Name)]
public sealed class AdministrationPagesTests(PortalSite site)
{
    [Theory]
    [InlineData("/admin/users"), InlineData("/admin/audit"), InlineData("/admin/audit.csv"), InlineData("/admin/groups"), InlineData("/admin/groups/1"), InlineData("/admin/group-rules"), InlineData("/admin/sign-in")]
    [InlineData("/admin/roles"), InlineData("/admin/roles/1"), InlineData("/admin/access"), InlineData("/admin/access.csv?subject=admin"), InlineData("/admin/members"), InlineData("/admin/users/import")]
    public async Task Page_NotAnAdministrator_FindsNothing(string path)
    {
        var person = await site.NewPersonAsync("plain" + path.Replace('/', '-').Replace('.', '-').Replace('?', '-').Replace('=', '-'));

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

    [Fact]
    public async Task Role_ClonedAndEdited_ShowsWhatItMayDo()
    {
        var cloned = await site.Admin.PostAsync("/admin/roles", "create", ("Create.Title", "Night shift"), ("Create.From", ""));
        Assert.Matches("^/admin/roles/[0-9]+$", cloned.Location);
        var saved = await site.Admin.PostAsync(cloned.Location!, "role", ("title", "Night shift"), ("description", "Watches"), ("right", "tag:list"), ("right", "tag:delete"));
        Assert.Equal(cloned.Location, saved.Location);

        var page = await site.Admin.GetAsync(cloned.Location!);

        Assert.Contains("Delete tags", page.Text, StringComparison.Ordinal);
        Assert.Contains("Nobody holds this role", page.Text, StringComparison.Ordinal);
        Assert.Contains("There is a role named Night shift already.", (await site.Admin.PostAsync("/admin/roles", "create", ("Create.Title", "Night shift"))).Text, StringComparison.Ordinal);
        Assert.False((await site.Admin.GetAsync("/admin/roles/1")).HasForm("role"));
    }

    [Fact]
    public async Task Access_Question_NamesWhatDecides()
    {
        await site.NewProjectAsync("asked");
        await site.NewMemberAsync("asked", "asked-dev", "developer");

        var answer = await site.Admin.GetAsync("/admin/access?subject=asked-dev&right=repository:push&on=asked/api:1.0");
        Assert.Contains("Role Developer given directly, in asked.", answer.Text, StringComparison.Ordinal);
        Assert.Contains("No.", (await site.Admin.GetAsync("/projects/asked/access?subject=asked-dev&right=tag:delete")).Text, StringComparison.Ordinal);
        Assert.Contains("asked-dev", (await site.Admin.GetAsync("/projects/asked/access?ask=who&right=repository:push")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SystemMember_GivenChangedAndTakenBack()
    {
        var person = await site.NewPersonAsync("everywhere");
        var found = await site.Admin.GetAsync("/admin/members?add=1&who=everywhere");
        Assert.Contains("value=\"everywhere\"", found.Html, StringComparison.Ordinal);

        Assert.Equal("/admin/members", (await site.Admin.PostAsync("/admin/members", "add", ("Add.User", "everywhere"), ("Add.Role", "auditor"), ("Add.Until", "2098-12-31"))).Location);

        Assert.Equal(200, (await person.GetAsync("/admin/audit")).Status);
        var page = await site.Admin.GetAsync("/admin/members?q=everywhere");
        Assert.Contains("31 Dec 2098", page.Text, StringComparison.Ordinal);
        Assert.Contains("is a member already", (await site.Admin.PostAsync("/admin/members", "add", ("Add.User", "everywhere"), ("Add.Role", "guest"))).Text, StringComparison.Ordinal);
        var id = Regex.Match(page.Html, "data-fill-member=\"([0-9]+)\" data-fill-who=\"everywhere\"").Groups[1].Value;
        Assert.Equal("/admin/members", (await site.Admin.PostAsync("/admin/members", "change", ("member", id), ("role", "guest"), ("until", ""))).Location);
        Assert.Equal(404, (await person.GetAsync("/admin/audit")).Status);
        Assert.Equal("/admin/members", (await site.Admin.PostAsync("/admin/members", "many", ("selected", id), ("action", "remove"))).Location);
        Assert.Contains("Nothing matches", (await site.Admin.GetAsync("/admin/members?q=everywhere")).Text, StringComparison.Ordinal);
        var last = Regex.Match((await site.Admin.GetAsync("/admin/members?q=admin")).Html, "data-fill-member=\"([0-9]+)\" data-fill-who=\"admin\"").Groups[1].Value;
        Assert.Contains("This is the last administrator.", (await site.Admin.PostAsync("/admin/members", "remove", ("member", last))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_OfAToken_ShowsItsLimits_AndNeverTheToken()
    {
        await site.NewProjectAsync("tokened");
        var person = await site.NewMemberAsync("tokened", "token-dev", "developer");
        var made = await person.PostAsync("/profile/tokens", "create", ("Create.Name", "narrow"), ("Create.Scope", "read"), ("Create.Days", "30"), ("Create.Project", ""), ("Create.AllowedFrom", ""));
        var token = Regex.Match(made.Html, "ptl_[0-9A-Za-z]{49}").Value;

        var looked = await site.Admin.PostAsync("/admin/access?ask=token", "token", ("token", token));

        Assert.Matches("^/admin/access\\?subject=token%3A[0-9]+$", looked.Location);
        var pushing = await site.Admin.GetAsync(looked.Location + "&right=repository:push&on=tokened/api");
        Assert.Contains("The token does not carry this right", pushing.Text, StringComparison.Ordinal);
        Assert.Contains("The token withholds it", pushing.Text, StringComparison.Ordinal);
        Assert.Contains("Yes.", (await site.Admin.GetAsync(looked.Location + "&right=repository:pull&on=tokened/api")).Text, StringComparison.Ordinal);
        Assert.Contains("Everything token-dev can reach", pushing.Text, StringComparison.Ordinal);
        Assert.Contains("Who can delete tags in tokened?", pushing.Text, StringComparison.Ordinal);
        var rest = await site.Admin.GetAsync("/api/portal/access/effective?project=tokened&token_id=" + looked.Location!.Split("%3A")[1]);
        Assert.Contains("\"withheld\":true", rest.Html, StringComparison.Ordinal);
        Assert.Contains("was not found", (await site.Admin.PostAsync("/admin/access?ask=token", "token", ("token", token[..^1] + "x"))).Text, StringComparison.Ordinal);
        // somebody else's token is none to who may not look into others' accounts
        var other = await site.NewMemberAsync("tokened", "token-admin", "project-admin");
        Assert.Contains("The access token was not found", (await other.GetAsync("/projects/tokened/access" + looked.Location["/admin/access".Length..])).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_Exported_HoldsTheAnswerAndRunsNoFormula()
    {
        await site.NewProjectAsync("exported");
        await site.NewMemberAsync("exported", "exported-dev", "developer");

        var rights = (await site.Admin.GetAsync("/admin/access.csv?subject=exported-dev&on=exported")).Html;
        Assert.StartsWith("\"subject\",\"kind\",\"right\",\"place\",\"allowed\",\"source\",\"role\",\"group\",\"binding\",\"until\"\r\n", rights, StringComparison.Ordinal);
        Assert.Contains("\"exported-dev\",\"user\",\"repository:push\",\"exported\",\"yes\",\"binding\",\"developer\",", rights, StringComparison.Ordinal);
        Assert.Contains("\"exported-dev\",\"user\",\"tag:delete\",\"exported\",\"no\",\"\"", rights, StringComparison.Ordinal);
        var holders = (await site.Admin.GetAsync("/projects/exported/access.csv?ask=who&right=repository:push")).Html;
        Assert.Contains("\"exported-dev\"", holders, StringComparison.Ordinal);
        Assert.Contains("\"admin\"", holders, StringComparison.Ordinal);
        Assert.Contains("access.csv?subject=exported-dev", (await site.Admin.GetAsync("/projects/exported/access?subject=exported-dev")).Html, StringComparison.Ordinal);
        Assert.Equal(404, (await site.Admin.GetAsync("/admin/access.csv")).Status);
    }

    async Task<SiteAnswer> ChangeAsync(string form, string name, params (string Name, string Value)[] more)
    {
        var page = await site.Admin.GetAsync($"/admin/users?q={name}");
        var id = Regex.Match(page.Html, $"data-fill-id=\"(\\d+)\" data-fill-who=\"{name}\"").Groups[1].Value;
        return await site.Admin.PostAsync("/admin/users", form, [("id", id), ("who", name), .. more]);
    }
}
