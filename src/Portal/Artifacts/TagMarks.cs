using Portal.Kernel;

namespace Portal.Artifacts;

/// <summary>Why a tag neither moves nor goes.</summary>
/// <param name="Rule">The rule as people know it.</param>
/// <param name="Expirable">Retention may remove the tag all the same.</param>
public sealed record TagMark(string Rule, bool Expirable);

/// <summary>Says of a tag of one project, named by the repository's path and its own name, whether it is immutable; null when it is not.</summary>
public delegate TagMark? TagMarker(string repository, string tag);

/// <summary>Whoever makes tags immutable: lists show it, and retention asks before it plans.</summary>
public interface ITagMarks
{
    /// <summary>What holds in a project now, from memory, for any number of tags.</summary>
    ValueTask<TagMarker> OfAsync(int projectId, CancellationToken cancellation);
}

/// <summary>Puts the marks of everybody who makes tags immutable on rows that lists show.</summary>
public sealed class TagMarking(IEnumerable<ITagMarks> marks)
{
    readonly ITagMarks[] _marks = [.. marks];

    /// <summary>The marks of all; the first that marks a tag is the answer.</summary>
    public async ValueTask<TagMarker> OfAsync(int projectId, CancellationToken cancellation)
    {
        var all = new TagMarker[_marks.Length];
        for (var i = 0; i < all.Length; i++) all[i] = await _marks[i].OfAsync(projectId, cancellation);
        return (repository, tag) => all.Select(m => m(repository, tag)).FirstOrDefault(m => m is not null);
    }

    internal async ValueTask<IReadOnlyList<ArtifactRow>> FillAsync(IReadOnlyList<ArtifactRow> rows, CancellationToken cancellation)
    {
        var byProject = new Dictionary<int, TagMarker>();
        foreach (var project in rows.Select(r => r.ProjectId).Distinct()) byProject[project] = await OfAsync(project, cancellation);
        return [.. rows.Select(r => r with { Tags = Marked(r.Tags, byProject[r.ProjectId], r.RepositoryName[(r.RepositoryName.IndexOf('/', StringComparison.Ordinal) + 1)..]) })];
    }

    internal async ValueTask<Page<TagRow>> FillAsync(Page<TagRow> page, int projectId, string repository, CancellationToken cancellation) =>
        page with { Items = Marked(page.Items, await OfAsync(projectId, cancellation), repository) };

    static IReadOnlyList<TagRow> Marked(IReadOnlyList<TagRow> tags, TagMarker marker, string repository) => [.. tags.Select(t => t with { Mark = marker(repository, t.Name) })];
}
