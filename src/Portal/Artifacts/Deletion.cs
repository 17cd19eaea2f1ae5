using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Data;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>What one deletion was about. Numbers are stored: never reorder.</summary>
public enum DeletionKind
{
    Tag = 0,
    Artifact = 1,
    Repository = 2,
    Project = 3,
}

/// <summary>
/// One act of deleting: a tag, an artifact, a repository or a project, which lies in the trash until it is restored or destroyed. What is destroyed belongs to the garbage collection.
/// </summary>
public sealed class Deletion
{
    /// <summary>Characters of a reason.</summary>
    public const int MaxReason = 512;

    public long Id { get; set; }
    public int ProjectId { get; set; }

    /// <summary>Null for a project.</summary>
    public long? RepositoryId { get; set; }
    public Repository? Repository { get; set; }
    public DateTimeOffset At { get; set; }
    public string Actor { get; set; } = "";
    public DeletionKind Kind { get; set; }
    public DeletionCause Cause { get; set; }

    /// <summary>In words, as whoever deleted gave it; empty for none.</summary>
    public string Reason { get; set; } = "";

    /// <summary>What was deleted, as people name it: <c>team/api:v1</c>, <c>team/api@sha256:…</c>, <c>team/api</c>, <c>team</c>.</summary>
    public string Name { get; set; } = "";
    public int Artifacts { get; set; }
    public int Tags { get; set; }

    /// <summary>Bytes of blobs that nothing outside this deletion named when it was made.</summary>
    public long OwnBytes { get; set; }

    /// <summary>Bytes of its other blobs.</summary>
    public long SharedBytes { get; set; }

    /// <summary>From then on the next garbage collection may take it.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? RestoredAt { get; set; }

    /// <summary>When it was handed to the garbage collection; nothing brings it back.</summary>
    public DateTimeOffset? DestroyedAt { get; set; }

    /// <summary>Deletions that were made together and can be taken back together.</summary>
    public Guid? Batch { get; set; }

    /// <summary>What a project had that its row does not keep, as JSON.</summary>
    public string? Content { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Deletion>
    {
        public void Configure(EntityTypeBuilder<Deletion> b)
        {
            b.ToTable("deletion", "artifacts");
            b.Property(d => d.Actor).HasMaxLength(255);
            b.Property(d => d.Reason).HasMaxLength(MaxReason);
            b.Property(d => d.Name).HasMaxLength(640);
            b.Property(d => d.Content).HasJson();
            b.HasOne(d => d.Repository).WithMany().HasForeignKey(d => d.RepositoryId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(d => new { d.ProjectId, d.At });
            b.HasIndex(d => d.Batch);
            b.HasIndex(d => new { d.DestroyedAt, d.RestoredAt, d.ExpiresAt });
        }
    }
}
