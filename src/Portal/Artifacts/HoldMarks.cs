namespace Portal.Artifacts;

/// <summary>Says of a tag of one project, or of an artifact (<paramref name="tag"/> empty), why nobody may delete it; null when nothing holds it.</summary>
/// <param name="repository">The repository's path.</param>
public delegate string? HoldMarker(string repository, string tag, string digest);

/// <summary>Whoever keeps things from being deleted, rule by rule or one by one: retention asks before it plans. The guards have the last word.</summary>
public interface IHoldMarks
{
    /// <summary>What holds in a project now, from memory, for any number of tags.</summary>
    ValueTask<HoldMarker> OfAsync(int projectId, CancellationToken cancellation);
}
