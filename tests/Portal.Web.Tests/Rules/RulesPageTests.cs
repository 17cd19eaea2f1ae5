using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;
using Portal.Immutability;
using Portal.Projects;
using Portal.Protection;
using Portal.Web.Protection;
using Portal.Web.Rules;
using Portal.Web.Tests.Pages;
using Xunit;

namespace Portal.Web.Tests.Rules;

[Collection(PagesCollection.Name)]
public sealed class RulesPageTests(PagesFixture portal) : PageContext(portal)
{
    T Service<T>() where T : notnull => Portal.Host.Services.GetRequiredService<T>();

    async Task<ProjectEntry> ShopAsync() => (await Service<ProjectDirectory>().FindAsync("shop", default))!;

    [Fact]
    public void Rules_WithoutAny_SaysWhatOneDoes()
    {
        var page = Open<RulesPage>(Portal.Host.Admin, "/projects/empty/rules", "empty");
        Says(page, "No rule yet");
        Shows(page, "form[data-filter] input[name=tags]");
        Assert.Empty(page.FindAll("form.save"));
    }

    [Fact]
    public void Rules_WithADraft_ShowsWhatItSelectsAndOffersToSaveExactlyThat()
    {
        var page = Open<RulesPage>(Portal.Host.Admin, "/projects/shop/rules?tags=1.*&repos=app", "shop");
        Rows(page, 1);
        Says(page, "1 tag of 1 in the project");
        Shows(page, "form.save input[type=hidden][name=tags][value='1.*']");
        Says(page, "Keeps 1.* in app");
    }

    [Fact]
    public void Rules_WithAPatternThatCannotBe_SaysSoBesideTheField()
    {
        var page = Open<RulesPage>(Portal.Host.Admin, "/projects/shop/rules?tags=%7Ba", "shop");
        Says(page, "never closed");
        Shows(page, "input[name=tags][aria-invalid=true]");
        Assert.Empty(page.FindAll("form.save"));
    }

    [Fact]
    public async Task Rule_AndLock_MarkTheTag_AndTheLockSaysWhyAndByWhom()
    {
        var shop = await ShopAsync();
        var rule = (await Service<ImmutabilityService>().CreateAsync(Portal.Host.Admin, shop, new(NameSelector.All, new(SelectorKind.Glob, false, "1.*"), "Releases"), default)).Value;
        var held = (await Service<LockService>().LockAsync(Portal.Host.Admin, shop, new("app"), "Audit of March", null, default)).Value;
        try
        {
            var list = Open<RulesPage>(Portal.Host.Admin, "/projects/shop/rules", "shop");
            Says(list, "Releases");
            var keepers = new Keepers((await Service<LockQueries>().OfRepositoryAsync(Portal.Developer, shop, "app", default)).Value);
            var artifact = Assert.Single((await Service<ArtifactQueries>().ListAsync(Portal.Developer, "shop", "app", new(), new(), default)).Value.Items);
            Assert.Equal("Immutable by the rule Releases", keepers.Why(artifact, "1.0"));
            var notices = Render<LockNotices>(p => p.Add(n => n.Locks, keepers.Wide).Add(n => n.Project, "shop"));
            Assert.Contains("shop/app is locked: Audit of March", string.Join(' ', notices.Find(".note").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            Assert.Empty(notices.FindAll("[data-opens=unlock]"));
            Assert.NotEmpty(Render<LockNotices>(p => p.Add(n => n.Locks, keepers.Wide).Add(n => n.Project, "shop").Add(n => n.MayUnlock, true)).FindAll("[data-opens=unlock]"));
        }
        finally
        {
            Assert.True((await Service<ImmutabilityService>().DeleteAsync(Portal.Host.Admin, shop, rule, default)).Ok);
            Assert.True((await Service<LockService>().UnlockAsync(Portal.Host.Admin, shop, held, default)).Ok);
        }
    }

    [Fact]
    public void Rules_ForADeveloper_AreMissing() => IsMissing(Open<RulesPage>(Portal.Developer, "/projects/shop/rules", "shop"));

    [Fact]
    public void SystemRules_ForAMember_AreMissing() => IsMissing(Open<SystemRulesPage>(Portal.Developer, "/admin/rules"));

    [Fact]
    public void System_OffersToSwitchReadOnlyModeOn_AfterAsking()
    {
        var page = Open<SystemPage>(Portal.Host.Admin, "/admin/system");
        Shows(page, "[data-opens=read-only]");
        Shows(page, "dialog#read-only form");
    }

    [Fact]
    public void Banner_IsAbsentWhileTheSystemCanBeChanged() => Assert.Empty(Render<ReadOnlyBanner>().Markup.Trim());
}
