using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Projects;
using Portal.Web.Administration;
using Portal.Web.Artifacts;
using Portal.Web.Home;
using Portal.Web.Projects;
using Portal.Web.Quotas;
using Portal.Web.Search;
using Xunit;

namespace Portal.Web.Tests.Pages;

/// <summary>Each page with something to show, with nothing, with a filter that matches nothing, and for somebody who may not see it.</summary>
[Collection(PagesCollection.Name)]
public sealed class PageStatesTests(PagesFixture portal) : PageContext(portal)
{
    [Fact]
    public void Home_WithPushes_ShowsThemAndOnesProjects()
    {
        var page = Open<HomePage>(Portal.Developer, "/");
        Shows(page, "a[href='/projects/shop']");
        Says(page, "Hello, dev");
        Says(page, "app");
        Assert.DoesNotContain("Make a first project", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Home_WithoutProjects_SaysWhatToDoFirst()
    {
        var page = Open<HomePage>(Portal.Stranger, "/");
        Says(page, "Hello, stranger");
        Says(page, "Make a first project");
        Assert.Empty(page.FindAll("a[href='/projects/shop']"));
    }

    [Fact]
    public void Projects_OfAnAdministrator_AreAllOfThem() => Assert.Contains(Rows(Open<ProjectsPage>(Portal.Host.Admin, "/projects"), 2), r => r.Contains("empty", StringComparison.Ordinal));

    [Fact]
    public void Projects_OfAMember_AreOnlyWhatTheyMaySee() => Assert.Contains("shop", Assert.Single(Rows(Open<ProjectsPage>(Portal.Developer, "/projects"), 1)), StringComparison.Ordinal);

    [Fact]
    public void Projects_WithNone_SaysHowToMakeOne() => Says(Open<ProjectsPage>(Portal.Stranger, "/projects"), "No projects yet");

    [Fact]
    public void Projects_FilterWithoutMatch_DoesNotSayThatThereAreNone()
    {
        var page = Open<ProjectsPage>(Portal.Host.Admin, "/projects?q=nosuch");
        Says(page, "0 projects match");
        Rows(page, 0);
        Assert.DoesNotContain("No projects yet", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Quotas_OfAnAdministrator_ListThemWithActions()
    {
        var page = Open<QuotasPage>(Portal.Host.Admin, "/admin/quotas?q=shop");
        Assert.Equal(["shop"], Rows(page, 1));
        Shows(page, "[data-opens='defaults']");
        Shows(page, "[data-opens='edit'][data-fill-who='shop']");
    }

    [Fact]
    public void Quotas_OfAnybodyElse_AreMissing() => IsMissing(Open<QuotasPage>(Portal.Developer, "/admin/quotas"));

    [Fact]
    public void Project_ForAMember_ShowsItsStorage()
    {
        var page = Open<ProjectPage>(Portal.Developer, "/projects/shop", "shop");
        Says(page, "if nothing were shared");
        Says(page, "No limit");
    }

    [Fact]
    public void Members_ForAnAdmin_ListsThemWithActions()
    {
        var page = Open<MembersPage>(Portal.Host.Admin, "/projects/shop/members", "shop");
        Rows(page, 3);
        Shows(page, "[data-opens='add']");
    }

    [Fact]
    public void Members_ForADeveloper_AreReadOnly()
    {
        var page = Open<MembersPage>(Portal.Developer, "/projects/shop/members", "shop");
        Rows(page, 3);
        Assert.Empty(page.FindAll("[data-opens='add']"));
    }

    [Fact]
    public void Members_ForALimitedGuest_AreRefusedInWords() => Says(Open<MembersPage>(Portal.Guest, "/projects/shop/members", "shop"), "You can see this project, but not its members");

    [Theory]
    [InlineData("shop")]
    [InlineData("nosuch")]
    public void Members_OfAForeignOrMissingProject_AreMissing(string project) => IsMissing(Open<MembersPage>(Portal.Stranger, $"/projects/{project}/members", project));

    [Fact]
    public void Members_FilterWithoutMatch_ShowsNoRow()
    {
        var page = Open<MembersPage>(Portal.Host.Admin, "/projects/shop/members?q=nosuch", "shop");
        Says(page, "3 people");
        Shows(page, ".empty");
        Rows(page, 0);
    }

    [Fact]
    public void Users_ListsEveryAccount()
    {
        var page = Open<UsersPage>(Portal.Host.Admin, "/admin/users");
        Rows(page, 4);
        Says(page, "4 accounts");
    }

    [Fact]
    public void Users_FilterWithoutMatch_ShowsNoRow()
    {
        var page = Open<UsersPage>(Portal.Host.Admin, "/admin/users?q=nosuch");
        Says(page, "0 accounts match");
        Rows(page, 0);
    }

    [Fact]
    public void Users_ForAnybodyElse_AreMissing() => IsMissing(Open<UsersPage>(Portal.Developer, "/admin/users"));

    [Fact]
    public void Repositories_ShowsThem()
    {
        var page = Open<RepositoriesPage>(Portal.Developer, "/projects/shop/repositories", "shop");
        Assert.Equal("app", Assert.Single(Rows(page, 1)));
        Shows(page, "[data-opens='push-commands']");
    }

    [Fact]
    public void Repositories_WithNone_ShowsHowToPush() => Says(Open<RepositoriesPage>(Portal.Host.Admin, "/projects/empty/repositories", "empty"), "No repositories here yet");

    [Fact]
    public void Repositories_FilterWithoutMatch_ShowsNoRow()
    {
        var page = Open<RepositoriesPage>(Portal.Developer, "/projects/shop/repositories?q=nosuch", "shop");
        Shows(page, "table, .empty");
        Rows(page, 0);
        Assert.DoesNotContain("No repositories here yet", page.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("nosuch")]
    public void Repositories_OfAForeignOrMissingProject_AreMissing(string project) => IsMissing(Open<RepositoriesPage>(Portal.Stranger, $"/projects/{project}/repositories", project));

    [Fact]
    public void Search_WithoutText_SaysWhatItLooksThrough() => Says(Open<SearchPage>(Portal.Developer, "/search"), "Looks through projects, repositories, tags and digests");

    [Fact]
    public void Search_FindsRepositoriesAndTags()
    {
        Shows(Open<SearchPage>(Portal.Developer, "/search?q=app"), "a[href='/projects/shop/r/app']");
        Says(Open<SearchPage>(Portal.Developer, "/search?q=1.0"), "app:1.0");
    }

    [Fact]
    public void Search_OfWhatIsForeign_FindsNothing() => Says(Open<SearchPage>(Portal.Stranger, "/search?q=app"), "Nothing found");

    [Fact]
    public async Task PublicProject_IsOpenToNobodySignedInAndOnlyThat()
    {
        var project = await Portal.Host.CreateProjectAsync("open", isPublic: true);
        try
        {
            var list = Open<ProjectsPage>(Caller.Anonymous, "/projects");
            Assert.Contains("open", Assert.Single(Rows(list, 1)), StringComparison.Ordinal);
            Assert.Empty(list.FindAll("[data-opens='new-project']"));
            Says(Open<RepositoriesPage>(Caller.Anonymous, "/projects/open/repositories", "open"), "No repositories here yet");
        }
        finally
        {
            Assert.True((await Portal.Host.Services.GetRequiredService<ProjectDeleter>().DeleteAsync(Portal.Host.Admin, project.Id, default)).Ok);
        }
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("nosuch")]
    public void PrivateOrMissingProject_SendsNobodySignedInToTheSignIn(string project)
    {
        var page = Open<RepositoriesPage>(Caller.Anonymous, $"/projects/{project}/repositories", project);
        page.WaitForAssertion(() => Assert.EndsWith($"/sign-in?return={Uri.EscapeDataString($"/projects/{project}/repositories")}", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("h1, table"));
    }
}
