using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Changes what a repository says of itself.</summary>
public sealed class RepositoryService(IDbContextFactory<PortalDbContext> contexts, ProjectQueries projects, AuditLog audit, TimeProvider time)
{
    /// <summary>The longest description in characters.</summary>
    public const int MaxDescription = 16_384;

    /// <summary>Replaces the description.</summary>
    public async Task<Result> DescribeAsync(Caller caller, string project, string repository, string description, CancellationToken cancellation)
    {
        var place = await projects.ResolveAsync(caller, project, repository, Permissions.RepositoryUpdate, cancellation);
        if (!place.Ok) return place.Error;
        if (!place.Value.Tags.Every) return AccessErrors.Lacks(Permissions.RepositoryUpdate);
        var entry = place.Value.Project;
        if (description.Length > MaxDescription) return Error.Invalid("description", $"A repository's description has at most {MaxDescription} characters.");
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await db.Repositories.FirstOrDefaultAsync(r => r.ProjectId == entry.Id && r.Name == repository && r.DeletionId == null, cancellation);
        if (row is null) return ArtifactErrors.RepositoryNotFound;
        audit.Add(db, new(caller.Actor, AuditActions.Update, AuditResources.Repository, $"{entry.Name}/{row.Name}", entry.Id)
        {
            Before = new { row.Description },
            After = new { Description = description },
        });
        (row.Description, row.UpdatedAt) = (description, time.GetUtcNow());
        await db.SaveChangesAsync(cancellation);
        return Result.Success;
    }
}
