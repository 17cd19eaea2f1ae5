using Portal.Web.Kit;
using Xunit;

namespace Portal.Web.Tests.Kit;

public sealed class ClientCommandsTests
{
    static readonly RegistryAddress Secure = new("cr.example");
    static readonly RegistryAddress Plain = new("127.0.0.1:8080", Insecure: true);

    static string Pull(RegistryAddress registry, ContentKind kind, string tool, string? tag = "1.0", bool byDigest = false)
    {
        var command = ClientCommands.Pull(kind, registry.Insecure).Single(candidate => candidate.Tool == tool);
        return ClientCommands.Fill(byDigest ? command.ByDigest ?? command.Template : command.Template, registry, "payments/api", tag, "sha256:aa", byDigest);
    }

    [Theory]
    [InlineData("docker", "docker pull cr.example/payments/api:1.0")]
    [InlineData("podman", "podman pull cr.example/payments/api:1.0")]
    [InlineData("nerdctl", "nerdctl pull cr.example/payments/api:1.0")]
    [InlineData("skopeo", "skopeo copy docker://cr.example/payments/api:1.0 oci:api")]
    [InlineData("crane", "crane pull cr.example/payments/api:1.0 api.tar")]
    [InlineData("oras", "oras copy cr.example/payments/api:1.0 --to-oci-layout api")]
    public void Pull_ImageByTag_IsReadyToRun(string tool, string expected) => Assert.Equal(expected, Pull(Secure, ContentKind.Image, tool));

    [Fact]
    public void Pull_ByDigest_NamesTheDigest() => Assert.Equal("docker pull cr.example/payments/api@sha256:aa", Pull(Secure, ContentKind.Image, "docker", byDigest: true));

    [Fact]
    public void Pull_Untagged_NamesTheDigest() => Assert.Equal("docker pull cr.example/payments/api@sha256:aa", Pull(Secure, ContentKind.Image, "docker", tag: null));

    [Theory]
    [InlineData("podman", "podman pull --tls-verify=false 127.0.0.1:8080/payments/api:1.0")]
    [InlineData("skopeo", "skopeo copy --src-tls-verify=false docker://127.0.0.1:8080/payments/api:1.0 oci:api")]
    public void Pull_WithoutTls_CarriesTheToolsSwitch(string tool, string expected) => Assert.Equal(expected, Pull(Plain, ContentKind.Image, tool));

    [Fact]
    public void Pull_Chart_UsesHelm()
    {
        Assert.Equal("helm pull oci://cr.example/payments/api --version 1.0", Pull(Secure, ContentKind.Chart, "helm"));
        Assert.Equal("helm pull oci://cr.example/payments/api@sha256:aa", Pull(Secure, ContentKind.Chart, "helm", byDigest: true));
    }

    [Fact]
    public void Push_EveryTool_StartsWithSigningIn()
    {
        foreach (var tool in ClientCommands.Push(Plain, "payments/my-app", "ines"))
        {
            Assert.Contains("login", tool.Steps[0].Command, StringComparison.Ordinal);
            Assert.Contains("127.0.0.1:8080", tool.Steps[^1].Command, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Push_Helm_NamesTheFolderOfTheChart() =>
        Assert.Equal("helm push my-app-1.0.tgz oci://cr.example/payments", ClientCommands.Push(Secure, "payments/my-app", "ines").Single(tool => tool.Tool == "helm").Steps[^1].Command);
}
