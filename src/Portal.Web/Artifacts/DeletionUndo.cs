using System.Globalization;
using Portal.Access;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Web.Kit;

namespace Portal.Web.Artifacts;

/// <summary>What became of one item of a deletion.</summary>
/// <param name="What">The item as the reader knows it: a tag, or a short digest.</param>
/// <param name="Done">What went; null when it was refused.</param>
/// <param name="Error">Why it was refused.</param>
public sealed record DeletionLine(string What, DeletionSummary? Done, Error? Error);

/// <summary>Deletes what was chosen, one item after the other, and words the toast that offers to take it back.</summary>
public sealed class DeletionUndo(ArtifactDeleter deleter, DeletionService deletions, ToastQueue toasts)
{
    /// <summary>The form that <see cref="UndoForm"/> answers, and its field.</summary>
    public const string Form = "undo", Field = "deletions";

    /// <summary>Deletes artifacts by digest. A refusal of one does not stop the others.</summary>
    public async Task<IReadOnlyList<DeletionLine>> DeleteAsync(Caller caller, RepositoryName name, IReadOnlyList<ArtifactRow> artifacts, string undoUrl, CancellationToken cancellation)
    {
        var lines = new List<DeletionLine>(artifacts.Count);
        foreach (var artifact in artifacts)
        {
            var result = await deleter.DeleteArtifactAsync(caller, name, Digest.Parse(artifact.Digest), cancellation);
            // It hung on one that went a moment ago, so it is gone as asked.
            if (result.Error is { Kind: ErrorKind.NotFound } && lines.Exists(l => l.Done is not null)) continue;
            lines.Add(new(Called(artifact), result.Ok ? result.Value : null, result.Error));
        }
        var done = lines.Where(l => l.Done is not null).ToList();
        if (done.Count == 1) Tell($"{name}:{done[0].What} deleted".Replace(":sha", "@sha", StringComparison.Ordinal), undoUrl, done);
        else if (done.Count > 1) Tell($"{Format.Count(done.Count, "artifact")} of {name} deleted", undoUrl, done);
        return lines;
    }

    /// <summary>Deletes one tag; the artifact stays.</summary>
    public async Task<Result> DeleteTagAsync(Caller caller, RepositoryName name, TagName tag, string undoUrl, CancellationToken cancellation)
    {
        var result = await deleter.DeleteTagAsync(caller, name, tag, cancellation);
        if (!result.Ok) return result.Error;
        Tell($"Tag {tag} of {name} deleted", undoUrl, [new(tag.Text, result.Value, null)]);
        return Result.Success;
    }

    /// <summary>Deletes a repository with all that is in it.</summary>
    public async Task<Result> DeleteRepositoryAsync(Caller caller, RepositoryName name, string undoUrl, CancellationToken cancellation)
    {
        var result = await deleter.DeleteRepositoryAsync(caller, name, cancellation);
        if (!result.Ok) return result.Error;
        Tell($"{name} deleted", undoUrl, [new(name.Text, result.Value, null)]);
        return Result.Success;
    }

    /// <summary>Takes deletions back; the toast says what returned and what could not.</summary>
    public async Task RestoreAsync(Caller caller, string? ids, CancellationToken cancellation)
    {
        var (artifacts, tags) = (0, 0);
        List<string> taken = [];
        foreach (var id in (ids ?? "").Split(',').Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0).Take(PageRequest.MaxTake))
        {
            var result = await deletions.RestoreAsync(caller, id, cancellation);
            if (!result.Ok)
            {
                toasts.Add(new(result.Error.Message, Failed: true));
                return;
            }
            (artifacts, tags) = (artifacts + result.Value.Artifacts, tags + result.Value.Tags);
            taken.AddRange(result.Value.TagsTaken);
        }
        var what = ArtifactWords.Join([.. new[] { artifacts > 0 ? Format.Count(artifacts, "artifact") : "", tags > 0 ? Format.Count(tags, "tag") : "" }.Where(w => w.Length > 0)]);
        toasts.Add(new($"{(what.Length == 0 ? "Everything" : what)} restored{(taken.Count == 0 ? "" : $". Used again meanwhile and left alone: {string.Join(", ", taken.Take(3))}")}"));
    }

    /// <summary>The newest tag, or the short digest.</summary>
    public static string Called(ArtifactRow artifact) => artifact.Tags is [var newest, ..] ? newest.Name : Format.ShortDigest(artifact.Digest);

    void Tell(string text, string undoUrl, IReadOnlyList<DeletionLine> done) =>
        toasts.Add(new(text, new(undoUrl, new Dictionary<string, string>
        {
            ["_handler"] = Form,
            [Field] = string.Join(',', done.Select(l => l.Done!.DeletionId.ToString(CultureInfo.InvariantCulture))),
        })));
}
