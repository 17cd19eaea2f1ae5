using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>Reads files out of charts.</summary>
public sealed class ChartQueries(IDbContextFactory<PortalDbContext> contexts, ArtifactQueries artifacts, BlobService blobs)
{
    /// <summary>
    /// The text of a file in a chart's own folder, such as <c>values.yaml</c>, read from the chart's archive; <c>NOT_FOUND</c> when the chart has no
    /// such file or the artifact is no chart. Needs <c>artifact-addition:read</c>.
    /// </summary>
    public async Task<Result<string>> FileAsync(Caller caller, string project, string repository, string reference, string file, CancellationToken cancellation)
    {
        var found = await artifacts.FindAsync(caller, project, repository, reference, cancellation, Permissions.ArtifactAdditionRead);
        if (!found.Ok) return found.Error;
        var row = found.Value;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var archive = await db.ArtifactBlobs.AsNoTracking().Where(b => b.ArtifactId == row.Id && b.MediaType == MediaTypes.HelmChart).OrderBy(b => b.Position)
            .Select(b => new { b.Blob!.Digest, b.Blob.Size }).FirstOrDefaultAsync(cancellation);
        if (archive is null || !RepositoryName.TryParse(row.RepositoryName, out var name)) return ArtifactErrors.AdditionNotFound;
        if (archive.Size > ChartArchive.MaxBytes) return ChartArchive.TooLarge;
        var bytes = await blobs.ReadAsync(name, Digest.Parse(archive.Digest), ChartArchive.MaxBytes, cancellation);
        if (!bytes.Ok) return bytes.Error;
        var text = await ChartArchive.FindAsync(bytes.Value, file, cancellation);
        if (!text.Ok) return text.Error;
        return text.Value is { } content ? content : ArtifactErrors.AdditionNotFound;
    }
}
