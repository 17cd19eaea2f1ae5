using System.Text.Json.Serialization;

namespace Portal.Access.Federation;

/// <summary>Which preset a trust was made with. Numbers are stored: never change them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IssuerKind>))]
public enum IssuerKind
{
    [JsonStringEnumMemberName("generic")] Generic = 0,
    [JsonStringEnumMemberName("github")] GitHub = 1,
    [JsonStringEnumMemberName("gitlab")] GitLab = 2,
    [JsonStringEnumMemberName("kubernetes")] Kubernetes = 3,
}

/// <summary>What is known of an issuer's kind.</summary>
/// <param name="Issuer">The usual issuer; empty where each has its own.</param>
/// <param name="Claims">Claims that conditions are usually about.</param>
/// <param name="SingleUse">Whether each of its tokens is normally shown once.</param>
public sealed record IssuerPreset(IssuerKind Kind, string Title, string Issuer, IReadOnlyList<string> Claims, bool SingleUse)
{
    /// <summary>All, in the order of the form.</summary>
    public static IReadOnlyList<IssuerPreset> All { get; } =
    [
        new(IssuerKind.GitHub, "GitHub Actions", "https://token.actions.githubusercontent.com", ["repository", "ref", "environment", "workflow_ref", "repository_owner", "sub"], false),
        new(IssuerKind.GitLab, "GitLab CI", "https://gitlab.com", ["project_path", "ref", "ref_protected", "environment", "namespace_path", "sub"], false),
        new(IssuerKind.Kubernetes, "Kubernetes", "", ["sub", "/kubernetes.io/namespace", "/kubernetes.io/serviceaccount/name"], false),
        new(IssuerKind.Generic, "Another issuer", "", ["sub"], false),
    ];

    public static IssuerPreset Of(IssuerKind kind) => All.First(p => p.Kind == kind);
}
