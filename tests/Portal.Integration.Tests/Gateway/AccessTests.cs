using System.Net;
using Portal.Kernel;
using Portal.Registry.Images;
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
    public async Task Guest_Pushing_IsDenied()
    {
        using var http = portal.Http("guest");
        using var push = await http.PostAsync("v2/team/x/blobs/uploads/", null);
        Assert.Equal((HttpStatusCode.Forbidden, "DENIED"), (push.StatusCode, await GatewayFixture.CodeAsync(push)));
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
}
