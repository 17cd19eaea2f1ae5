using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Protection;

/// <summary>Lets into a project only what its list names. What is there already stays.</summary>
sealed class ContentGuard : IPushGuard
{
    /// <summary>The change feed's topic; the key is the project's id.</summary>
    public const string Topic = "content-types";

    const int MaxCached = 20_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly ConcurrentDictionary<int, ContentList> _lists = new();
    int _generation;

    public ContentGuard(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed)
    {
        _contexts = contexts;
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: Topic })) return;
            Interlocked.Increment(ref _generation);
            _lists.Clear();
        });
    }

    public static ChangeNotice Changed(int projectId) => new(Topic, projectId.ToString(CultureInfo.InvariantCulture));

    public async ValueTask<Result> CheckAsync(PushContext push, CancellationToken cancellation)
    {
        var list = await OfAsync(push.Project.Id, cancellation);
        return list.Allows(push.Kind, push.MediaType, push.ArtifactType) ? Result.Success
            : ProtectionErrors.ContentType(push, ContentList.Called(push.Kind, push.MediaType, push.ArtifactType), list.Entries);
    }

    /// <summary>The list of a project, from memory.</summary>
    public ValueTask<ContentList> OfAsync(int projectId, CancellationToken cancellation) => _lists.TryGetValue(projectId, out var known) ? new(known) : new(LoadAsync(projectId, cancellation));

    async Task<ContentList> LoadAsync(int projectId, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var text = await db.ContentPolicies.Where(c => c.ProjectId == projectId).Select(c => c.Allowed).FirstOrDefaultAsync(cancellation);
        var list = string.IsNullOrEmpty(text) ? ContentList.Anything : new ContentList(text.Split(' '));
        if (generation != Volatile.Read(ref _generation)) return list; // a change arrived meanwhile: answer, but do not keep
        if (_lists.Count >= MaxCached) _lists.Clear();
        return _lists[projectId] = list;
    }
}
