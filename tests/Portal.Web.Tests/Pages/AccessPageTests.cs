using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Federation;
using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Kernel;
using Portal.Web.Administration;
using Portal.Web.Federation;
using Portal.Web.Robots;
using Xunit;

namespace Portal.Web.Tests.Pages;

/// <summary>The pages of roles, robots and sign-in in their states: with something to show, empty, refused, and for somebody who may not see them.</summary>
[Collection(PagesCollection.Name)]
public sealed class AccessPageTests(PagesFixture portal) : PageContext(portal)
{
    [Fact]
    public void SystemMembers_ListsWhoHasARoleEverywhere()
    {
        var page = Open<SystemMembersPage>(Portal.Host.Admin, "/admin/members");
        Rows(page, 1);
        Shows(page, "input[name=selected][aria-label^='Select ']");
        Says(page, "1 person has a role on the whole system");
        Shows(page, "[data-opens='add']");
        // a role that holds everything can be given here
        Shows(page, "option[value='system-admin']");
    }

    [Fact]
    public void SystemMembers_FilterWithoutMatch_ShowsNoRow() => Shows(Open<SystemMembersPage>(Portal.Host.Admin, "/admin/members?kind=robots"), ".empty");

    [Fact]
    public void SystemMembers_ForAnybodyElse_AreMissing() => IsMissing(Open<SystemMembersPage>(Portal.Developer, "/admin/members"));

    [Fact]
    public void Import_WithoutADirectory_SaysSo()
    {
        Says(Open<ImportUsersPage>(Portal.Host.Admin, "/admin/users/import"), "Find people first");
        var asked = Open<ImportUsersPage>(Portal.Host.Admin, "/admin/users/import?find=ann");
        Says(asked, "The directory cannot be asked");
        Says(asked, "LDAP sign-in is not switched on.");
    }

    [Fact]
    public void Import_ForAnybodyElse_IsMissing() => IsMissing(Open<ImportUsersPage>(Portal.Developer, "/admin/users/import"));

    [Fact]
    public async Task OidcSettings_EmptyThenSet_ShowWhatIsStoredAndNeverTheSecret()
    {
        var empty = Open<SignInSettingsPage>(Portal.Host.Admin, "/admin/sign-in");
        Shows(empty, "#f-oidc_endpoint");
        Assert.False(empty.Find("input[name=oidc_enabled]").HasAttribute("checked"));
        Says(empty, "Encrypted, and never shown again");
        Says(empty, "/c/oidc/backchannel-logout for back-channel logout");

        await SetAsync(("oidc_endpoint", "https://id.example"), ("oidc_client_id", "portal"), ("oidc_client_secret", "very-secret-9"), ("oidc_enabled", "true"));
        var set = Open<SignInSettingsPage>(Portal.Host.Admin, "/admin/sign-in");
        await SetAsync(("oidc_enabled", "false"), ("oidc_endpoint", ""), ("oidc_client_secret", ""));
        Shows(set, "input[name=oidc_endpoint][value='https://id.example']");
        Assert.True(set.Find("input[name=oidc_enabled]").HasAttribute("checked"));
        Says(set, "One is stored and is not shown");
        Assert.DoesNotContain("very-secret-9", set.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OidcSettings_RefusedAndTested_SayWhatIsWrongBesideTheField()
    {
        var page = Open<SignInSettingsPage>(Portal.Host.Admin, "/admin/sign-in");
        Shows(page, "#f-oidc_endpoint");
        Post(("act", "save"), ("oidc_endpoint", "https://typed.example"), ("oidc_enabled", "true"), ("oidc_group_filter", "("));
        await page.Find("form.form:has([name=oidc_endpoint])").SubmitAsync();
        Shows(page, "[aria-invalid=true], [role=alert], .note");
        Assert.Equal("https://typed.example", page.Find("#f-oidc_endpoint").GetAttribute("value"));

        Post(("act", "test"), ("oidc_endpoint", "ftp://typed.example"));
        await page.Find("form.form:has([name=oidc_endpoint])").SubmitAsync();
        Says(page, "begins with https://");
        Shows(page, "#f-oidc_endpoint[aria-invalid=true]");
    }

    [Fact]
    public void SignInSettings_ForAnybodyElse_AreMissing() => IsMissing(Open<SignInSettingsPage>(Portal.Developer, "/admin/sign-in"));

    [Fact]
    public async Task Robot_WithoutAndWithATrust_ShowsFormsAndPipeline()
    {
        var robot = await RobotAsync("trusted");
        var page = OpenRobot<SystemRobotPage>(Portal.Host.Admin, robot);
        Says(page, "Workloads without a secret");
        Shows(page, "dialog#trust select[name=kind]");
        Shows(page, "form textarea[name=token]");
        Assert.Empty(page.FindAll("tbody [data-opens=untrust]"));

        var trust = await Portal.Host.Services.GetRequiredService<FederationService>().CreateAsync(Portal.Host.Admin, robot, Trust("Pipeline"), CancellationToken.None);
        Assert.True(trust.Ok, trust.Error?.ToString());
        var with = OpenRobot<SystemRobotPage>(Portal.Host.Admin, robot);
        Says(with, "A pipeline for Pipeline:");
        Says(with, "repository = acme/app");
        Shows(with, "[data-opens=untrust]");
    }

    [Fact]
    public async Task Trust_RefusedOrTried_SaysWhyAndKeepsWhatWasTyped()
    {
        var robot = await RobotAsync("refusing");
        var page = OpenRobot<SystemRobotPage>(Portal.Host.Admin, robot);
        Shows(page, "dialog#trust");
        Post(("id", ""), ("name", "Mine"), ("kind", "github"), ("issuer", ""), ("audience", "portal"), ("conditions", "no condition at all"), ("use", "often"), ("state", "on"));
        await page.Find("dialog#trust form").SubmitAsync();
        Says(page, "is no condition; write claim = value");
        Assert.Equal("Mine", page.Find("dialog#trust input[name=name]").GetAttribute("value"));
        Assert.True(page.Find("dialog#trust").HasAttribute("data-open-now"));

        Post(("token", "not.a.token"));
        await page.Find("form:has(textarea[name=token])").SubmitAsync();
        Shows(page, "[role=status], .note");

        Post(("id", "999999"));
        await page.Find("dialog#untrust form").SubmitAsync();
        Says(page, "was not found");
    }

    [Fact]
    public async Task Robot_Edited_ShowsWhatItHolds_AndKeepsWhatIsRefused()
    {
        var robot = await RobotAsync("edited");
        var page = OpenRobot<EditSystemRobotPage>(Portal.Host.Admin, robot);
        Shows(page, "input[name=projects-0][value='*']");
        Shows(page, "input[name=rights-0][value='repository:pull'][checked]");
        Assert.Empty(page.FindAll("input[name=rights-0][value='repository:push'][checked]"));

        Post(("description", "Other words"), ("days", "0"), ("state", "on"), ("projects-0", "*"), ("rights-0", "repository:pull"));
        await page.Find("form").SubmitAsync();
        Says(page, "A duration is -1 for ever");
        Assert.Equal("Other words", page.Find("input[name=description]").GetAttribute("value"));
        Post(("description", ""), ("days", "5"), ("state", "on"), ("projects-0", "nosuch"), ("rights-0", "repository:pull"));
        await page.Find("form").SubmitAsync();
        Says(page, "There is no project nosuch.");
        IsMissing(OpenRobot<EditSystemRobotPage>(Portal.Developer, robot));
    }

    [Fact]
    public async Task GroupRules_EmptyWithDataAndRefused()
    {
        Says(Open<GroupRulesPage>(Portal.Host.Admin, "/admin/group-rules"), "No rules yet");
        var rules = Portal.Host.Services.GetRequiredService<MappingRuleService>();
        var made = await rules.CreateAsync(Portal.Host.Admin, new(GroupSource.Oidc, "team-(*)", "$1", BuiltInRoles.Guest.Name), CancellationToken.None);
        var page = Open<GroupRulesPage>(Portal.Host.Admin, "/admin/group-rules");
        Shows(page, $"[data-opens=edit-rule][data-fill-id='{made.Value}'][data-fill-role='guest']");
        Post(("id", $"{made.Value}"), ("source", "oidc"), ("pattern", "team-("), ("project", "$1"), ("role", "guest"));
        await page.Find("dialog#edit-rule form").SubmitAsync();
        Says(page, "is never closed");
        Assert.Equal("team-(", page.Find("#f-pattern").GetAttribute("value"));
        Assert.True((await rules.DeleteAsync(Portal.Host.Admin, made.Value, CancellationToken.None)).Ok);
    }

    IRenderedComponent<T> OpenRobot<T>(Caller caller, int id) where T : Microsoft.AspNetCore.Components.IComponent => Open<T>(caller, $"/admin/robots/{id}", more: ("Id", id));

    async Task<int> RobotAsync(string name) => (await Portal.Host.Services.GetRequiredService<RobotService>()
        .CreateAsync(Portal.Host.Admin, null, null, new(name, "", 30, [new(Permissions.RepositoryPull, EveryProject: true)]), CancellationToken.None)).Value.Id;

    static TrustDraft Trust(string name) => new(name, IssuerKind.GitHub, "https://token.actions.githubusercontent.com", "portal", [new("repository", ClaimMatch.Equals, "acme/app")], false, false);

    async Task SetAsync(params (string Name, string Value)[] settings)
    {
        var changed = await Portal.Host.Services.GetRequiredService<AuthSettingsService>().ChangeAsync(Portal.Host.Admin, settings.ToDictionary(s => s.Name, s => s.Value), CancellationToken.None);
        Assert.True(changed.Ok, changed.Error?.ToString());
    }
}
