using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.Registry.Vendors;
using Portal.TestKit;
using Portal.TestKit.Registries;
using Xunit;

namespace Portal.Tests.Registry.Vendors;

/// <summary>What every adapter must do, run by each against a made-up registry of its vendor.</summary>
public sealed class VendorSuite
{
    static readonly DateTimeOffset Created = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // moves on with the real clock, so that pauses end by themselves
    readonly ShiftedTime _time = new();

    public static TheoryData<RegistryVendorKind> Every => [.. Enum.GetValues<RegistryVendorKind>()];
    public static TheoryData<RegistryVendorKind> Pushable => [.. RegistryVendors.All.Where(v => v.Capabilities.CanPush).Select(v => v.Kind)];
    public static TheoryData<RegistryVendorKind> WithTokens => [.. Enum.GetValues<RegistryVendorKind>().Where(k => k is not (RegistryVendorKind.Distribution or RegistryVendorKind.Mcr or RegistryVendorKind.Ecr or RegistryVendorKind.Nexus))];

    static BuiltArtifact Image(string text) => new OciImageBuilder(Created).File("hello.txt", text).Build();

    static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new ArgumentException(text);

    static VendorRegistry Open(FakeVendor fake, TimeProvider time, VendorCredential? credential = null) =>
        RegistryVendors.Create(fake.Kind, fake.Url, credential ?? fake.Good, new HttpMessageInvoker(fake.Net), time).Value;

    (FakeVendor Fake, VendorRegistry Registry) Start(RegistryVendorKind kind)
    {
        var fake = FakeVendor.Create(kind, _time);
        return (fake, Open(fake, _time));
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Test_RightCredential_Works(RegistryVendorKind kind)
    {
        var (_, registry) = Start(kind);
        var report = await registry.TestAsync();
        Assert.True(report.Ok, report.Message);
        Assert.Equal(kind, registry.Vendor.Kind);
    }

    [Theory, MemberData(nameof(Pushable))]
    public async Task Test_WrongCredential_IsToldAndKeptSecret(RegistryVendorKind kind)
    {
        var fake = FakeVendor.Create(kind, _time);
        var report = await Open(fake, _time, fake.Wrong).TestAsync();
        Assert.Equal(ConnectionProblem.WrongCredential, report.Problem);
        Assert.DoesNotContain(FakeVendor.Secret, report.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Test_HostWithoutAddress_IsTold(RegistryVendorKind kind)
    {
        var fake = FakeVendor.Create(kind, _time);
        var report = await RegistryVendors.Create(kind, fake.Url, fake.Good, new HttpMessageInvoker(new FakeNet()), _time).Value.TestAsync();
        Assert.Equal(ConnectionProblem.NameUnknown, report.Problem);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Test_TooManyRequests_IsTold(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        fake.Net.Limit(_ => true, 7);
        Assert.Equal(ConnectionProblem.RateLimited, (await registry.TestAsync()).Problem);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Test_SomethingElseAnswers_IsTold(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        fake.Net.Misbehave(r => r.Uri.Authority == fake.Host && r.Path == "/v2/", _ => new(200, "<html>Welcome</html>"u8.ToArray(), "text/html"), int.MaxValue);
        Assert.Equal(ConnectionProblem.NotARegistry, (await registry.TestAsync()).Problem);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task ListRepositories_InPages_GivesAllOnce(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        string[] names = [fake.Repository, fake.Repository + "-2", fake.Other];
        foreach (var name in names) fake.Registry.Seed(name, Image(name), "v1");
        var (found, pages, next) = (new List<string>(), 0, (string?)null);
        do
        {
            var page = (await registry.ListRepositoriesAsync(new(null, next, 2))).Value;
            Assert.True(page.Items.Count <= 2);
            found.AddRange(page.Items);
            next = page.Next;
            Assert.True(++pages < 20);
        }
        while (next is not null);
        Assert.Equal(names.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.True(pages > 1);
        Assert.Equal([fake.Other], (await registry.AllRepositoriesAsync(Glob.Parse(fake.Other[..^1] + "*").Value)).Value);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task ListTags_InPages_GivesAllOnce(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        fake.Registry.Seed(fake.Repository, Image("x"), "v1", "v2", "v3", "v4", "v5");
        var (found, next) = (new List<string>(), (string?)null);
        do
        {
            var page = (await registry.ListTagsAsync(fake.Repository, next, 2)).Value;
            found.AddRange(page.Items);
            next = page.Next;
            Assert.True(found.Count <= 5);
        }
        while (next is not null);
        Assert.Equal(["v1", "v2", "v3", "v4", "v5"], found);
        fake.Registry.OddTags = true;
        Assert.Equal(found, (await registry.ListTagsAsync(fake.Repository)).Value.Items);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Pull_ManifestAndBlobs_SendsTheCredentialNowhereElse(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        var index = OciArtifacts.Index([Image("amd"), new OciImageBuilder(Created).On("linux", "arm64").File("a.txt", "arm").Build()]);
        fake.Registry.Seed(fake.Repository, index, "v1");
        Assert.Equal(index.Digest, (await registry.Client.HeadManifestAsync(fake.Repository, Tag("v1"))).Value.Digest);
        Assert.Equal(index.Manifest, (await registry.Client.GetManifestAsync(fake.Repository, Tag("v1"))).Value.Bytes.ToArray());
        foreach (var blob in index.Children.SelectMany(c => c.Blobs)) Assert.Equal(blob.Bytes(), (await registry.Client.GetBlobAsync(fake.Repository, blob.Digest, 1 << 20)).Value);
        Assert.True((await registry.ExistsAsync(fake.Repository, Tag("v1"))).Value);
        Assert.False((await registry.ExistsAsync(fake.Repository, Tag("v9"))).Value);
        if (fake.Registry.StorageHost is { } storage)
        {
            Assert.Contains(fake.Net.Seen, r => r.Uri.Host == storage);
            Assert.All(fake.Net.Seen.Where(r => r.Uri.Host == storage), r => Assert.Null(r.Authorization));
        }
        Assert.DoesNotContain(fake.Net.Seen, r => r.Uri.Scheme != "https");
    }

    [Theory, MemberData(nameof(Pushable))]
    public async Task Push_ImageAndIndex_AfterPreparing(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        if (registry.Vendor.Capabilities.BeforePush == BeforePush.Created && kind != RegistryVendorKind.GoogleContainerRegistry)
            Assert.Equal(ErrorKind.NotFound, (await ImagePusher.PushAsync(registry.Client, fake.Fresh, Image("early"), [Tag("v0")])).Error!.Kind);
        Assert.True((await registry.PrepareAsync(fake.Fresh)).Ok);
        // that it is there already is no failure
        Assert.True((await registry.PrepareAsync(fake.Fresh)).Ok);
        var index = OciArtifacts.Index([Image("amd"), new OciImageBuilder(Created).On("linux", "arm64").File("a.txt", "arm").Build()]);
        var single = await ImagePusher.PushAsync(registry.Client, fake.Fresh, Image("one"), [Tag("v1"), Tag("latest")]);
        Assert.True(single.Ok, single.Error?.ToString());
        Assert.True((await ImagePusher.PushAsync(registry.Client, fake.Fresh, index, [Tag("multi")])).Ok);
        var stored = fake.Registry.Repositories[fake.Fresh];
        Assert.Equal(Image("one").Digest.Text, stored.Tags["v1"]);
        Assert.Equal(index.Manifest, stored.Manifests[stored.Tags["multi"]].Bytes);
        Assert.Equal(["latest", "multi", "v1"], (await registry.ListTagsAsync(fake.Fresh)).Value.Items);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task DeleteTag_OneOfTwo_LeavesTheOtherOrIsRefusedClearly(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        fake.Registry.Seed(fake.Repository, Image("x"), "old", "new");
        var deleted = await registry.DeleteTagAsync(fake.Repository, Tag("old"));
        if (registry.Vendor.Capabilities.DeletesTags == Support.Yes) Assert.True(deleted.Ok, deleted.Error?.ToString());
        else Assert.Equal("VENDOR_CANNOT", deleted.Error!.Code);
        Assert.Equal(deleted.Ok ? ["new"] : ["new", "old"], fake.Registry.Repositories[fake.Repository].Tags.Keys);
        if (deleted.Ok) Assert.Equal(ErrorKind.NotFound, (await registry.DeleteTagAsync(fake.Repository, Tag("old"))).Error!.Kind);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task DeleteManifest_TakesItsTagsOrIsRefusedClearly(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        var (gone, kept) = (Image("gone"), Image("kept"));
        fake.Registry.Seed(fake.Repository, gone, "a", "b");
        fake.Registry.Seed(fake.Repository, kept, "c");
        var deleted = await registry.DeleteManifestAsync(fake.Repository, gone.Digest);
        if (registry.Vendor.Capabilities.DeletesManifests == Support.No) Assert.Equal("VENDOR_CANNOT", deleted.Error!.Code);
        else Assert.True(deleted.Ok, deleted.Error?.ToString());
        Assert.Equal(deleted.Ok ? ["c"] : ["a", "b", "c"], fake.Registry.Repositories[fake.Repository].Tags.Keys);
    }

    [Theory, MemberData(nameof(Pushable))]
    public async Task Token_PastItsLife_IsRenewed(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        fake.Registry.Seed(fake.Repository, Image("x"), "v1");
        async Task<(int?, int?)> GetAsync()
        {
            Assert.True((await registry.Client.GetManifestAsync(fake.Repository, Tag("v1"))).Ok);
            return (fake.Tokens?.Issued, fake.Logins);
        }
        var first = await GetAsync();
        Assert.Equal(first, await GetAsync());
        _time.Advance(fake.Life + TimeSpan.FromMinutes(1));
        var (tokens, logins) = await GetAsync();
        Assert.True(tokens is null || tokens > first.Item1);
        Assert.True(logins is null || logins > first.Item2);
        // the vendors' own APIs renew as well
        Assert.True((await registry.ListRepositoriesAsync(new())).Ok);
    }

    [Theory, MemberData(nameof(WithTokens))]
    public async Task Realm_OnAHostNobodyEntered_GetsNothing(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        fake.Net.Serve("evil.test", _ => FakeAnswer.Empty(200));
        fake.Registry.Seed(fake.Repository, Image("x"), "v1");
        fake.Tokens!.NamedRealm = "https://evil.test/token";
        Assert.Equal("REGISTRY_ANSWER_INVALID", (await registry.Client.GetManifestAsync(fake.Repository, Tag("v1"))).Error!.Code);
        Assert.DoesNotContain(fake.Net.Seen, r => r.Uri.Host == "evil.test");
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Get_TooManyRequests_TellsHowLongToWait(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        fake.Registry.Seed(fake.Repository, Image("x"), "v1");
        fake.Net.Limit(r => r.Path.Contains("/manifests/", StringComparison.Ordinal), 17);
        var error = Assert.IsType<RateLimited>((await registry.Client.GetManifestAsync(fake.Repository, Tag("v1"))).Error);
        Assert.Equal(TimeSpan.FromSeconds(17), error.Wait);
        Assert.Equal(ErrorKind.TooMany, error.Kind);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Get_TroubleThatPasses_IsTriedAgain(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        fake.Registry.Seed(fake.Repository, Image("x"), "v1");
        fake.Net.Fail(r => r.Path.Contains("/manifests/", StringComparison.Ordinal), 503, 2);
        Assert.True((await registry.Client.GetManifestAsync(fake.Repository, Tag("v1"))).Ok);
        fake.Net.Fail(r => r.Path.Contains("/manifests/", StringComparison.Ordinal), 502, 3);
        Assert.Equal(ErrorKind.Unavailable, (await registry.Client.GetManifestAsync(fake.Repository, Tag("v1"))).Error!.Kind);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Blob_CutForgedOrSlow_IsToldOrRead(RegistryVendorKind kind)
    {
        var (fake, registry) = Start(kind);
        var image = Image("x");
        fake.Registry.Seed(fake.Repository, image, "v1");
        var blob = image.Blobs[0];
        Task<Result<byte[]>> GetAsync() => registry.Client.GetBlobAsync(fake.Repository, blob.Digest, 1 << 20);
        static Func<FakeAnswer, FakeAnswer?> OnBody(Func<FakeAnswer, FakeAnswer> change) => a => a.Status == 200 && a.Body.Length > 0 ? change(a) : null;
        static bool Content(FakeRequest r) => r.Method == "GET" && r.Path.Contains("sha256:", StringComparison.Ordinal);

        fake.Net.Misbehave(Content, OnBody(a => a with { CutAfter = 5 }));
        Assert.Equal(OutageCause.ConnectionLost, Assert.IsType<Outage>((await GetAsync()).Error).Cause);
        fake.Net.Misbehave(Content, OnBody(a => a with { Body = [.. a.Body.Select(b => (byte)~b)] }));
        Assert.Equal("DIGEST_MISMATCH", (await GetAsync()).Error!.Code);
        fake.Net.Misbehave(Content, OnBody(a => a with { Drip = true }));
        Assert.Equal(blob.Bytes(), (await GetAsync()).Value);
    }
}
