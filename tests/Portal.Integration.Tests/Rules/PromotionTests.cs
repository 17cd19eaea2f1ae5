using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Immutability;
using Portal.Integration.Tests.Gateway;
using Portal.Registry.Images;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.Rules;

/// <summary>Promoting an artifact with what is attached to it, and taking a tag back.</summary>
public sealed class PromotionTests(GatewayFixture portal) : RulesTests(portal), IClassFixture<GatewayFixture>
{
    static string OnPortal(string repository, string rest) => Rest(repository).Replace("/api/v2.0", "/api/portal", StringComparison.Ordinal) + rest;

    [Fact]
    public async Task Copy_ToAnotherProject_TakesAttachmentsAlong_UnderTheTagsAskedFor_ByItsRules()
    {
        var release = await Portal.Host.CreateProjectAsync("release");
        await Portal.Host.AddMemberAsync(release, "dev", BuiltInRoles.Maintainer);
        var from = GatewayFixture.NewRepository();
        var image = NewImage();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await Portal.PushAsync(from, image, "build-7", "edge");
        await Portal.PushAsync(from, OciArtifacts.CosignSignature(image, from, key, asReferrer: false), ArtifactKinds.CosignTagOf(image.Digest, "sig"));
        var sbom = OciArtifacts.Sbom(image, [], GatewayFixture.Time);
        await Portal.PushAsync(from, sbom);

        Assert.Equal(200, (await SendAsync("POST", OnPortal(from, "/artifacts/build-7/copy"), new { to = "release/shop", tags = new[] { "1.0" } })).Status);
        Assert.Equal(image.Digest, await DigestAsync("release/shop", "1.0"));
        Assert.False((await Portal.Client().GetManifestAsync("release/shop", Tag("edge"))).Ok);
        Assert.True((await Portal.Client().GetManifestAsync("release/shop", Tag(ArtifactKinds.CosignTagOf(image.Digest, "sig")))).Ok);
        Assert.True((await Portal.Client().GetManifestAsync("release/shop", sbom.Digest)).Ok);

        await Portal.Host.Services.GetRequiredService<ImmutabilityService>().CreateAsync(Portal.Host.Admin, release, new(NameSelector.All, NameSelector.All), CancellationToken.None);
        var next = NewImage();
        await Portal.PushAsync(from, next, "build-8");
        Assert.Equal(412, (await SendAsync("POST", OnPortal(from, "/artifacts/build-8/copy"), new { to = "release/shop", tags = new[] { "1.0" } })).Status);
        // refused before anything was put
        Assert.False((await Portal.Client().GetManifestAsync("release/shop", next.Digest)).Ok);
        Assert.Equal(200, (await SendAsync("POST", OnPortal(from, "/artifacts/build-8/copy"), new { to = "release/shop", tags = new[] { "1.1" } })).Status);
        Assert.Equal(404, (await SendAsync("POST", OnPortal(from, "/artifacts/build-8/copy"), new { to = "release/shop" }, "stranger")).Status);
        Assert.Equal(404, (await SendAsync("POST", OnPortal(from, "/artifacts/build-8/copy"), new { to = "release/shop" }, "guest")).Status);
        Assert.Equal(400, (await SendAsync("POST", OnPortal(from, "/artifacts/build-8/copy"), new { to = "nowhere" })).Status);
    }

    [Fact]
    public async Task Copy_WithATagTheCallerMayNotSetThere_IsRefused()
    {
        var (from, to) = (GatewayFixture.NewRepository(), GatewayFixture.NewRepository());
        var caller = await Portal.Host.CreateUserAsync("promoter1");
        await Portal.Host.BindAsync(caller, BuiltInRoles.Guest, Portal.Team);
        await Portal.Host.BindAsync(caller, BuiltInRoles.Developer, Portal.Team, Name(to).Path, "release-*");
        await Portal.PushAsync(from, NewImage(), "a", "release-1");
        Assert.Equal(403, (await SendAsync("POST", OnPortal(from, "/artifacts/a/copy"), new { to, tags = new[] { "release-1", "latest" } }, "promoter1")).Status);
        Assert.Equal(200, (await SendAsync("POST", OnPortal(from, "/artifacts/a/copy"), new { to, tags = new[] { "release-1" } }, "promoter1")).Status);
        // all its tags would come along, and one of them is not theirs to set
        Assert.Equal(403, (await SendAsync("POST", $"{Rest(to)}/artifacts?from={from}:release-1", user: "promoter1")).Status);
    }

    [Fact]
    public async Task Revert_MovesATagBack_OnlyToWhatItNamed()
    {
        var repository = GatewayFixture.NewRepository();
        var (first, second, never) = (NewImage(), NewImage(), NewImage());
        await Portal.PushAsync(repository, first, "prod");
        await Portal.PushAsync(repository, second, "prod");
        await Portal.PushAsync(repository, never, "other");
        Assert.Equal(400, (await SendAsync("POST", OnPortal(repository, "/tags/prod/revert"), new { digest = never.Digest.Text })).Status);
        Assert.Equal(200, (await SendAsync("POST", OnPortal(repository, "/tags/prod/revert"), new { digest = first.Digest.Text })).Status);
        Assert.Equal(first.Digest, await DigestAsync(repository, "prod"));
        Assert.Equal(1, await Portal.DatabaseAsync(db => db.AuditEvents.CountAsync(e => e.ResourceType == AuditResources.Tag && e.Resource == $"{repository}:prod" && e.Action == AuditActions.Update)));
        Assert.Equal(403, (await SendAsync("POST", OnPortal(repository, "/tags/prod/revert"), new { digest = second.Digest.Text }, "guest")).Status);
        Assert.Equal(202, (await SendAsync("DELETE", $"v2/{repository}/manifests/{second.Digest}")).Status);
        Assert.Equal(404, (await SendAsync("POST", OnPortal(repository, "/tags/prod/revert"), new { digest = second.Digest.Text })).Status);
    }

    [Fact]
    public async Task Copy_WithMoreTagsThanTheBound_NamesTheBound()
    {
        var repository = GatewayFixture.NewRepository();
        await Portal.PushAsync(repository, NewImage(), "a");
        var refused = await SendAsync("POST", OnPortal(repository, "/artifacts/a/copy"), new { to = GatewayFixture.NewRepository(), tags = Enumerable.Range(0, 1_001).Select(i => $"t{i}") });
        Assert.Equal((400, true), (refused.Status, refused.Message.Contains("1000", StringComparison.Ordinal)));
    }
}
