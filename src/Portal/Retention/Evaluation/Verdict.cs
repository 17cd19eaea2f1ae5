namespace Portal.Retention.Evaluation;

/// <summary>What becomes of a tag, or of an artifact without one. Numbers are stored: never reorder.</summary>
public enum Verdict
{
    Keep = 0,
    Delete = 1,

    /// <summary>No rule decides, or one says to leave it.</summary>
    Skip = 2,

    /// <summary>A rule lets it go, and an immutability rule holds it.</summary>
    Immutable = 3,

    /// <summary>A rule lets it go, and a lock holds it.</summary>
    Locked = 4,
}

/// <summary>What decided.</summary>
public enum DecidedBy
{
    /// <summary>No rule.</summary>
    Nothing = 0,

    /// <summary>The rule named.</summary>
    Rule = 1,

    /// <summary>Harbor's form: no rule keeps it.</summary>
    NoKeeper = 2,

    /// <summary>It runs in a cluster.</summary>
    InUse = 3,

    /// <summary>An immutability rule.</summary>
    Immutable = 4,

    /// <summary>A lock.</summary>
    Locked = 5,

    /// <summary>Another tag of the same artifact.</summary>
    OtherTag = 6,

    /// <summary>An index that stays names the artifact.</summary>
    Index = 7,

    /// <summary>Something attached to it is held, or a platform of it is.</summary>
    Family = 8,
}

/// <summary>The verdict on one tag.</summary>
/// <param name="Stage">The place of the policy whose rule decided: 0 for the project's own, or the only one.</param>
/// <param name="Rule">The place of that rule, from 0; -1 for none.</param>
/// <param name="Rank">The place among the newest where the deciding rule counts, from 1; 0 elsewhere.</param>
/// <param name="Detail">The other tag, cluster, rule or lock; null for none.</param>
public readonly record struct Decision(Verdict Verdict, DecidedBy By, int Stage = -1, int Rule = -1, int Rank = 0, string? Detail = null);

/// <summary>A tag of a candidate, or a candidate without one.</summary>
/// <param name="Artifact">Its place in the repository.</param>
/// <param name="Tag">The place of its tag there; -1 for an artifact without one.</param>
public readonly record struct Item(int Artifact, int Tag);

/// <summary>What becomes of a repository.</summary>
/// <param name="Items">Every tag of every candidate, and candidates without tags, in the order of the facts.</param>
/// <param name="Decisions">One for each item.</param>
/// <param name="Goes">By place: whether the artifact goes, with all its tags.</param>
public sealed record RepositoryVerdicts(IReadOnlyList<Item> Items, IReadOnlyList<Decision> Decisions, IReadOnlyList<bool> Goes)
{
    /// <summary>True when anything goes.</summary>
    public bool Any => Decisions.Any(d => d.Verdict == Verdict.Delete);
}
