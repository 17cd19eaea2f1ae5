using System.Net;
using System.Text.Json.Nodes;
using Portal.Access;
using Portal.Kernel;
using Portal.Registry.Images;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>Roles on a repository or tag pattern at the registry's door.</summary>
public sealed class PatternAccessTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    static int _names;

    async Task<string> UserAsync(string repositories, string tags = "", BuiltInRole? role = null)
    {
        var user = await portal.Host.CreateUserAsync($"pattern{Interlocked.Increment(ref _names)}");
        await portal.Host.BindAsync(user, role ?? BuiltInRoles.Maintainer, portal.Team, repositories, tags);
        return user.Name;
    }

    async Task PushAsAsync(string user, string repository, BuiltArtifact artifact, params string[] tags)
    {
        var pushed = await ImagePusher.PushAsync(portal.Client(user), repository, artifact, [.. tags.Select(t => TagName.TryParse(t, out var tag) ? tag : throw new FormatException(t))]);
        Assert.True(pushed.Ok, pushed.Error?.ToString());
    }

    [Fact]
    public async Task RepositoryPattern_PushesThereAndIsRefusedNextDoor()
    {
        var user = await UserAsync("globs/*");
        await PushAsAsync(user, "team/globs/app", GatewayFixture.Image("globs"), "1");
        await portal.PushAsync("team/other/app", GatewayFixture.Image("other"), "1");
        using var basic = portal.Http(user);
        using var bearer = await portal.BearerAsync(user, "repository:team/globs/app:pull,push", "repository:team/other/app:pull,push", "repository:team/none/app:pull,push");
        foreach (var http in (HttpClient[])[basic, bearer])
        {
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("v2/team/globs/app/manifests/1")).StatusCode);
            using var push = await http.PostAsync("v2/team/other/app/blobs/uploads/", null);
            Assert.Equal(HttpStatusCode.Forbidden, push.StatusCode);
            var message = await push.Content.ReadAsStringAsync();
            Assert.Contains("You may not push to team/other/app. In this project you may push to team/globs/*.", JsonNode.Parse(message)!["errors"]![0]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
            // a repository that is there and one that is not answer alike
            using var foreign = await http.GetAsync("v2/team/other/app/manifests/1");
            using var missing = await http.GetAsync("v2/team/none/app/manifests/1");
            Assert.Equal((foreign.StatusCode, (await foreign.Content.ReadAsStringAsync()).Replace("other", "none", StringComparison.Ordinal)), (missing.StatusCode, await missing.Content.ReadAsStringAsync()));
            // one segment deeper is next door too
            Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("v2/team/globs/app/deep/blobs/uploads/", null)).StatusCode);
            // and nothing is taken from there
            using var mount = await http.PostAsync($"v2/team/globs/app/blobs/uploads/?mount={GatewayFixture.Image("other").Digest}&from=team/other/app", null);
            Assert.NotEqual(HttpStatusCode.Created, mount.StatusCode);
        }
        using var catalog = await portal.BearerAsync(user, "registry:catalog:*");
        var names = JsonNode.Parse(await catalog.GetStringAsync("v2/_catalog"))!["repositories"]!.AsArray().Select(n => n!.GetValue<string>()).Where(n => n.StartsWith("team/", StringComparison.Ordinal));
        Assert.Equal(["team/globs/app"], names.Where(n => n.Split('/')[1] is "globs" or "other"));
        Assert.DoesNotContain("team/other/app", names);
    }

    [Fact]
    public async Task TagPattern_ReachesMatchingTagsTheirPlatformsAndBlobsOnly()
    {
        var user = await UserAsync("tagged", "v*");
        var hidden = GatewayFixture.Image("hidden");
        await portal.PushAsync("team/tagged", hidden, "latest");
        var (amd, arm) = (GatewayFixture.Image("seen"), GatewayFixture.Image("seen", "arm64"));
        var index = OciArtifacts.Index([amd, arm]);
        await PushAsAsync(user, "team/tagged", index, "v1");
        using var http = portal.Http(user);

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("v2/team/tagged/manifests/v1")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"v2/team/tagged/manifests/{index.Digest}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"v2/team/tagged/manifests/{arm.Digest}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"v2/team/tagged/blobs/{arm.Blobs[0].Digest}")).StatusCode);
        foreach (var path in (string[])["manifests/latest", "manifests/none", $"manifests/{hidden.Digest}", $"blobs/{hidden.Blobs[^1].Digest}"])
            Assert.True((await http.GetAsync($"v2/team/tagged/{path}")).StatusCode == HttpStatusCode.NotFound, path);
        Assert.Equal(["v1"], JsonNode.Parse(await http.GetStringAsync("v2/team/tagged/tags/list"))!["tags"]!.AsArray().Select(t => t!.GetValue<string>()));

        using var body = new ByteArrayContent(amd.Manifest);
        body.Headers.ContentType = new(amd.MediaType);
        using var push = await http.PutAsync("v2/team/tagged/manifests/latest", body);
        Assert.Equal(HttpStatusCode.Forbidden, push.StatusCode);
        Assert.Contains("may not push the tag latest of team/tagged. Here you may push v*", await push.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var delete = await http.DeleteAsync("v2/team/tagged/manifests/latest");
        Assert.Equal(HttpStatusCode.Forbidden, delete.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.DeleteAsync($"v2/team/tagged/manifests/{hidden.Digest}")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await http.DeleteAsync("v2/team/tagged/manifests/v1")).StatusCode);
        using var dev = portal.Http();
        Assert.Equal(HttpStatusCode.OK, (await dev.GetAsync("v2/team/tagged/manifests/latest")).StatusCode);
    }

    [Fact]
    public async Task PullOnlyPattern_DeletingOrPushing_IsDenied()
    {
        var user = await UserAsync("ro/**", role: BuiltInRoles.LimitedGuest);
        await portal.PushAsync("team/ro/a/b", GatewayFixture.Image("ro"), "1");
        using var http = await portal.BearerAsync(user, "repository:team/ro/a/b:pull,push,delete");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("v2/team/ro/a/b/manifests/1")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("v2/team/ro/a/b/blobs/uploads/", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.DeleteAsync("v2/team/ro/a/b/manifests/1")).StatusCode);
    }
}
