using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Immutability;
using Portal.Integration.Tests.Gateway;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Images;
using Xunit;

namespace Portal.Integration.Tests.Rules;

/// <summary>Immutable tags at every door, over a real registry.</summary>
public sealed class ImmutabilityTests(GatewayFixture portal) : RulesTests(portal), IClassFixture<GatewayFixture>
{
    T Service<T>() where T : notnull => Portal.Host.Services.GetRequiredService<T>();

    static object Harbor(string tags, string repositories, bool disabled = false, int id = 0) => new
    {
        id,
        disabled,
        action = "immutable",
        template = "immutable_template",
        tag_selectors = new[] { new { kind = "doublestar", decoration = "matches", pattern = tags, extras = "{\"untagged\":false}" } },
        scope_selectors = new Dictionary<string, object[]> { ["repository"] = [new { kind = "doublestar", decoration = "repoMatches", pattern = repositories }] },
    };

    async Task<int> RuleAsync(string tags, string repository, bool expirable = false, string name = "") =>
        (await Service<ImmutabilityService>().CreateAsync(Portal.Host.Admin, Portal.Team, new(new(SelectorKind.Glob, false, Name(repository).Path), new(SelectorKind.Glob, false, tags), name, expirable), CancellationToken.None)).Value;

    [Fact]
    public async Task Tag_UnderARule_IsMadeButNeitherMovesNorGoes()
    {
        var repository = GatewayFixture.NewRepository();
        await RuleAsync("v*", repository, name: "releases");
        var (first, second) = (NewImage(), NewImage());
        Assert.Equal(201, (await PutAsync(repository, first, "v1")).Status);
        Assert.Equal(201, (await PutManifestAsync(repository, first, "v1")).Status);
        await Portal.PushAsync(repository, second, "edge");

        var moved = await PutManifestAsync(repository, second, "v1");
        Assert.Equal((412, "PRECONDITION"), (moved.Status, moved.Code));
        Assert.StartsWith($"Failed to process request due to '{repository}:v1' configured as immutable", moved.Message, StringComparison.Ordinal);
        Assert.Contains("\"releases\"", moved.Message, StringComparison.Ordinal);

        var byTag = await SendAsync("DELETE", $"v2/{repository}/manifests/v1");
        Assert.Equal((412, "PRECONDITION"), (byTag.Status, byTag.Code));
        Assert.Equal(412, (await SendAsync("DELETE", $"v2/{repository}/manifests/{first.Digest}")).Status);
        var rest = await SendAsync("DELETE", $"{Rest(repository)}/artifacts/v1/tags/v1");
        Assert.Equal((412, "PRECONDITION"), (rest.Status, rest.Code));
        Assert.StartsWith($"the tag v1 of {repository} configured as immutable, cannot be deleted", rest.Message, StringComparison.Ordinal);
        Assert.Equal(412, (await SendAsync("DELETE", $"{Rest(repository)}/artifacts/{first.Digest}")).Status);
        Assert.Equal(412, (await SendAsync("DELETE", Rest(repository))).Status);
        Assert.Equal(412, (await SendAsync("POST", $"{Rest(repository)}/artifacts/edge/tags", new { name = "v1" })).Status);
        Assert.Equal(ErrorKind.Precondition, (await Service<TagService>().SetAsync(Portal.Host.Admin, Name(repository), second.Digest, "v1", true, CancellationToken.None)).Error!.Kind);

        var other = GatewayFixture.NewRepository();
        await Portal.PushAsync(other, second, "v1");
        Assert.Equal(412, (await SendAsync("POST", $"{Rest(repository)}/artifacts?from={other}:v1")).Status);
        Assert.Equal(first.Digest, await DigestAsync(repository, "v1"));
        Assert.Equal(201, (await PutManifestAsync(repository, second, "v2")).Status);
        Assert.Equal(202, (await SendAsync("DELETE", $"v2/{repository}/manifests/edge")).Status);
        Assert.Equal(0, await Portal.DatabaseAsync(db => db.PushIntents.CountAsync(i => i.Repository!.Name == Name(repository).Path)));
    }

    [Fact]
    public async Task Restore_AfterARuleAndANewPush_LeavesTheTagToTheNewOne()
    {
        var repository = GatewayFixture.NewRepository();
        var (first, second) = (NewImage(), NewImage());
        await Portal.PushAsync(repository, first, "v1");
        var deleted = await Service<ArtifactDeleter>().DeleteArtifactAsync(Portal.Host.Admin, Name(repository), first.Digest, CancellationToken.None);
        await Portal.PushAsync(repository, second, "v1");
        await RuleAsync("v*", repository);
        var restored = await Service<DeletionService>().RestoreAsync(Portal.Host.Admin, deleted.Value.DeletionId, CancellationToken.None);
        Assert.Equal("v1", Assert.Single(restored.Value.TagsTaken));
        Assert.Equal(second.Digest, await DigestAsync(repository, "v1"));
    }

    [Fact]
    public async Task SixtyFourPushers_OfDifferentDigestsToOneTag_ExactlyOneWins()
    {
        var repository = GatewayFixture.NewRepository();
        await RuleAsync("race", repository);
        // one layer for all, so that only the manifests differ
        var images = Enumerable.Range(0, 64).Select(i => new OciImageBuilder(GatewayFixture.Time).On("linux", "amd64").File("hello", "race").Env("N", $"{i}").Entrypoint("/hello").Build()).ToList();
        var client = Portal.Client();
        foreach (var blob in images.SelectMany(i => i.Blobs).DistinctBy(b => b.Digest))
        {
            await using var content = blob.Open();
            Assert.True((await client.UploadBlobAsync(repository, blob.Digest, content, blob.Size)).Ok);
        }
        var answers = await Task.WhenAll(images.Select(image => PutManifestAsync(repository, image, "race")));

        Assert.Equal(1, answers.Count(a => a.Status == 201));
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.Equal((412, "PRECONDITION"), (a.Status, a.Code)));
        Assert.Equal(images[Array.FindIndex(answers, a => a.Status == 201)].Digest, await DigestAsync(repository, "race"));
        var path = Name(repository).Path;
        Assert.Equal(1, await Portal.DatabaseAsync(db => db.TagEvents.CountAsync(e => e.TagName == "race" && db.Repositories.Any(r => r.Id == e.RepositoryId && r.Name == path))));
        Assert.Equal(1, await Portal.DatabaseAsync(db => db.Artifacts.CountAsync(a => a.Repository!.Name == path)));
        // what was refused leaves nothing that a later look would make good
        Assert.Equal(0, await Portal.DatabaseAsync(db => db.PushIntents.CountAsync(i => i.Repository!.Name == path)));
    }

    [Fact]
    public async Task Signature_OfAnImmutableTag_MayBeAddedTwice()
    {
        var repository = GatewayFixture.NewRepository();
        await RuleAsync("**", repository);
        var image = NewImage();
        await Portal.PushAsync(repository, image, "v1");
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var tag = Registry.Manifests.ArtifactKinds.CosignTagOf(image.Digest, "sig");
        foreach (var name in (string[])["one", "two"]) await Portal.PushAsync(repository, OciArtifacts.CosignSignature(image, name, key, asReferrer: false), tag);
    }

    [Fact]
    public async Task Retention_MayRemoveWhatARuleLetsExpire_AndPeopleMayNot()
    {
        var repository = GatewayFixture.NewRepository();
        await RuleAsync("nightly-*", repository, expirable: true);
        await RuleAsync("v*", repository);
        await Portal.PushAsync(repository, NewImage(), "nightly-1");
        await Portal.PushAsync(repository, NewImage(), "v1");
        var marker = await Service<ITagMarks>().OfAsync(Portal.Team.Id, CancellationToken.None);
        Assert.True(marker(Name(repository).Path, "nightly-1")!.Expirable);
        Assert.False(marker(Name(repository).Path, "v1")!.Expirable);
        var deleter = Service<ArtifactDeleter>();
        Assert.Equal(ErrorKind.Precondition, (await deleter.DeleteTagAsync(Portal.Host.Admin, Name(repository), Tag("nightly-1"), CancellationToken.None)).Error!.Kind);
        Assert.True((await deleter.DeleteTagAsync(Portal.Host.Admin, Name(repository), Tag("nightly-1"), CancellationToken.None, DeletionCause.Retention)).Ok);
        Assert.Equal(ErrorKind.Precondition, (await deleter.DeleteTagAsync(Portal.Host.Admin, Name(repository), Tag("v1"), CancellationToken.None, DeletionCause.Retention)).Error!.Kind);
    }

    [Fact]
    public async Task Answers_ShowWhichTagsAreImmutable()
    {
        var repository = GatewayFixture.NewRepository();
        await RuleAsync("v*", repository);
        await Portal.PushAsync(repository, NewImage(), "v1", "edge");
        var artifact = (await GetAsync($"{Rest(repository)}/artifacts?with_tag=true&with_immutable_status=true")).AsArray()[0]!;
        Assert.Equal(["edge False", "v1 True"], artifact["tags"]!.AsArray().Select(t => $"{t!["name"]} {(bool)t["immutable"]!}").Order());
        var tags = (await GetAsync($"{Rest(repository)}/artifacts/v1/tags")).AsArray();
        Assert.Equal(["edge False", "v1 True"], tags.Select(t => $"{t!["name"]} {(bool)t["immutable"]!}").Order());
    }

    [Fact]
    public async Task HarborRules_AreMadeSwitchedChangedAndDeleted()
    {
        const string rules = "/api/v2.0/projects/team/immutabletagrules";
        var repository = GatewayFixture.NewRepository();
        var path = Name(repository).Path;
        Assert.Equal(201, (await SendAsync("POST", rules, Harbor("rel-*", path, disabled: true))).Status);
        Assert.Equal(409, (await SendAsync("POST", rules, Harbor("rel-*", path))).Status);
        var rule = (await GetAsync(rules + "?page_size=100")).AsArray().Single(r => (string)r!["tag_selectors"]![0]!["pattern"]! == "rel-*")!;
        var id = (int)rule["id"]!;
        Assert.Null(rule["disabled"]); // a new rule is on, and false is left out
        Assert.Equal(("matches", "repoMatches", path), ((string)rule["tag_selectors"]![0]!["decoration"]!, (string)rule["scope_selectors"]!["repository"]![0]!["decoration"]!, (string)rule["scope_selectors"]!["repository"]![0]!["pattern"]!));

        await Portal.PushAsync(repository, NewImage(), "rel-1");
        Assert.Equal(412, (await PutAsync(repository, NewImage(), "rel-1")).Status);
        // where disabled differs the rest is left alone
        Assert.Equal(200, (await SendAsync("PUT", $"{rules}/{id}", Harbor("other-*", path, disabled: true))).Status);
        Assert.Equal(201, (await PutAsync(repository, NewImage(), "rel-1")).Status);
        Assert.Equal(200, (await SendAsync("PUT", $"{rules}/{id}", Harbor("other-*", path))).Status);
        Assert.Equal(412, (await PutAsync(repository, NewImage(), "rel-1")).Status);
        Assert.Equal(200, (await SendAsync("PUT", $"{rules}/{id}", Harbor("other-*", path))).Status);
        Assert.Equal(201, (await PutAsync(repository, NewImage(), "rel-1")).Status);
        Assert.Equal(400, (await SendAsync("PUT", $"{rules}/{id}", Harbor("a", path, id: id + 1))).Status);
        Assert.Equal(400, (await SendAsync("POST", rules, Harbor("{a", path))).Status);
        Assert.Equal(403, (await SendAsync("POST", rules, Harbor("x", path), "guest")).Status);
        Assert.Equal(404, (await SendAsync("GET", rules, user: "stranger")).Status);
        Assert.Equal(200, (await SendAsync("DELETE", $"{rules}/{id}")).Status);
        Assert.Equal(404, (await SendAsync("DELETE", $"{rules}/{id}")).Status);
        Assert.Equal(["create", "update", "update", "update", "delete"], await Portal.DatabaseAsync(db => db.AuditEvents
            .Where(e => e.ResourceType == AuditResources.ImmutabilityRule && e.Resource == $"team/{id}").OrderBy(e => e.Id).Select(e => e.Action).ToListAsync()));
    }

    [Fact]
    public async Task Default_HoldsInEveryProjectThatIsNotExempt()
    {
        var service = Service<ImmutabilityService>();
        var project = await Portal.Host.CreateProjectAsync("inherits");
        await Portal.Host.AddMemberAsync(project, "dev", Access.BuiltInRoles.Maintainer);
        var id = (await service.CreateAsync(Portal.Host.Admin, null, new(NameSelector.All, new(SelectorKind.Regex, false, "gold-[0-9]+"), "gold"), CancellationToken.None)).Value;
        try
        {
            await Portal.PushAsync("inherits/api", NewImage(), "gold-1");
            var refused = await PutAsync("inherits/api", NewImage(), "gold-1");
            Assert.Equal((412, true), (refused.Status, refused.Message.Contains("\"gold\"", StringComparison.Ordinal)));
            var shown = await GetAsync("/api/portal/projects/inherits/immutability-rules");
            Assert.True((bool)Assert.Single(shown["rules"]!.AsArray())!["inherited"]!);
            Assert.Empty((await GetAsync("/api/v2.0/projects/inherits/immutabletagrules")).AsArray());
            Assert.Equal(404, (await SendAsync("DELETE", $"/api/v2.0/projects/inherits/immutabletagrules/{id}")).Status);

            Assert.Equal(403, (await SendAsync("PUT", "/api/portal/projects/inherits/immutability-exemption", new { reason = "legacy" })).Status);
            Assert.Equal(400, (await SendAsync("PUT", "/api/portal/projects/inherits/immutability-exemption", new { reason = " " }, "admin")).Status);
            Assert.Equal(200, (await SendAsync("PUT", "/api/portal/projects/inherits/immutability-exemption", new { reason = "legacy builds" }, "admin")).Status);
            Assert.Equal(201, (await PutAsync("inherits/api", NewImage(), "gold-1")).Status);
            Assert.Equal("legacy builds", (string)(await GetAsync("/api/portal/projects/inherits/immutability-rules"))["exemption"]!["reason"]!);
            Assert.Equal(200, (await SendAsync("DELETE", "/api/portal/projects/inherits/immutability-exemption", user: "admin")).Status);
            Assert.Equal(412, (await PutAsync("inherits/api", NewImage(), "gold-1")).Status);
        }
        finally
        {
            Assert.True((await service.DeleteAsync(Portal.Host.Admin, null, id, CancellationToken.None)).Ok);
        }
    }

    [Fact]
    public async Task Preview_ShowsWhatARuleSelects_PageByPage()
    {
        var repository = GatewayFixture.NewRepository();
        var path = Name(repository).Path;
        await Portal.PushAsync(repository, NewImage(), [.. Enumerable.Range(1, 5).Select(i => $"v{i}"), "edge"]);
        var query = $"/api/portal/projects/team/immutability-rules/preview?repositories={Uri.EscapeDataString(path)}&tags=v*&page_size=2&page=";
        var first = await GetAsync(query + "1");
        Assert.Equal((5, true), ((int)first["matches"]!, (bool)first["whole"]!));
        Assert.Equal(["v1", "v2"], first["tags"]!.AsArray().Select(t => (string)t!["tag"]!));
        Assert.Equal(["v5"], (await GetAsync(query + "3"))["tags"]!.AsArray().Select(t => (string)t!["tag"]!));
        var excluded = await GetAsync($"/api/portal/projects/team/immutability-rules/preview?repositories={Uri.EscapeDataString(path)}&tags=v%5B0-9%5D&tagKind=regex&tagsExcluded=true");
        Assert.Equal("edge", (string)Assert.Single(excluded["tags"]!.AsArray())!["tag"]!);
        Assert.Equal(400, (await SendAsync("GET", "/api/portal/projects/team/immutability-rules/preview?tags=(&tagKind=regex")).Status);
    }
}
