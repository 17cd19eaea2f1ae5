using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;
using Portal.Data;
using Portal.Projects;
using Portal.Trash;
using Portal.Web.Tests.Pages;
using Portal.Web.Trash;
using Xunit;

namespace Portal.Web.Tests.Trash;

[Collection(PagesCollection.Name)]
public sealed class TrashPagesTests(PagesFixture portal) : PageContext(portal)
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    static TrashRow Row(DeletionKind kind = DeletionKind.Artifact, string name = "shop/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef") => new()
    {
        Id = 7,
        ProjectId = 1,
        Project = "shop",
        ProjectGone = false,
        Repository = "app",
        Kind = kind,
        Cause = DeletionCause.Retention,
        Reason = "newest 3",
        Name = name,
        Actor = "retention",
        At = Now.AddDays(-1),
        ExpiresAt = Now.AddDays(13),
        Artifacts = 3,
        Tags = 1,
        OwnBytes = 100,
        SharedBytes = 50,
        Batch = null,
    };

    [Fact]
    public void Words_SayWhatGoesAndUntilWhen()
    {
        Assert.Equal("3 artifacts, 1 tag", TrashWords.Content(Row()));
        Assert.Equal("the tag alone", TrashWords.Content(Row(DeletionKind.Tag, "shop/app:v1")));
        Assert.Equal("v1", TrashWords.TagOf("shop/app:v1"));
        Assert.Equal("in 13 days", TrashWords.Expires(Row(), Now));
        Assert.Equal("in 1 day", TrashWords.Expires(Row(), Now.AddDays(12)));
        Assert.Equal("with the next collection", TrashWords.Expires(Row(), Now.AddDays(13)));
        Assert.StartsWith("shop/app@", TrashWords.Name(Row()), StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef0123", TrashWords.Name(Row()), StringComparison.Ordinal);
        Assert.Equal("until the next garbage collection", TrashWords.Window(0));
        Assert.Equal("2 artifacts and 1 tag restored. Used again meanwhile and left alone: v1", TrashWords.Restored(new(2, 1, ["v1"])));
    }

    [Fact]
    public void Trash_WithNothing_SaysWhatBelongsThere()
    {
        var page = Open<TrashPage>(Portal.Host.Admin, "/projects/empty/trash", "empty");
        Says(page, "The trash is empty");
        Shows(page, "[data-opens=window]");
    }

    [Fact]
    public async Task Trash_WithADeletion_ShowsIt_WithItsContentAndWaysOut()
    {
        var shop = (await Portal.Host.Services.GetRequiredService<ProjectDirectory>().FindAsync("shop", default))!;
        await using var db = await Portal.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var repository = await db.Repositories.Where(r => r.ProjectId == shop.Id).Select(r => r.Id).FirstAsync();
        var deletion = new Deletion { ProjectId = shop.Id, RepositoryId = repository, Kind = DeletionKind.Tag, Name = "shop/app:gone", Actor = "ada", Reason = "It was wrong", At = DateTimeOffset.UtcNow, ExpiresAt = DateTimeOffset.UtcNow.AddDays(3).AddHours(1), Tags = 1 };
        db.Deletions.Add(deletion);
        await db.SaveChangesAsync();
        try
        {
            var page = Open<TrashPage>(Portal.Host.Admin, $"/projects/shop/trash?show={deletion.Id}", "shop");
            Says(page, "shop/app:gone");
            Says(page, "It was wrong");
            Says(page, "in 4 days");
            Shows(page, $"[data-opens=restore][data-fill-id='{deletion.Id}']");
            Shows(page, "dialog#destroy input[name=name][required]");
            var none = Open<TrashPage>(Portal.Host.Admin, "/projects/shop/trash?cause=retention", "shop");
            Assert.DoesNotContain("shop/app:gone", none.Markup, StringComparison.Ordinal);
            var all = Open<SystemTrashPage>(Portal.Host.Admin, "/admin/trash?q=gone");
            Says(all, "shop/app:gone");
        }
        finally
        {
            await db.Deletions.Where(d => d.Id == deletion.Id).ExecuteDeleteAsync();
        }
    }

    [Fact]
    public void Trash_ForADeveloper_IsMissing() => IsMissing(Open<TrashPage>(Portal.Developer, "/projects/shop/trash", "shop"));

    [Fact]
    public void SystemTrash_ForAMember_IsMissing() => IsMissing(Open<SystemTrashPage>(Portal.Developer, "/admin/trash"));

    [Fact]
    public void Bulk_ShowsWhatGoesBeforeItGoes()
    {
        var page = Open<BulkPage>(Portal.Host.Admin, "/projects/shop/trash/bulk?repositories=app&tags=1.*", "shop");
        Says(page, "What goes");
        Shows(page, "form input[type=hidden][name=fingerprint]");
        var wrong = Open<BulkPage>(Portal.Host.Admin, "/projects/shop/trash/bulk?repositories=%7Ba&tags=1.*", "shop");
        Says(wrong, "never closed");
        Assert.Empty(wrong.FindAll("input[name=fingerprint]"));
    }
}
