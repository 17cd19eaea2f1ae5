namespace Portal.Web.Kit;

/// <summary>Where clients reach this registry.</summary>
/// <param name="Host">Name and port as a client types it, such as <c>cr.example:8080</c>.</param>
/// <param name="Insecure">True when it is served without TLS; commands then carry each tool's switch for that.</param>
public sealed record RegistryAddress(string Host, bool Insecure = false);

/// <summary>What kind of content a command fetches.</summary>
public enum ContentKind
{
    /// <summary>A container image or an index of them.</summary>
    Image,
    /// <summary>A Helm chart.</summary>
    Chart,
    /// <summary>Any other OCI artifact.</summary>
    Artifact,
}

/// <summary>
/// The commands that clients are told to type. Templates hold <c>{ref}</c> (host/name:tag or host/name@digest),
/// <c>{repo}</c> (host/name), <c>{tag}</c>, <c>{digest}</c> and <c>{file}</c> (the last part of the name).
/// </summary>
public static class ClientCommands
{
    /// <summary>Tool and template pairs to pull one kind, the likeliest tool first.</summary>
    public static IReadOnlyList<ToolCommand> Pull(ContentKind kind, bool insecure) => kind switch
    {
        ContentKind.Chart =>
        [
            new("helm", $"helm pull oci://{{repo}} --version {{tag}}{If(insecure, " --plain-http")}", $"helm pull oci://{{repo}}@{{digest}}{If(insecure, " --plain-http")}"),
            Oras(insecure),
            Skopeo(insecure),
        ],
        ContentKind.Artifact => [Oras(insecure), Skopeo(insecure), Crane(insecure)],
        _ =>
        [
            new("docker", "docker pull {ref}"),
            new("podman", $"podman pull {If(insecure, "--tls-verify=false ")}{{ref}}"),
            new("nerdctl", $"nerdctl {If(insecure, "--insecure-registry ")}pull {{ref}}"),
            Skopeo(insecure),
            Crane(insecure),
            new("oras", $"oras copy {If(insecure, "--from-plain-http ")}{{ref}} --to-oci-layout {{file}}"),
        ],
    };

    static ToolCommand Skopeo(bool insecure) => new("skopeo", $"skopeo copy {If(insecure, "--src-tls-verify=false ")}docker://{{ref}} oci:{{file}}");

    static ToolCommand Crane(bool insecure) => new("crane", $"crane {If(insecure, "--insecure ")}pull {{ref}} {{file}}.tar");

    static ToolCommand Oras(bool insecure) => new("oras", $"oras pull {If(insecure, "--plain-http ")}{{ref}}");

    /// <summary>Fills a template in.</summary>
    public static string Fill(string template, RegistryAddress registry, string repository, string? tag, string digest, bool byDigest)
    {
        var repo = $"{registry.Host}/{repository}";
        var reference = byDigest || tag is null ? $"{repo}@{digest}" : $"{repo}:{tag}";
        return template.Replace("{ref}", reference, StringComparison.Ordinal)
            .Replace("{repo}", repo, StringComparison.Ordinal)
            .Replace("{tag}", tag ?? "", StringComparison.Ordinal)
            .Replace("{digest}", digest, StringComparison.Ordinal)
            .Replace("{file}", repository[(repository.LastIndexOf('/') + 1)..], StringComparison.Ordinal);
    }

    /// <summary>The steps of a first push with each tool: sign in, name the image, push.</summary>
    /// <param name="registry">This registry.</param>
    /// <param name="target">The name to push to, such as <c>payments/my-app</c>.</param>
    /// <param name="user">Who signs in.</param>
    /// <param name="tag">The example tag.</param>
    public static IReadOnlyList<ToolSteps> Push(RegistryAddress registry, string target, string user, string tag = "1.0")
    {
        var (host, insecure) = (registry.Host, registry.Insecure);
        var file = target[(target.LastIndexOf('/') + 1)..];
        var tls = If(insecure, "--tls-verify=false ");
        var plain = If(insecure, "--plain-http ");
        return
        [
            new("docker", [new("Sign in", $"docker login {host} -u {user}"),
                new("Name the image", $"docker tag {file}:{tag} {host}/{target}:{tag}"), new("Push it", $"docker push {host}/{target}:{tag}")]),
            new("podman", [new("Sign in", $"podman login {tls}{host} -u {user}"),
                new("Name the image", $"podman tag {file}:{tag} {host}/{target}:{tag}"), new("Push it", $"podman push {tls}{host}/{target}:{tag}")]),
            new("skopeo", [new("Sign in", $"skopeo login {tls}{host} -u {user}"),
                new("Copy it from where it is", $"skopeo copy --all {If(insecure, "--dest-tls-verify=false ")}docker://docker.io/library/{file}:{tag} docker://{host}/{target}:{tag}")]),
            new("helm", [new("Sign in", $"helm registry login {plain}{host} -u {user}"),
                new("Package the chart", $"helm package ./{file}"), new("Push it", $"helm push {plain}{file}-{tag}.tgz oci://{host}/{target[..Math.Max(0, target.LastIndexOf('/'))]}")]),
            new("oras", [new("Sign in", $"oras login {plain}{host} -u {user}"),
                new("Push any file", $"oras push {plain}{host}/{target}:{tag} ./{file}")]),
        ];
    }

    static string If(bool condition, string text) => condition ? text : "";
}

/// <summary>One tool's template, and another for pulling by digest where it differs.</summary>
public sealed record ToolCommand(string Tool, string Template, string? ByDigest = null);

/// <summary>One tool's steps.</summary>
public sealed record ToolSteps(string Tool, IReadOnlyList<CommandStep> Steps);

/// <summary>A heading and the command below it.</summary>
public sealed record CommandStep(string Title, string Command);
