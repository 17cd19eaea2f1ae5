using System.Text.Json.Nodes;
using Portal.Kernel;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>Clients that people use, as programs of their own.</summary>
public sealed class ClientTests(GatewayFixture portal) : IClassFixture<GatewayFixture>, IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("portal-clients-").FullName;

    string File(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task SkopeoAndPodman_Login_TakeTheRightPasswordOnly()
    {
        foreach (var program in (string[])["skopeo", "podman"])
        {
            var output = await GatewayFixture.RunAsync(program, "login", "--authfile", File(program), "--tls-verify=false", "-u", "dev", "-p", PortalHost.Password, portal.Address);
            Assert.Contains("Login Succeeded", output, StringComparison.Ordinal);
            Assert.NotEqual(0, (await GatewayFixture.TryRunAsync(program, "login", "--authfile", File(program + "2"), "--tls-verify=false", "-u", "stranger", "-p", "wrong", portal.Address)).Code);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("oci")]
    [InlineData("v2s2")]
    public async Task Skopeo_CopyThereAndBack_KeepsEveryByte(string? format)
    {
        var repository = GatewayFixture.NewRepository();
        var images = new[] { GatewayFixture.Image(Guid.NewGuid().ToString()), GatewayFixture.Image(Guid.NewGuid().ToString(), "arm64") };
        var artifact = format is null ? OciArtifacts.Index(images) : images[0];
        await portal.PushAsync(repository, artifact, "source");
        var credentials = $"dev:{PortalHost.Password}";
        string[] common = ["copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false", "--src-creds", credentials, "--dest-creds", credentials];
        string[] into = format is null ? common : [.. common, "--format", format];
        // into a folder and from there into another repository, as a mirror does
        await GatewayFixture.RunAsync("skopeo", [.. into, $"docker://{portal.Address}/{repository}:source", $"dir:{File("image")}"]);
        await GatewayFixture.RunAsync("skopeo", [.. common, $"dir:{File("image")}", $"docker://{portal.Address}/{repository}-copy:1"]);
        var pushed = await System.IO.File.ReadAllBytesAsync(Path.Combine(File("image"), "manifest.json"));
        var held = await portal.Client().GetManifestAsync(repository + "-copy", TagName.TryParse("1", out var tag) ? tag : default);
        Assert.Equal(pushed, held.Value.Bytes.ToArray());
        if (format is null) Assert.Equal(artifact.Digest, held.Value.Digest);
        // between repositories, with mounts
        await GatewayFixture.RunAsync("skopeo", [.. common, $"docker://{portal.Address}/{repository}-copy:1", $"docker://{portal.Address}/{repository}-mounted:2"]);
        var listed = JsonNode.Parse(await GatewayFixture.RunAsync("skopeo", "list-tags", "--tls-verify=false", "--creds", credentials, $"docker://{portal.Address}/{repository}-mounted"))!;
        Assert.Equal("2", listed["Tags"]!.AsArray().Single()!.GetValue<string>());
        await GatewayFixture.RunAsync("skopeo", "inspect", "--tls-verify=false", "--creds", credentials, $"docker://{portal.Address}/{repository}-mounted:2");
        await GatewayFixture.RunAsync("skopeo", "delete", "--tls-verify=false", "--creds", credentials, $"docker://{portal.Address}/{repository}-mounted:2");
        Assert.False((await portal.Client().GetManifestAsync(repository + "-mounted", tag)).Ok);
    }

    [Fact]
    public async Task Podman_PullAndPush_GoThrough()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        await portal.PushAsync(repository, image, "1");
        string[] podman = ["--root", File("root"), "--runroot", File("run"), "--storage-driver", "vfs"];
        var credentials = $"dev:{PortalHost.Password}";
        try
        {
            await GatewayFixture.RunAsync("podman", [.. podman, "pull", "--tls-verify=false", "--creds", credentials, $"{portal.Address}/{repository}:1"]);
            await GatewayFixture.RunAsync("podman", [.. podman, "tag", $"{portal.Address}/{repository}:1", $"{portal.Address}/{repository}-again:2"]);
            await GatewayFixture.RunAsync("podman", [.. podman, "push", "--tls-verify=false", "--creds", credentials, $"{portal.Address}/{repository}-again:2"]);
            Assert.True((await portal.Client().GetManifestAsync(repository + "-again", TagName.TryParse("2", out var tag) ? tag : default)).Ok);
        }
        finally
        {
            // without root its files belong to other accounts of the user's namespace: only podman can take them away
            await GatewayFixture.RunAsync("podman", [.. podman, "rmi", "--all", "--force"]);
        }
    }
}
