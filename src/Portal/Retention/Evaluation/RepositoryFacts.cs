using Portal.Registry.Manifests;

namespace Portal.Retention.Evaluation;

/// <summary>Everything that is known of one repository: the evaluator sees nothing else.</summary>
public sealed class RepositoryFacts
{
    public long Id { get; init; }

    /// <summary>The name without the project.</summary>
    public string Name { get; init; } = "";
    public List<ArtifactFacts> Artifacts { get; init; } = [];
}

/// <summary>One artifact of a repository. Others are named by their place in <see cref="RepositoryFacts.Artifacts"/>.</summary>
public sealed class ArtifactFacts
{
    /// <summary>It speaks of no other artifact.</summary>
    public const int NoSubject = -1;

    /// <summary>It speaks of one that is not in the repository.</summary>
    public const int LostSubject = -2;

    public long Id { get; init; }

    /// <summary>May be empty where no reader asks for it.</summary>
    public string Digest { get; init; } = "";
    public ArtifactKind Kind { get; init; }
    public DateTime PushedAt { get; init; }
    public DateTime? PulledAt { get; init; }
    public long PullCount { get; init; }
    public List<TagFacts> Tags { get; init; } = [];

    /// <summary>What it names when it is an index, as far as it is there.</summary>
    public IReadOnlyList<int> Children { get; set; } = [];

    /// <summary>What it is attached to, by subject or by cosign's tag.</summary>
    public int Subject { get; set; } = NoSubject;

    /// <summary>Where it runs, as people name it; null for nowhere that is known.</summary>
    public string? InUse { get; set; }

    /// <summary>Why a lock holds the artifact itself; null when none does.</summary>
    public string? Locked { get; set; }

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}

/// <summary>One tag.</summary>
public sealed class TagFacts
{
    public long Id { get; init; }
    public string Name { get; init; } = "";
    public DateTime PushedAt { get; init; }
    public DateTime? PulledAt { get; init; }

    /// <summary>The rule that makes it immutable for retention too; null when none does.</summary>
    public string? Immutable { get; set; }

    /// <summary>Why a lock holds the tag; null when none does.</summary>
    public string? Locked { get; set; }
}
