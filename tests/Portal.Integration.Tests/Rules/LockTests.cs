using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Audit;
using Portal.Data;
using Portal.Integration.Tests.Gateway;
using Portal.Protection;
using Xunit;

namespace Portal.Integration.Tests.Rules;

/// <summary>Locks at every door, and the list of content that a project takes.</summary>
public sealed class LockTests(GatewayFixture portal) : RulesTests(portal), IClassFixture<GatewayFixture>
{
    const string Locks = "/api/portal/projects/team/locks";

    async Task<int> LockIdAsync(string repository, string reason) =>
        (int)(await GetAsync($"{Locks}?page_size=100")).AsArray().Single(l => (string?)l!["repository"] == Name(repository).Path && (string)l["reason"]! == reason)!["id"]!;

    [Fact]
    public async Task LockedTag_NeitherMovesNorGoes_UntilTheLockIsTakenOff()
    {
        var repository = GatewayFixture.NewRepository();
        var (first, second) = (NewImage(), NewImage());
        await Portal.PushAsync(repository, first, "prod", "other");
        await Portal.PushAsync(repository, second, "next");
        Assert.Equal(201, (await SendAsync("POST", Locks, new { repository = Name(repository).Path, tag = "prod", reason = "freeze of week 12", until = DateTimeOffset.UtcNow.AddDays(3) })).Status);
        Assert.Equal(409, (await SendAsync("POST", Locks, new { repository = Name(repository).Path, tag = "prod", reason = "again" })).Status);

        var moved = await PutManifestAsync(repository, second, "prod");
        Assert.Equal((412, "PRECONDITION"), (moved.Status, moved.Code));
        Assert.Contains("\"freeze of week 12\" (dev, until ", moved.Message, StringComparison.Ordinal);
        Assert.Equal(201, (await PutManifestAsync(repository, first, "prod")).Status);
        Assert.Equal(412, (await SendAsync("DELETE", $"v2/{repository}/manifests/prod")).Status);
        Assert.Equal(412, (await SendAsync("DELETE", $"v2/{repository}/manifests/{first.Digest}")).Status);
        Assert.Equal(412, (await SendAsync("DELETE", Rest(repository))).Status);
        Assert.Equal(202, (await SendAsync("DELETE", $"v2/{repository}/manifests/other")).Status);

        var id = await LockIdAsync(repository, "freeze of week 12");
        Assert.Equal(403, (await SendAsync("DELETE", $"{Locks}/{id}", user: "guest")).Status);
        Assert.Equal(404, (await SendAsync("DELETE", $"{Locks}/{id}", user: "stranger")).Status);
        Assert.Equal(200, (await SendAsync("DELETE", $"{Locks}/{id}")).Status);
        Assert.Equal(201, (await PutManifestAsync(repository, second, "prod")).Status);
        Assert.Equal(["create", "delete"], await Portal.DatabaseAsync(db => db.AuditEvents.Where(e => e.ResourceType == AuditResources.Lock && e.Resource == $"{repository}:prod").OrderBy(e => e.Id).Select(e => e.Action).ToListAsync()));
    }

    [Fact]
    public async Task LockedArtifact_KeepsItsTags_AndTakesNewOnes()
    {
        var repository = GatewayFixture.NewRepository();
        var (kept, other) = (NewImage(), NewImage());
        await Portal.PushAsync(repository, kept, "a");
        await Portal.PushAsync(repository, other, "b");
        Assert.Equal(201, (await SendAsync("POST", Locks, new { repository = Name(repository).Path, digest = kept.Digest.Text, reason = "evidence" })).Status);
        Assert.Equal(412, (await PutManifestAsync(repository, other, "a")).Status);
        Assert.Equal(412, (await SendAsync("DELETE", $"v2/{repository}/manifests/a")).Status);
        Assert.Equal(412, (await SendAsync("DELETE", $"v2/{repository}/manifests/{kept.Digest}")).Status);
        Assert.Equal(201, (await PutManifestAsync(repository, kept, "c")).Status);
        Assert.Equal(202, (await SendAsync("DELETE", $"v2/{repository}/manifests/{other.Digest}")).Status);
    }

    [Fact]
    public async Task LockedRepository_AndLockedProject_CannotBeDeleted_EvenEmpty()
    {
        var project = await Portal.Host.CreateProjectAsync("vault");
        await Portal.Host.AddMemberAsync(project, "dev", Access.BuiltInRoles.ProjectAdmin);
        var image = NewImage();
        await Portal.PushAsync("vault/api", image, "1");
        Assert.Equal(201, (await SendAsync("POST", "/api/portal/projects/vault/locks", new { repository = "api", reason = "audit" })).Status);
        Assert.Equal(412, (await SendAsync("DELETE", "/api/v2.0/projects/vault/repositories/api")).Status);
        Assert.Equal(412, (await PutAsync("vault/api", NewImage(), "1")).Status);
        Assert.Equal(201, (await PutManifestAsync("vault/api", image, "2")).Status);
        var id = (int)(await GetAsync("/api/portal/projects/vault/locks")).AsArray().Single()!["id"]!;
        Assert.Equal(200, (await SendAsync("DELETE", $"/api/portal/projects/vault/locks/{id}")).Status);

        Assert.Equal(201, (await SendAsync("POST", "/api/portal/projects/vault/locks", new { reason = "being moved" })).Status);
        Assert.Equal(412, (await SendAsync("DELETE", "/api/v2.0/projects/vault/repositories/api")).Status);
        var project412 = await SendAsync("DELETE", "/api/v2.0/projects/vault");
        Assert.Equal((412, true), (project412.Status, project412.Message.Contains("being moved", StringComparison.Ordinal)));
        Assert.False((bool)(await GetAsync("/api/v2.0/projects/vault/_deletable"))["deletable"]!);
    }

    [Fact]
    public async Task EndedLock_CountsForNothing_AndMakesRoom()
    {
        var repository = GatewayFixture.NewRepository();
        await Portal.PushAsync(repository, NewImage(), "t");
        var path = Name(repository).Path;
        Assert.Equal(400, (await SendAsync("POST", Locks, new { repository = path, tag = "t", reason = "past", until = DateTimeOffset.UtcNow.AddMinutes(-1) })).Status);
        await Portal.DatabaseAsync(async db =>
        {
            db.Locks.Add(new() { ProjectId = Portal.Team.Id, Repository = path, Tag = "t", Reason = "ended", Until = DateTimeOffset.UtcNow.AddSeconds(-5), CreatedAt = DateTimeOffset.UtcNow.AddDays(-1), CreatedBy = "dev" });
            await db.SaveChangesAsync();
            await Portal.Host.Services.GetRequiredService<IChangeFeed>().AnnounceAsync(db, CancellationToken.None, LockBook.Changed(Portal.Team.Id));
            return 0;
        });
        Assert.Equal(201, (await PutAsync(repository, NewImage(), "t")).Status);
        Assert.DoesNotContain((await GetAsync($"{Locks}?page_size=100")).AsArray(), l => (string)l!["reason"]! == "ended");
        Assert.Equal(201, (await SendAsync("POST", Locks, new { repository = path, tag = "t", reason = "anew" })).Status);
        Assert.Equal(412, (await PutAsync(repository, NewImage(), "t")).Status);
    }

    [Theory]
    [InlineData("""{"repository":"none/such","reason":"x"}""", 404)]
    [InlineData("""{"tag":"v1","reason":"x"}""", 400)]
    [InlineData("""{"repository":"Not A Name","reason":"x"}""", 400)]
    [InlineData("""{"reason":""}""", 400)]
    public async Task Lock_OfWhatCannotBe_IsRefused(string body, int status) => Assert.Equal(status, (await SendAsync("POST", Locks, JsonNode.Parse(body))).Status);

    [Fact]
    public async Task Lock_ByWhoMayNot_IsRefusedAndForeignLooksMissing()
    {
        Assert.Equal(403, (await SendAsync("POST", Locks, new { reason = "x" }, "guest")).Status);
        Assert.Equal(404, (await SendAsync("POST", Locks, new { reason = "x" }, "stranger")).Status);
    }

    [Fact]
    public async Task ContentTypes_LetInWhatTheyName_AndSayWhatTheyTake()
    {
        var project = await Portal.Host.CreateProjectAsync("charts");
        await Portal.Host.AddMemberAsync(project, "dev", Access.BuiltInRoles.ProjectAdmin);
        const string types = "/api/portal/projects/charts/content-types";
        Assert.Empty((await GetAsync(types))["allowed"]!.AsArray());
        Assert.Equal(400, (await SendAsync("PUT", types, new { allowed = new[] { "pictures" } })).Status);
        Assert.Equal(200, (await SendAsync("PUT", types, new { allowed = new[] { "chart", "signature" } })).Status);
        var chart = Registry.Images.OciArtifacts.HelmChart("shop", "1.0.0", "1", "x", GatewayFixture.Time);
        await Portal.PushAsync("charts/shop", chart, "1.0.0");
        var refused = await PutManifestAfterBlobsAsync("charts/shop", NewImage(), "1.0.1");
        Assert.Equal((403, "DENIED"), (refused.Status, refused.Code));
        Assert.Contains("the kind image", refused.Message, StringComparison.Ordinal);
        Assert.Contains("It takes: chart, signature", refused.Message, StringComparison.Ordinal);
        Assert.Equal(200, (await SendAsync("PUT", types, new { allowed = Array.Empty<string>() })).Status);
        await Portal.PushAsync("charts/shop", NewImage(), "1.0.1");
        Assert.Equal(2, await Portal.DatabaseAsync(db => db.AuditEvents.CountAsync(e => e.ResourceType == AuditResources.ContentTypes && e.Resource == "charts")));
    }

    async Task<(int Status, string Code, string Message)> PutManifestAfterBlobsAsync(string repository, Registry.Images.BuiltArtifact image, string tag)
    {
        foreach (var blob in image.Blobs)
        {
            await using var content = blob.Open();
            Assert.True((await Portal.Client().UploadBlobAsync(repository, blob.Digest, content, blob.Size)).Ok);
        }
        return await PutManifestAsync(repository, image, tag);
    }
}
