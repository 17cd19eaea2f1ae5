using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Images;
using Portal.Registry.Manifests;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>Who may do what, and what they learn when they may not.</summary>
public sealed class AccessTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task Anonymous_AnyRoute_IsChallengedWithTheScopeItNeeds()
    {
        using var http = portal.Http(null);
        foreach (var (path, scope) in new[]
        {
            ("v2/", null), ("v2/team/a/manifests/1", "repository:team/a:pull"), ("v2/open/a/manifests/1", "repository:open/a:pull"), ("v2/missing/a/tags/list", "repository:missing/a:pull"), ("v2/_catalog", "registry:catalog:*"),
        })
        {
            using var answer = await http.GetAsync(path);
            Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHORIZED"), (answer.StatusCode, await GatewayFixture.CodeAsync(answer)));
            Assert.Equal("registry/2.0", answer.Headers.GetValues("Docker-Distribution-Api-Version").Single());
            var challenge = answer.Headers.WwwAuthenticate.Single();
            Assert.Equal("Bearer", challenge.Scheme);
            Assert.Equal($"realm=\"http://{portal.Address}/service/token\",service=\"portal-registry\"" + (scope is null ? "" : $",scope=\"{scope}\""), challenge.Parameter);
        }
        using var mount = await http.PostAsync("v2/team/a/blobs/uploads/?mount=sha256:0&from=open/b", null);
        Assert.Contains("scope=\"repository:team/a:pull,push repository:open/b:pull\"", mount.Headers.WwwAuthenticate.Single().Parameter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForeignAndMissingProject_KnownCaller_GetTheSameAnswer()
    {
        await portal.PushAsync("team/secret", GatewayFixture.Image("secret"), "1");
        foreach (var authenticate in (Func<string, Task<HttpClient>>[])[_ => Task.FromResult(portal.Http("stranger")), name => portal.BearerAsync("stranger", $"repository:{name}:pull,push")])
        {
            var answers = new List<string>();
            foreach (var project in (string[])["team", "gone"])
            {
                using var http = await authenticate($"{project}/secret");
                using var pull = await http.GetAsync($"v2/{project}/secret/manifests/1");
                using var push = await http.PostAsync($"v2/{project}/secret/blobs/uploads/", null);
                answers.Add($"{pull.StatusCode} {await pull.Content.ReadAsStringAsync()} {push.StatusCode} {await push.Content.ReadAsStringAsync()}".Replace(project, "X", StringComparison.Ordinal));
            }
            Assert.Equal(answers[0], answers[1]);
            Assert.Contains("NAME_UNKNOWN", answers[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Guest_Pushing_IsDenied()
    {
        using var http = portal.Http("guest");
        using var push = await http.PostAsync("v2/team/x/blobs/uploads/", null);
        Assert.Equal((HttpStatusCode.Forbidden, "DENIED"), (push.StatusCode, await GatewayFixture.CodeAsync(push)));
    }

    [Fact]
    public async Task Blob_KnownDigestOfAPrivateProject_IsReadableNowhereElse()
    {
        var secret = BuiltBlob.Of(MediaTypes.OctetStream, RandomNumberGenerator.GetBytes(2_000));
        using (var content = secret.Open()) Assert.True((await portal.Client().UploadBlobAsync("team/vault", secret.Digest, content, secret.Size)).Ok);
        await portal.Host.AddMemberAsync(await portal.Host.CreateProjectAsync("own" + Guid.NewGuid().ToString("N")[..8]), "stranger", BuiltInRoles.Maintainer);
        var project = (await portal.Host.Services.GetRequiredService<ProjectQueries>().ListAsync(portal.Host.Admin, new(Filter: "own"), new(), CancellationToken.None)).Items[0].Name;
        using var dev = portal.Http();
        Assert.Equal(HttpStatusCode.OK, (await dev.GetAsync($"v2/team/vault/blobs/{secret.Digest}")).StatusCode); // caches are warm now
        using var http = portal.Http("stranger");
        foreach (var path in (string[])[$"v2/{project}/x/blobs/{secret.Digest}", $"v2/open/x/blobs/{secret.Digest}", $"v2/team/vault/blobs/{secret.Digest}"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await http.SendAsync(new(HttpMethod.Head, path))).StatusCode);
        }
        using var mount = await http.PostAsync($"v2/{project}/x/blobs/uploads/?mount={secret.Digest}&from=team/vault", null);
        Assert.Equal(HttpStatusCode.Accepted, mount.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"v2/{project}/x/blobs/{secret.Digest}")).StatusCode);
        // in another repository of the same project it is not there either until it is mounted
        Assert.Equal(HttpStatusCode.NotFound, (await dev.GetAsync($"v2/team/other/blobs/{secret.Digest}")).StatusCode);
        using var allowed = await dev.PostAsync($"v2/team/other/blobs/uploads/?mount={secret.Digest}&from=team/vault", null);
        Assert.Equal(HttpStatusCode.Created, allowed.StatusCode);
        Assert.Equal(secret.Bytes(), await dev.GetByteArrayAsync($"v2/team/other/blobs/{secret.Digest}"));
    }

    [Fact]
    public async Task Upload_ContinuedByAnotherOrElsewhere_IsUnknown()
    {
        using var http = portal.Http();
        using var post = await http.PostAsync("v2/team/one/blobs/uploads/", null);
        var location = post.Headers.Location!.OriginalString;
        using var admin = portal.Http("admin");
        using var body = new ByteArrayContent([1, 2, 3]);
        foreach (var (client, path) in new[] { (admin, location), (http, location.Replace("/one/", "/two/", StringComparison.Ordinal)), (http, location[..^3] + "AAA"), (http, location.Replace("uploads/", "uploads/x", StringComparison.Ordinal)), (http, location.Split('?')[0]) })
        {
            using var patch = await client.PatchAsync(path, body);
            Assert.Equal((HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN"), (patch.StatusCode, await GatewayFixture.CodeAsync(patch)));
        }
        using var own = await http.PatchAsync(location, body);
        Assert.Equal(HttpStatusCode.Accepted, own.StatusCode);
    }

    [Fact]
    public async Task Token_CoversNoMoreThanAskedAndGranted()
    {
        await portal.PushAsync("team/scoped", GatewayFixture.Image("scoped"), "1");
        using var pull = await portal.BearerAsync("dev", "repository:team/scoped:pull");
        Assert.Equal(HttpStatusCode.OK, (await pull.GetAsync("v2/team/scoped/manifests/1")).StatusCode);
        using var push = await pull.PostAsync("v2/team/scoped/blobs/uploads/", null);
        Assert.Equal(HttpStatusCode.Unauthorized, push.StatusCode);
        Assert.Contains("error=\"insufficient_scope\"", push.Headers.WwwAuthenticate.Single().Parameter, StringComparison.Ordinal);
        using var other = await pull.GetAsync("v2/team/elsewhere/manifests/1");
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
        using var guest = await portal.BearerAsync("guest", "repository:team/scoped:pull,push,delete");
        Assert.Equal(HttpStatusCode.Forbidden, (await guest.PostAsync("v2/team/scoped/blobs/uploads/", null)).StatusCode);
        using var nobody = await portal.BearerAsync(null, "repository:team/scoped:pull");
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("v2/team/scoped/manifests/1")).StatusCode);
    }

    [Fact]
    public async Task PublicProject_AnonymousToken_PullsAndNothingElse()
    {
        var image = GatewayFixture.Image("open");
        Assert.True((await ImagePusher.PushAsync(portal.Client("admin"), "open/app", image, [TagName.TryParse("1", out var tag) ? tag : default])).Ok);
        using var http = await portal.BearerAsync(null, "repository:open/app:pull,push");
        Assert.Equal(image.Manifest, await http.GetByteArrayAsync("v2/open/app/manifests/1"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync("v2/open/app/blobs/uploads/", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("v2/_catalog")).StatusCode);
    }

    [Fact]
    public async Task TokenService_WrongPasswordNoScopeOrOtherService_IsRefused()
    {
        using var wrong = portal.Host.Client("dev", "not it");
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("service/token?service=portal-registry")).StatusCode);
        using var nobody = portal.Http(null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("service/token?service=portal-registry")).StatusCode);
        using var dev = portal.Http();
        Assert.Equal(HttpStatusCode.BadRequest, (await dev.GetAsync("service/token?service=other")).StatusCode);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password", ["service"] = "portal-registry", ["username"] = "dev", ["password"] = PortalHost.Password, ["scope"] = "repository:team/a:pull" });
        Assert.Equal(HttpStatusCode.OK, (await nobody.PostAsync("service/token", form)).StatusCode);
        using var refresh = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["service"] = "portal-registry" });
        Assert.Equal(HttpStatusCode.BadRequest, (await nobody.PostAsync("service/token", refresh)).StatusCode);
    }

    [Fact]
    public async Task Token_AfterPasswordChangeDisablingOrRemoval_DiesWithinTwoSeconds()
    {
        var users = portal.Host.Services.GetRequiredService<UserService>();
        await portal.PushAsync("team/stale", GatewayFixture.Image("stale"), "1");
        var changed = await portal.Host.CreateUserAsync("changed");
        var disabled = await portal.Host.CreateUserAsync("disabled");
        var removed = await portal.Host.CreateUserAsync("removed");
        var member = 0;
        var clients = new List<HttpClient>();
        foreach (var user in (Caller[])[changed, disabled, removed])
        {
            member = await portal.Host.AddMemberAsync(portal.Team, user.Name, BuiltInRoles.Guest);
            clients.Add(await portal.BearerAsync(user.Name, "repository:team/stale:pull"));
            Assert.Equal(HttpStatusCode.OK, (await clients[^1].GetAsync("v2/team/stale/manifests/1")).StatusCode);
        }
        Assert.True((await users.ChangeOwnPasswordAsync(changed, PortalHost.Password, "Another-password-2", null, CancellationToken.None)).Ok);
        Assert.True((await users.SetDisabledAsync(portal.Host.Admin, disabled.Id, true, CancellationToken.None)).Ok);
        Assert.True((await portal.Host.Services.GetRequiredService<MemberService>().RemoveAsync(portal.Host.Admin, portal.Team.Target, portal.Team.Name, member, CancellationToken.None)).Ok);
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.Unauthorized, (await clients[0].GetAsync("v2/team/stale/manifests/1")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await clients[1].GetAsync("v2/team/stale/manifests/1")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await clients[2].GetAsync("v2/team/stale/manifests/1")).StatusCode);
    }

    [Fact]
    public async Task Token_ProjectDeletedAndMadeAnew_DoesNotCoverTheNewOne()
    {
        var projects = portal.Host.Services.GetRequiredService<ProjectDeleter>();
        var project = await portal.Host.CreateProjectAsync("phoenix");
        await portal.Host.AddMemberAsync(project, "guest", BuiltInRoles.Maintainer);
        using var http = await portal.BearerAsync("guest", "repository:phoenix/a:pull,push");
        using (var before = await http.PostAsync("v2/phoenix/a/blobs/uploads/", null)) Assert.Equal(HttpStatusCode.Accepted, before.StatusCode);
        Assert.True((await projects.DeleteAsync(portal.Host.Admin, project.Id, CancellationToken.None)).Ok);
        await portal.Host.AddMemberAsync(await portal.Host.CreateProjectAsync("phoenix"), "guest", BuiltInRoles.Maintainer);
        using var after = await http.PostAsync("v2/phoenix/a/blobs/uploads/", null);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }
}
