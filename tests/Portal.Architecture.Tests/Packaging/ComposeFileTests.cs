using System.Text.RegularExpressions;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Portal.Architecture.Tests.Packaging;

/// <summary>What the compose specification asks of docker-compose.yml, as far as the file uses it, and what Portal asks of it.</summary>
public partial class ComposeFileTests
{
    static readonly string[] ServiceKeys =
        ["build", "image", "restart", "ports", "volumes", "networks", "healthcheck", "profiles", "environment", "depends_on"];

    static readonly string[] Conditions = ["service_started", "service_healthy", "service_completed_successfully"];

    static readonly YamlMappingNode File = PackagingFiles.Yaml("docker-compose.yml");

    static IEnumerable<(string Key, YamlNode Value)> Services => File.Find("services")!.Entries();

    static IEnumerable<(string Key, string Value)> PortalEnvironment => Services
        .Where(service => service.Key.StartsWith("portal", StringComparison.Ordinal))
        .SelectMany(service => service.Value.Find("environment")!.Entries())
        .Select(variable => (variable.Key, variable.Value.Text()));

    [Fact]
    public void File_TopLevel_HasOnlyWhatTheSpecificationKnows() =>
        Assert.All(File.Entries(), entry => Assert.True(entry.Key is "name" or "services" or "networks" or "volumes" || entry.Key.StartsWith("x-", StringComparison.Ordinal), entry.Key));

    [Fact]
    public void Services_OfTheFile_AreTheFiveOfTheGuide() =>
        Assert.Equal(["portal", "portal-sqlserver", "postgres", "registry", "sqlserver"], Services.Select(service => service.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void Service_EachKey_IsKnownAndOfItsType() => Assert.All(Services, service =>
    {
        Assert.All(service.Value.Entries(), entry => Assert.Contains(entry.Key, ServiceKeys));
        Assert.Matches(@"^[a-z0-9./-]+:[A-Za-z0-9._-]+$", service.Value.Find("image")!.Text());
        Assert.Equal("unless-stopped", service.Value.Find("restart")!.Text());
        Assert.All(service.Value.Find("environment")!.Entries(), variable =>
        {
            Assert.Matches("^[A-Z][A-Za-z0-9_]*$", variable.Key);
            Assert.IsType<YamlScalarNode>(variable.Value);
        });
    });

    [Fact]
    public void Service_HealthCheck_IsComplete() => Assert.All(Services, service =>
    {
        var check = service.Value.Find("healthcheck")!;
        Assert.Equal(["interval", "retries", "start_period", "test", "timeout"], check.Entries().Select(entry => entry.Key).Order(StringComparer.Ordinal));
        Assert.Contains(check.Find("test").Texts().First(), (string[])["CMD", "CMD-SHELL"]);
        Assert.All((string[])["interval", "timeout", "start_period"], key => Assert.Matches("^[0-9]+s$", check.Find(key)!.Text()));
        Assert.Matches("^[0-9]+$", check.Find("retries")!.Text());
    });

    [Fact]
    public void Service_References_NameWhatTheFileDeclares() => Assert.All(Services, service =>
    {
        var profiles = service.Value.Find("profiles").Texts().ToArray();
        foreach (var (name, condition) in service.Value.Find("depends_on")?.Entries() ?? [])
        {
            var needed = Services.Single(other => other.Key == name).Value;
            Assert.Contains(condition.Find("condition")!.Text(), Conditions);
            // A service without a profile is always there; one with a profile only for those that have it too.
            Assert.Subset(profiles.ToHashSet(), needed.Find("profiles").Texts().ToHashSet());
        }

        Assert.All(service.Value.Find("networks").Texts(), network => Assert.NotNull(File.Find("networks")!.Entries().Select(entry => entry.Key).SingleOrDefault(key => key == network)));
        Assert.All(service.Value.Find("volumes").Texts(), volume => Assert.Contains(volume.Split(':')[0], File.Find("volumes")!.Entries().Select(entry => entry.Key)));
    });

    [Fact]
    public void Ports_OfTheFile_ArePortalsAloneAndOnLoopback() => Assert.All(Services, service =>
    {
        var ports = service.Value.Find("ports").Texts().ToArray();
        if (service.Key.StartsWith("portal", StringComparison.Ordinal))
            Assert.Equal("${PORTAL_LISTEN:-127.0.0.1}:${PORTAL_PORT:-8080}:8080", Assert.Single(ports));
        else
            Assert.Empty(ports);
    });

    [Fact]
    public void Registry_OfTheFile_IsOnTheInternalNetworkAloneAndMayDelete()
    {
        var registry = Services.Single(service => service.Key == "registry").Value;

        Assert.Equal(["back"], registry.Find("networks").Texts());
        Assert.Equal("true", File.Find("networks")!.Find("back")!.Find("internal")!.Text());
        Assert.Equal("true", registry.Find("environment")!.Find("REGISTRY_STORAGE_DELETE_ENABLED")!.Text());
        Assert.Equal("true", registry.Find("environment")!.Find("REGISTRY_VALIDATION_DISABLED")!.Text());
        Assert.Equal("400", registry.Find("environment")!.Find("GOGC")!.Text());
    }

    [Fact]
    public void Secrets_OfTheFile_ComeFromTheEnvironmentAndAreRequired()
    {
        var secrets = Services.SelectMany(service => service.Value.Find("environment")!.Entries())
            .Where(variable => SecretName().IsMatch(variable.Key) || variable.Value.Text().Contains("Password=", StringComparison.Ordinal))
            .ToArray();

        Assert.True(secrets.Length >= 6);
        Assert.All(secrets, secret => Assert.Matches(@"\$\{[A-Z_]+:\?[^}]+\}", secret.Value.Text()));
    }

    [Fact]
    public void Secrets_RequiredByTheFile_AreThoseOfTheGuide()
    {
        // compose resolves the whole file, whatever the profile: a secret of one profile alone would be asked of everyone.
        var required = Required().Matches(PackagingFiles.Read("docker-compose.yml")).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(["PORTAL_ADMIN_PASSWORD", "PORTAL_DATABASE_PASSWORD", "REGISTRY_HTTP_SECRET"], required);
    }

    [Fact]
    public void PortalVariables_OfTheFile_AreDocumentedKeys()
    {
        var known = DocumentedKey().Matches(PackagingFiles.Read("docs/operations/configuration.md")).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Contains("Portal:Database:Provider", known);
        Assert.NotEmpty(PortalEnvironment);
        Assert.All(PortalEnvironment, variable => Assert.Contains(variable.Key.Replace("__", ":", StringComparison.Ordinal), known));
    }

    [GeneratedRegex("PASSWORD|SECRET")]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\$\{([A-Z_]+):\?")]
    private static partial Regex Required();

    [GeneratedRegex(@"^\| `([A-Za-z:_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedKey();
}
