namespace Portal.Integration.Tests.Conformance;

/// <summary>How much weight a requirement has.</summary>
public enum Level
{
    /// <summary>The OCI distribution specification 1.1 demands it.</summary>
    Must,
    /// <summary>The specification advises it.</summary>
    Should,
    /// <summary>The specification allows it, or another one that clients rely on asks for it.</summary>
    May,
}

/// <summary>One sentence that a registry keeps or does not.</summary>
/// <param name="Id">Stable name, as tests show it.</param>
/// <param name="Text">What is asked of the registry.</param>
/// <param name="Check">Tries it; returns when it is kept, and throws when it is not.</param>
public sealed record Requirement(string Id, Level Level, string Text, Func<Probe, Task> Check)
{
    /// <summary>All of them, in the order of the report.</summary>
    public static IReadOnlyList<(string Section, IReadOnlyList<Requirement> Items)> Sections { get; } =
    [
        ("Base and errors", BaseRequirements.All),
        ("Pull", PullRequirements.All),
        ("Push of blobs", BlobPushRequirements.All),
        ("Push of manifests", ManifestPushRequirements.All),
        ("Lists", ListRequirements.All),
        ("Referrers", ReferrerRequirements.All),
        ("Deletion", DeletionRequirements.All),
    ];

    /// <summary>All of them by name.</summary>
    public static IReadOnlyDictionary<string, Requirement> ById { get; } = Sections.SelectMany(s => s.Items).ToDictionary(r => r.Id);
}
