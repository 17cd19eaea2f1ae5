using Portal.Artifacts;
using Portal.Protection;

namespace Portal.Web.Protection;

/// <summary>What keeps the tags and artifacts of one repository: its locks, and the rules that marked tags.</summary>
public sealed class Keepers(IReadOnlyList<LockRow> locks)
{
    public static Keepers None { get; } = new([]);

    /// <summary>The locks that hold over everything here.</summary>
    public IReadOnlyList<LockRow> Wide => [.. locks.Where(l => l.Target.Scope is LockScope.Project or LockScope.Repository)];

    /// <summary>The same with those on one artifact.</summary>
    public IReadOnlyList<LockRow> Over(string digest) => [.. locks.Where(l => l.Target.Scope is LockScope.Project or LockScope.Repository || l.Target.Digest == digest)];

    /// <summary>The lock on the repository itself; null when there is none.</summary>
    public LockRow? OnRepository => locks.FirstOrDefault(l => l.Target.Scope == LockScope.Repository);

    /// <summary>The lock on one artifact itself.</summary>
    public LockRow? OnArtifact(string digest) => locks.FirstOrDefault(l => l.Target.Digest == digest);

    /// <summary>The lock on one tag itself.</summary>
    public LockRow? OnTag(string tag) => locks.FirstOrDefault(l => l.Target.Tag == tag);

    /// <summary>What keeps a tag of an artifact, in words; null when nothing does.</summary>
    public string? Why(ArtifactRow artifact, string tag) => artifact.Tags.FirstOrDefault(t => t.Name == tag) is { } row ? Why(row, artifact.Digest) : null;

    /// <summary>The same for a row of a tag.</summary>
    public string? Why(TagRow tag, string digest) => tag.Mark is { } mark ? $"Immutable by the rule {mark.Rule}"
        : OnTag(tag.Name) is { } own ? $"Locked: {own.Reason}"
        : Over(digest) is [var wide, ..] ? $"Locked: {wide.Reason}" : null;
}
