using System.Text;
using System.Text.Json;

namespace Portal.Web.Kit;

/// <summary>A ready-made text for one tool.</summary>
/// <param name="Tool">Whose it is.</param>
/// <param name="Title">What to do with it.</param>
/// <param name="Shell">True for a command, false for a file.</param>
public sealed record MachineSnippet(string Tool, string Title, string Text, bool Shell = false);

/// <summary>What a machine is given to sign in with a name and a secret.</summary>
public static class MachineSnippets
{
    const string SecretName = "portal-registry";

    /// <summary>docker, Kubernetes, kubectl, GitHub Actions and GitLab CI, each with the name and the secret filled in where it belongs into the text.</summary>
    public static IReadOnlyList<MachineSnippet> Of(RegistryAddress registry, string user, string secret) =>
    [
        new("docker", "Sign in from a shell", $"printf %s {Quoted(secret)} | docker login {registry.Host} -u {Quoted(user)} --password-stdin", Shell: true),
        new("Kubernetes", $"Apply this, and name {SecretName} under imagePullSecrets", $"""
            apiVersion: v1
            kind: Secret
            metadata:
              name: {SecretName}
            type: kubernetes.io/dockerconfigjson
            data:
              .dockerconfigjson: {DockerConfig(registry.Host, user, secret)}
            """),
        new("kubectl", $"Make the same secret with one command", $"kubectl create secret docker-registry {SecretName} --docker-server={registry.Host} --docker-username={Quoted(user)} --docker-password={Quoted(secret)}", Shell: true),
        new("GitHub Actions", "Keep the secret as the repository secret REGISTRY_SECRET, then", $$$"""
            - uses: docker/login-action@v3
              with:
                registry: {{{registry.Host}}}
                username: {{{user}}}
                password: ${{ secrets.REGISTRY_SECRET }}
            """),
        new("GitLab CI", "Keep name and secret as the variables REGISTRY_USER and REGISTRY_SECRET, masked and without expansion, then", $"""
            build:
              image: docker:27
              services: ["docker:27-dind"]
              before_script:
                - printf %s "$REGISTRY_SECRET" | docker login {registry.Host} -u "$REGISTRY_USER" --password-stdin
              script:
                - docker pull {registry.Host}/PROJECT/IMAGE:TAG
            """),
    ];

    /// <summary>A word that a POSIX shell takes as it is.</summary>
    static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    static string DockerConfig(string host, string user, string secret)
    {
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}"));
        var config = new Dictionary<string, object> { ["auths"] = new Dictionary<string, object> { [host] = new { username = user, password = secret, auth } } };
        return Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(config));
    }
}
