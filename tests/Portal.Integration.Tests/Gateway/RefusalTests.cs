using Portal.Access;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>
/// What people read when their client is refused. Clients ask by HEAD whether a blob is there before they push it; HEAD has no body, so a refusal there
/// would end in a bare status. Whoever sees the project is told "not there" instead, and the upload that follows is refused in words.
/// </summary>
public sealed class RefusalTests(GatewayFixture portal) : IClassFixture<GatewayFixture>, IDisposable
{
    static int _names;
    // short and in small letters: podman bounds the one and takes a folder's name for an image's
    readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "portal-refused-" + Guid.NewGuid().ToString("N")[..8])).FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("skopeo")]
    [InlineData("podman")]
    [InlineData("buildah")]
    public async Task Push_ByAReaderOfTheProject_EndsWithTheSentence(string program)
    {
        var output = await RefusedAsync(program, "guest", "team/readers/app");
        Assert.Contains("You may not push to the project team. Ask a project admin for the right.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("skopeo")]
    [InlineData("podman")]
    [InlineData("buildah")]
    public async Task Push_BesideTheOwnPattern_EndsWithTheSentenceThatNamesIt(string program)
    {
        var user = await portal.Host.CreateUserAsync($"beside{Interlocked.Increment(ref _names)}");
        await portal.Host.BindAsync(user, BuiltInRoles.Maintainer, portal.Team, "mine/*");
        var output = await RefusedAsync(program, user.Name, "team/theirs/app");
        Assert.Contains("You may not push to team/theirs/app. In this project you may push to team/mine/*.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("skopeo")]
    [InlineData("podman")]
    [InlineData("buildah")]
    public async Task Push_ToAForeignProject_SaysTheSameAsToAMissingOne(string program)
    {
        var foreign = await RefusedAsync(program, "stranger", "team/hidden/app");
        Assert.Contains("The project team does not exist or you have no access to it.", foreign, StringComparison.Ordinal);
        Assert.Contains("The project gone does not exist or you have no access to it.", await RefusedAsync(program, "stranger", "gone/hidden/app"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadBlob_WithoutTheRight_TellsNothingAboutWhatIsThere()
    {
        var image = GatewayFixture.Image(Guid.NewGuid().ToString());
        await portal.PushAsync("team/kept/app", image, "1");
        var user = await portal.Host.CreateUserAsync($"beside{Interlocked.Increment(ref _names)}");
        await portal.Host.BindAsync(user, BuiltInRoles.Maintainer, portal.Team, "mine/*");
        using var http = portal.Http(user.Name);
        foreach (var name in (string[])["team/kept/app", "team/none/app", "gone/none/app"])
        {
            using var head = await http.SendAsync(new(HttpMethod.Head, $"v2/{name}/blobs/{image.Blobs[0].Digest}"));
            Assert.Equal(System.Net.HttpStatusCode.NotFound, head.StatusCode);
        }
        // GET has a body, and says what is missing
        using var get = await http.GetAsync($"v2/team/kept/app/blobs/{image.Blobs[0].Digest}");
        Assert.Equal((System.Net.HttpStatusCode.Forbidden, "DENIED"), (get.StatusCode, await GatewayFixture.CodeAsync(get)));
    }

    /// <summary>Pushes an image that is not at the target yet, as somebody who may not; gives what the client printed.</summary>
    async Task<string> RefusedAsync(string program, string user, string target)
    {
        var source = GatewayFixture.NewRepository();
        await portal.PushAsync(source, GatewayFixture.Image(Guid.NewGuid().ToString()), "1");
        var from = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        await GatewayFixture.RunAsync("skopeo", "copy", "--src-tls-verify=false", "--src-creds", $"dev:{PortalHost.Password}", $"docker://{portal.Address}/{source}:1", $"oci:{from}:1");
        var (credentials, to) = ($"{user}:{PortalHost.Password}", $"docker://{portal.Address}/{target}:1");
        if (program == "skopeo") return await FailedAsync("skopeo", "copy", "--dest-tls-verify=false", "--dest-creds", credentials, $"oci:{from}:1", to);
        string[] store = ["--root", Path.Combine(_folder, "root"), "--runroot", Path.Combine(_folder, "run"), "--storage-driver", "vfs"];
        await GatewayFixture.RunAsync(program, [.. store, "pull", $"oci:{from}:1"]);
        var id = (await GatewayFixture.RunAsync(program, [.. store, "images", "--quiet", "--no-trunc"])).Trim().Split('\n')[0].Trim();
        try
        {
            return await FailedAsync(program, [.. store, "push", "--tls-verify=false", "--creds", credentials, id, to]);
        }
        finally
        {
            await GatewayFixture.RunAsync(program, [.. store, "rmi", "--all", "--force"]);
        }
    }

    static async Task<string> FailedAsync(string program, params string[] arguments)
    {
        var (code, output) = await GatewayFixture.TryRunAsync(program, arguments);
        Assert.NotEqual(0, code);
        return output;
    }
}
