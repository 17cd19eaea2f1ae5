using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>A name for an artifact of the same repository.</summary>
public sealed class Tag
{
    public long Id { get; set; }
    public long RepositoryId { get; set; }
    public long ArtifactId { get; set; }
    public Artifact? Artifact { get; set; }
    public string Name { get; set; } = "";

    /// <summary>When it was last set.</summary>
    public DateTimeOffset PushedAt { get; set; }
    public string PushedBy { get; set; } = "";
    public DateTimeOffset? LastPulledAt { get; set; }
    public long PullCount { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Tag>
    {
        public void Configure(EntityTypeBuilder<Tag> b)
        {
            b.ToTable("tag", "artifacts");
            b.Property(t => t.Name).HasMaxLength(TagName.MaxLength);
            b.Property(t => t.PushedBy).HasMaxLength(255);
            b.HasOne(t => t.Artifact).WithMany(a => a.Tags).HasForeignKey(t => t.ArtifactId).OnDelete(DeleteBehavior.Restrict);
            b.HasOne<Repository>().WithMany().HasForeignKey(t => t.RepositoryId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(t => new { t.RepositoryId, t.Name }).IsUnique();
            b.HasIndex(t => t.ArtifactId);
        }
    }
}

/// <summary>What happened to a tag.</summary>
public enum TagAction
{
    Created = 0,
    Moved = 1,
    Deleted = 2,
    Restored = 3,
}

/// <summary>One line of a tag's history.</summary>
public sealed class TagEvent
{
    public long Id { get; set; }
    public long RepositoryId { get; set; }
    public string TagName { get; set; } = "";
    public TagAction Action { get; set; }
    public string Digest { get; set; } = "";

    /// <summary>What it named before, when it was moved.</summary>
    public string? PreviousDigest { get; set; }
    public DateTimeOffset At { get; set; }
    public string Actor { get; set; } = "";

    /// <summary>The deletion this belongs to.</summary>
    public long? DeletionId { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<TagEvent>
    {
        public void Configure(EntityTypeBuilder<TagEvent> b)
        {
            b.ToTable("tag_event", "artifacts");
            b.Property(e => e.TagName).HasMaxLength(Kernel.TagName.MaxLength);
            b.Property(e => e.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(e => e.PreviousDigest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(e => e.Actor).HasMaxLength(255);
            b.HasOne<Repository>().WithMany().HasForeignKey(e => e.RepositoryId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(e => new { e.RepositoryId, e.Id });
            b.HasIndex(e => new { e.RepositoryId, e.TagName, e.Id });
            b.HasIndex(e => e.DeletionId);
        }
    }
}

/// <summary>Written before a manifest goes to the backing registry and removed with the transaction that indexes it; what is left after a crash is reconciled.</summary>
public sealed class PushIntent
{
    public Guid Id { get; set; }
    public long RepositoryId { get; set; }
    public Repository? Repository { get; set; }

    /// <summary>The tag asked for; null for a push by digest.</summary>
    public string? TagName { get; set; }
    public string Digest { get; set; } = "";
    public string MediaType { get; set; } = "";
    public DateTimeOffset At { get; set; }
    public int? ActorUserId { get; set; }
    public string Actor { get; set; } = "";
    public string Address { get; set; } = "";
    public string Client { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<PushIntent>
    {
        public void Configure(EntityTypeBuilder<PushIntent> b)
        {
            b.ToTable("push_intent", "artifacts");
            b.Property(i => i.Id).ValueGeneratedNever();
            b.Property(i => i.TagName).HasMaxLength(Kernel.TagName.MaxLength);
            b.Property(i => i.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(i => i.MediaType).HasMaxLength(255);
            b.Property(i => i.Actor).HasMaxLength(255);
            b.Property(i => i.Address).HasMaxLength(64);
            b.Property(i => i.Client).HasMaxLength(256);
            b.HasOne(i => i.Repository).WithMany().HasForeignKey(i => i.RepositoryId);
            b.HasIndex(i => i.At);
        }
    }
}
