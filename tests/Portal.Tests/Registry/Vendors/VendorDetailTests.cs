using System.Globalization;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.Registry.Vendors;
using Portal.TestKit;
using Portal.TestKit.Registries;
using Portal.Tests.Registry.Client;
using Xunit;

namespace Portal.Tests.Registry.Vendors;

/// <summary>What only one vendor or one way of signing in does.</summary>
public sealed class VendorDetailTests
{
    static readonly ShiftedTime Time = new();

    static BuiltArtifact Image(string text) => new OciImageBuilder(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).File("hello.txt", text).Build();

    static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new ArgumentException(text);

    static VendorRegistry Open(FakeVendor fake, params (string, string)[] values) =>
        RegistryVendors.Create(fake.Kind, fake.Url, values.Length == 0 ? fake.Good : FakeVendor.Values(values), new HttpMessageInvoker(fake.Net), Time).Value;

    [Fact]
    public async Task Hub_OfficialImage_LiesInLibrary()
    {
        var fake = new FakeDockerHub(Time);
        fake.Registry.Seed("library/alpine", Image("x"), "3");
        var registry = RegistryVendors.Create(fake.Kind, fake.Url, VendorCredential.None, new HttpMessageInvoker(fake.Net), Time).Value;
        Assert.True((await registry.ExistsAsync("alpine", Tag("3"))).Value);
        Assert.Equal(["3"], (await registry.ListTagsAsync("alpine")).Value.Items);
        Assert.True((await registry.TestAsync()).Ok);
        Assert.Equal("namespace", (await registry.ListRepositoriesAsync(new())).Error!.Field);
    }

    [Fact]
    public async Task Hub_LimitInItsOwnHeader_IsRead()
    {
        var fake = new FakeDockerHub(Time);
        var until = DateTimeOffset.UtcNow.AddSeconds(90);
        fake.Net.Misbehave(r => r.Uri.Host == "hub.docker.com" && r.Method == "GET", _ => FakeAnswer.Empty(429)
            .With("Date", until.AddSeconds(-90).ToString("R", CultureInfo.InvariantCulture)).With("X-Retry-After", until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(TimeSpan.FromSeconds(90), Assert.IsType<RateLimited>((await Open(fake).ListRepositoriesAsync(new())).Error).Wait);
    }

    [Fact]
    public async Task GitHub_NoRequestsLeft_IsALimitAndNoMissingRight()
    {
        var fake = new FakeGhcr(Time);
        fake.Net.Misbehave(r => r.Uri.Host == "api.github.com", _ => FakeAnswer.Empty(403).With("X-RateLimit-Remaining", "0").With("Retry-After", "60"));
        Assert.Equal(TimeSpan.FromMinutes(1), Assert.IsType<RateLimited>((await Open(fake).ListRepositoriesAsync(new())).Error).Wait);
    }

    [Fact]
    public async Task GitHub_OnlyTag_IsDeletedWithItsVersion()
    {
        var fake = new FakeGhcr(Time);
        fake.Registry.Seed(fake.Repository, Image("x"), "v1");
        Assert.True((await Open(fake).DeleteTagAsync(fake.Repository, Tag("v1"))).Ok);
        Assert.Empty(fake.Registry.Repositories[fake.Repository].Manifests);
    }

    [Fact]
    public async Task Acr_Password_IsTakenAtTheTokenEndpoint()
    {
        var fake = new FakeAcr(Time);
        fake.Registry.Seed(fake.Repository, Image("x"), "v1");
        var registry = Open(fake, ("username", FakeVendor.User), ("password", FakeVendor.Secret));
        Assert.Equal(["v1"], (await registry.ListTagsAsync(fake.Repository)).Value.Items);
        Assert.Equal([fake.Repository], (await registry.ListRepositoriesAsync(new())).Value.Items);
        Assert.Equal(0, fake.Logins);
        Assert.DoesNotContain(fake.Net.Seen, r => r.Uri.Host == "login.microsoftonline.com");
    }

    [Fact]
    public async Task Acr_EntraToken_GoesToTheRegistryAndTheSecretToEntraAlone()
    {
        var fake = new FakeAcr(Time);
        Assert.True((await Open(fake).TestAsync()).Ok);
        var secret = Uri.EscapeDataString(FakeVendor.Secret);
        Assert.All(fake.Net.Seen.Where(r => r.Text.Contains(secret, StringComparison.OrdinalIgnoreCase)), r => Assert.Equal("login.microsoftonline.com", r.Uri.Host));
        Assert.Contains(fake.Net.Seen, r => r.Text.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Ecr_EachKindOfRefusal_IsTold()
    {
        var fake = new FakeEcr(Time);
        foreach (var (type, kind) in new[] { ("AccessDeniedException", ErrorKind.Forbidden), ("ThrottlingException", ErrorKind.TooMany), ("com.amazon#ServerException:http://x", ErrorKind.Unavailable), ("LimitExceededException", ErrorKind.Invalid) })
        {
            fake.Net.Misbehave(r => r.Uri.Host.StartsWith("api.ecr", StringComparison.Ordinal), _ => FakeAnswer.Json(new System.Text.Json.Nodes.JsonObject { ["__type"] = type, ["Message"] = "because" }, 400));
            var error = (await Open(fake).PrepareAsync("team/x")).Error!;
            Assert.Equal(kind, error.Kind);
            Assert.Contains("because", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ecr_DeletingWhatOthersNeed_IsRefused()
    {
        var fake = new FakeEcr(Time);
        fake.Registry.Seed(fake.Repository, Image("x"), "v1");
        fake.Net.Misbehave(r => r.Header("X-Amz-Target")?.EndsWith("BatchDeleteImage", StringComparison.Ordinal) == true, _ => FakeAnswer.Json(new System.Text.Json.Nodes.JsonObject
        {
            ["failures"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["failureCode"] = "ImageReferencedByManifestList", ["failureReason"] = "an index names it" }),
        }));
        var error = (await Open(fake).DeleteManifestAsync(fake.Repository, Image("x").Digest)).Error!;
        Assert.Equal(("ImageReferencedByManifestList", ErrorKind.Precondition), (error.Code, error.Kind));
    }

    [Fact]
    public async Task Google_AccessToken_NeedsTheProjectForLists()
    {
        var fake = new FakeGoogle(RegistryVendorKind.GoogleArtifactRegistry, "europe-west3-docker.pkg.dev", Time);
        var registry = Open(fake, ("access_token", "ya29.unknown"));
        Assert.Equal("project", (await registry.ListRepositoriesAsync(new())).Error!.Field);
        Assert.Equal(ConnectionProblem.WrongCredential, (await registry.TestAsync()).Problem);
    }

    [Fact]
    public async Task Harbor_ProxyCache_TakesNoPush()
    {
        var fake = new FakeHarbor(Time);
        fake.Net.Misbehave(r => r.Path == "/api/v2.0/projects/team", _ => FakeAnswer.Json(new System.Text.Json.Nodes.JsonObject { ["name"] = "team", ["registry_id"] = 3 }));
        Assert.Equal(ErrorKind.Denied, (await Open(fake).PrepareAsync("team/app")).Error!.Kind);
    }

    [Fact]
    public async Task Harbor_Prefix_IsAskedOfTheServer()
    {
        var fake = new FakeHarbor(Time);
        foreach (var name in (string[])["team/app", "team/base", "other/team/app"]) fake.Registry.Seed(name, Image(name), "v1");
        Assert.Equal(["team/app"], (await Open(fake).ListRepositoriesAsync(new("team/a"))).Value.Items);
        Assert.Contains(fake.Net.Seen, r => r.Query("q") == "name=~team/a");
    }

    [Fact]
    public async Task Harbor_NameOfManyParts_IsEncodedTwiceForDeleting()
    {
        var fake = new FakeHarbor(Time);
        fake.Registry.Seed("team/deep/er/app", Image("x"), "v1");
        Assert.True((await Open(fake).DeleteManifestAsync("team/deep/er/app", Image("x").Digest)).Ok);
        Assert.Contains(fake.Net.Seen, r => r.Path.Contains("deep%252Fer%252Fapp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Quay_WithoutOAuth_ListsByTheCatalog()
    {
        var fake = new FakeQuay(Time);
        fake.Registry.Seed("team/app", Image("x"), "v1");
        // the catalog wants a token without a scope
        var registry = Open(fake, ("username", "team+robot"), ("password", FakeVendor.Secret));
        Assert.Equal(["team/app"], (await registry.ListRepositoriesAsync(new())).Value.Items);
        Assert.DoesNotContain(fake.Net.Seen, r => r.Query("scope")?.Contains("catalog", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task GitLab_Group_IsListedAsOne()
    {
        var fake = new FakeGitLab(Time);
        fake.Net.Misbehave(r => r.Path == "/api/v4/groups/team%2Fsub/registry/repositories", _ => FakeAnswer.Json(new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["path"] = "team/sub/app" })));
        Assert.Equal(["team/sub/app"], (await Open(fake, ("username", FakeVendor.User), ("password", FakeVendor.Secret), ("group", "team/sub")).ListRepositoriesAsync(new())).Value.Items);
    }

    [Fact]
    public async Task GitLab_NoProject_IsToldBeforeThePush() =>
        Assert.Equal("NAME_UNKNOWN", (await Open(new FakeGitLab(Time)).PrepareAsync("team/nothing/here")).Error!.Code);

    [Fact]
    public async Task Artifactory_NameOutsideTheKey_IsRefused()
    {
        var registry = Open(new FakeArtifactory(Time));
        Assert.Equal("repository", (await registry.PrepareAsync("elsewhere/app")).Error!.Field);
        Assert.Equal("repository", (await registry.DeleteTagAsync("elsewhere/app", Tag("v1"))).Error!.Field);
    }

    [Fact]
    public async Task Api_RedirectElsewhere_IsNotFollowed()
    {
        var fake = new FakeHarbor(Time);
        fake.Net.Serve("evil.test", _ => FakeAnswer.Empty(200));
        fake.Net.Misbehave(r => r.Path.StartsWith("/api/", StringComparison.Ordinal), _ => FakeAnswer.Empty(302).With("Location", "https://evil.test/"));
        Assert.Equal("REGISTRY_ANSWER_INVALID", (await Open(fake).ListRepositoriesAsync(new())).Error!.Code);
        Assert.DoesNotContain(fake.Net.Seen, r => r.Uri.Host == "evil.test");
    }
}

/// <summary>The plain adapter against the real docker-registry.</summary>
public sealed class DistributionVendorTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>
{
    VendorRegistry Open(string secret) => RegistryVendors.Create(RegistryVendorKind.Distribution, fixture.Registry.Url,
        FakeVendor.Values(("username", fixture.Registry.Credentials!.User), ("password", secret)), new HttpMessageInvoker(RegistryClient.CreateHandler()), TimeProvider.System).Value;

    [Fact]
    public async Task RealRegistry_IsTestedListedPushedAndDeleted()
    {
        var registry = Open(fixture.Registry.Credentials!.Secret);
        Assert.True((await registry.TestAsync()).Ok);
        Assert.Equal(ConnectionProblem.WrongCredential, (await Open("wrong").TestAsync()).Problem);
        var created = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var index = OciArtifacts.Index([new OciImageBuilder(created).File("a", "1").Build(), new OciImageBuilder(created).On("linux", "arm64").File("a", "2").Build()]);
        Assert.True(TagName.TryParse("v1", out var one));
        Assert.True(TagName.TryParse("v2", out var two));
        Assert.True((await registry.PrepareAsync("vendors/app")).Ok);
        Assert.True((await ImagePusher.PushAsync(registry.Client, "vendors/app", index, [one, two])).Ok);
        Assert.True((await ImagePusher.PushAsync(registry.Client, "vendors/base", index.Children[0], [one])).Ok);
        Assert.Equal(["vendors/app", "vendors/base"], (await registry.AllRepositoriesAsync(Glob.Parse("vendors/*").Value)).Value);
        Assert.Equal(["v1", "v2"], (await registry.ListTagsAsync("vendors/app")).Value.Items.Order());
        var deleted = await registry.DeleteTagAsync("vendors/app", one);
        // version 2 refuses a tag, version 3 takes it away
        Assert.True(deleted.Ok || deleted.Error.Code == "VENDOR_CANNOT", deleted.Error?.ToString());
        Assert.True((await registry.ExistsAsync("vendors/app", two)).Value);
        Assert.True((await registry.DeleteManifestAsync("vendors/app", index.Digest)).Ok);
        Assert.False((await registry.ExistsAsync("vendors/app", two)).Value);
    }
}
