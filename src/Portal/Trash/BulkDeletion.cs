using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Trash;

/// <summary>What patterns choose.</summary>
/// <param name="Repositories">A glob over the paths of repositories.</param>
/// <param name="Tags">A glob over the names of tags.</param>
public sealed record BulkRequest(string Repositories, string Tags, string Reason = "");

/// <summary>One line of a bulk deletion.</summary>
/// <param name="Tags">The tags that go.</param>
/// <param name="Whole">All tags of the artifact go, and so does it with what is attached to it; otherwise it stays.</param>
/// <param name="Size">Bytes of the artifact as stored.</param>
/// <param name="Refusal">Why it stays after all; empty when it goes.</param>
public sealed record BulkLine(string Repository, string Digest, IReadOnlyList<string> Tags, bool Whole, long Size, string Refusal)
{
    public bool Goes => Refusal.Length == 0;
}

/// <summary>Everything that patterns choose.</summary>
/// <param name="FreedBytes">Bytes of blobs that nothing else names.</param>
/// <param name="Fingerprint">Says that this is what was looked at.</param>
public sealed record BulkPlan(IReadOnlyList<BulkLine> Lines, long FreedBytes, string Fingerprint)
{
    public int Artifacts => Lines.Count(l => l.Goes && l.Whole);

    public int Tags => Lines.Where(l => l.Goes).Sum(l => l.Tags.Count);

    public int Refused => Lines.Count(l => !l.Goes);
}

/// <summary>What a bulk deletion did.</summary>
/// <param name="Batch">Takes it back.</param>
public sealed record BulkOutcome(Guid Batch, IReadOnlyList<BulkLine> Lines);

/// <summary>Deletes by pattern over many repositories of a project, after a look at exactly that. Needs <c>artifact:delete</c> on the project.</summary>
public sealed class BulkDeletion(IDbContextFactory<PortalDbContext> contexts, ProjectQueries projects, GuardChain guards, ArtifactDeleter deleter)
{
    /// <summary>Lines of one bulk deletion.</summary>
    public const int MaxLines = TrashService.MaxBatch;

    /// <summary>What would go and what would stay, without a change.</summary>
    public async Task<Result<BulkPlan>> PreviewAsync(Caller caller, string project, BulkRequest request, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var place = await projects.ResolveAsync(caller, project, Permissions.ArtifactDelete, cancellation);
        if (!place.Ok) return place.Error;
        var (repositories, tags) = (Glob.Parse(request.Repositories), Glob.Parse(request.Tags));
        if (!repositories.Ok) return repositories.Error with { Field = "repositories" };
        if (!tags.Ok) return tags.Error with { Field = "tags" };
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var lines = new List<(long Artifact, BulkLine Line)>();
        foreach (var repository in await db.Repositories.AsNoTracking().Where(r => r.ProjectId == place.Value.Id && r.DeletionId == null).OrderBy(r => r.Name).Select(r => new { r.Id, r.Name }).ToListAsync(cancellation))
        {
            if (!repositories.Value.IsMatch(repository.Name)) continue;
            foreach (var chosen in await ChosenAsync(db, repository.Id, tags.Value, cancellation))
            {
                if (lines.Count == MaxLines) return TrashErrors.TooMany(MaxLines);
                var refusal = await RefusalAsync(db, new(caller, place.Value, repository.Id, repository.Name), chosen, cancellation);
                lines.Add((chosen.Artifact, new(repository.Name, chosen.Digest, chosen.Tags, chosen.Whole, chosen.Size, refusal)));
            }
        }
        var whole = lines.Where(l => l.Line is { Goes: true, Whole: true }).Select(l => l.Artifact).ToList();
        var freed = await db.Blobs.Where(b => db.ArtifactBlobs.Any(x => x.BlobId == b.Id && whole.Contains(x.ArtifactId)) && !db.ArtifactBlobs.Any(x => x.BlobId == b.Id && !whole.Contains(x.ArtifactId)))
            .SumAsync(b => b.Size, cancellation);
        return new BulkPlan([.. lines.Select(l => l.Line)], freed, Fingerprint(lines.Select(l => l.Line)));
    }

    /// <summary>Deletes what <paramref name="fingerprint"/> was the look at; anything else is refused (<c>CONFLICT</c>). A refusal of one line does not stop the others.</summary>
    public async Task<Result<BulkOutcome>> ExecuteAsync(Caller caller, string project, BulkRequest request, string? fingerprint, CancellationToken cancellation)
    {
        var plan = await PreviewAsync(caller, project, request, cancellation);
        if (!plan.Ok) return plan.Error;
        if (plan.Value.Fingerprint != fingerprint) return TrashErrors.Changed;
        if (plan.Value.Lines.All(l => !l.Goes)) return TrashErrors.Nothing;
        var note = new DeletionNote(request.Reason.Length > 0 ? request.Reason : $"{request.Repositories}:{request.Tags}", Guid.CreateVersion7());
        var done = new List<BulkLine>();
        foreach (var line in plan.Value.Lines) done.Add(line.Goes ? await DeleteAsync(caller, project, line, note, cancellation) : line);
        return new BulkOutcome(note.Batch!.Value, done);
    }

    async Task<BulkLine> DeleteAsync(Caller caller, string project, BulkLine line, DeletionNote note, CancellationToken cancellation)
    {
        if (!RepositoryName.TryCreate(project, line.Repository, out var name)) throw new InvalidOperationException($"A repository of {project} is called '{line.Repository}'.");
        if (line.Whole)
        {
            var gone = await deleter.DeleteArtifactAsync(caller, name, Digest.Parse(line.Digest), cancellation, DeletionCause.Bulk, note);
            // it went with another line that it was attached to
            return gone.Ok || gone.Error.Kind == ErrorKind.NotFound ? line : line with { Refusal = gone.Error.Message };
        }
        foreach (var text in line.Tags)
        {
            if (!TagName.TryParse(text, out var tag)) throw new InvalidOperationException($"A tag of {name} is called '{text}'.");
            var gone = await deleter.DeleteTagAsync(caller, name, tag, cancellation, DeletionCause.Bulk, note);
            if (!gone.Ok && gone.Error.Kind != ErrorKind.NotFound) return line with { Refusal = gone.Error.Message };
        }
        return line;
    }

    sealed record Place(Caller Caller, ProjectEntry Project, long RepositoryId, string Repository);

    sealed record Chosen(long Artifact, string Digest, long Size, List<string> Tags, bool Whole);

    static async Task<List<Chosen>> ChosenAsync(PortalDbContext db, long repository, Glob tags, CancellationToken cancellation)
    {
        var all = await db.Tags.AsNoTracking().Where(t => t.RepositoryId == repository).OrderBy(t => t.Name).Select(t => new { t.Name, t.ArtifactId, t.Artifact!.Digest, t.Artifact.Size }).ToListAsync(cancellation);
        return [.. all.GroupBy(t => t.ArtifactId).Select(g => (Of: g.First(), All: g.Count(), Tags: g.Where(t => tags.IsMatch(t.Name) && ArtifactKinds.TagScheme(t.Name) is null).Select(t => t.Name).ToList()))
            .Where(g => g.Tags.Count > 0).Select(g => new Chosen(g.Of.ArtifactId, g.Of.Digest, g.Of.Size, g.Tags, g.Tags.Count == g.All))];
    }

    async Task<string> RefusalAsync(PortalDbContext db, Place place, Chosen chosen, CancellationToken cancellation)
    {
        if (!RepositoryName.TryCreate(place.Project.Name, place.Repository, out var name)) return ArtifactErrors.RepositoryNotFound.Message;
        if (chosen.Whole)
        {
            var index = await db.ArtifactChildren.Where(c => c.ChildDigest == chosen.Digest)
                .SelectMany(c => db.Artifacts.Where(p => p.Id == c.ParentId && p.RepositoryId == place.RepositoryId && p.DeletionId == null)).Select(p => p.Digest).FirstOrDefaultAsync(cancellation);
            if (index is not null) return ArtifactErrors.NamedByIndex(index).Message;
        }
        var context = new DeleteContext(place.Caller, place.Project, name, [.. chosen.Tags.Select(t => (t, chosen.Digest))], chosen.Whole ? [chosen.Digest] : [], DeletionCause.Bulk);
        return (await guards.CheckAsync(db, context, cancellation)).Error?.Message ?? "";
    }

    static string Fingerprint(IEnumerable<BulkLine> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines) text.Append(line.Repository).Append('@').Append(line.Digest).Append(line.Whole ? '!' : ':').AppendJoin(',', line.Tags).Append(line.Goes ? "+\n" : "-\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..32];
    }
}
