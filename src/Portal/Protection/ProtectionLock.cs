using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Protection;

/// <summary>What a lock is on.</summary>
public enum LockScope
{
    Project,
    Repository,

    /// <summary>An artifact, with the tags that name it.</summary>
    Artifact,
    Tag,
}

/// <summary>
/// Keeps one thing as it is until a date or until somebody takes it off: nothing under it is deleted, and no tag under it moves. New tags and artifacts
/// may still come. It holds for everybody.
/// </summary>
public sealed class ProtectionLock
{
    public int Id { get; set; }
    public int ProjectId { get; set; }

    /// <summary>The repository's path; empty for the project.</summary>
    public string Repository { get; set; } = "";

    /// <summary>Empty unless it is on a tag.</summary>
    public string Tag { get; set; } = "";

    /// <summary>Empty unless it is on an artifact.</summary>
    public string Digest { get; set; } = "";
    public string Reason { get; set; } = "";

    /// <summary>When it ends by itself; null for never. An ended one counts for nothing.</summary>
    public DateTimeOffset? Until { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public string CreatedBy { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<ProtectionLock>
    {
        public void Configure(EntityTypeBuilder<ProtectionLock> b)
        {
            b.ToTable("lock", "protection");
            b.Property(l => l.Repository).HasMaxLength(RepositoryName.MaxLength);
            b.Property(l => l.Tag).HasMaxLength(TagName.MaxLength);
            b.Property(l => l.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(l => l.Reason).HasMaxLength(LockService.MaxReason);
            b.Property(l => l.CreatedBy).HasMaxLength(255);
            b.HasOne<Project>().WithMany().HasForeignKey(l => l.ProjectId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(l => new { l.ProjectId, l.Repository, l.Tag, l.Digest }).IsUnique();
        }
    }
}

/// <summary>The thing that a lock is on, inside its project.</summary>
/// <param name="Repository">Empty for the project itself.</param>
/// <param name="Tag">Empty unless it is a tag.</param>
/// <param name="Digest">Empty unless it is an artifact.</param>
public sealed record LockTarget(string Repository = "", string Tag = "", string Digest = "")
{
    public LockScope Scope => Repository.Length == 0 ? LockScope.Project : Tag.Length > 0 ? LockScope.Tag : Digest.Length > 0 ? LockScope.Artifact : LockScope.Repository;

    /// <summary>As people name it: <c>payments</c>, <c>payments/api</c>, <c>payments/api:1.0</c>, <c>payments/api@sha256:…</c>.</summary>
    public string In(string project) => Scope switch
    {
        LockScope.Project => project,
        LockScope.Repository => $"{project}/{Repository}",
        LockScope.Tag => $"{project}/{Repository}:{Tag}",
        _ => $"{project}/{Repository}@{Digest}",
    };

    /// <summary>Reads a target; refused when its parts contradict each other or break a name's grammar.</summary>
    public static Result<LockTarget> Read(string project, string? repository, string? tag, string? digest)
    {
        var target = new LockTarget(repository ?? "", tag ?? "", digest ?? "");
        if (target.Repository.Length == 0 && (target.Tag.Length > 0 || target.Digest.Length > 0)) return Error.Invalid("repository", "A tag or digest needs its repository.");
        if (target.Tag.Length > 0 && target.Digest.Length > 0) return Error.Invalid("digest", "Lock a tag or a digest, not both at once.");
        if (target.Repository.Length > 0 && !RepositoryName.TryCreate(project, target.Repository, out _)) return Error.Invalid("repository", "repository is a repository's name without the project.");
        if (target.Tag.Length > 0 && !TagName.TryParse(target.Tag, out _)) return Artifacts.ArtifactErrors.TagName;
        if (target.Digest.Length > 0 && !Kernel.Digest.TryParse(target.Digest, out _)) return Error.Invalid("digest", "digest is sha256: and 64 hexadecimal digits.");
        return target;
    }
}
