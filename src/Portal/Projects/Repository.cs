using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Projects;

/// <summary>A repository of a project. It appears with its first push and stays when its last artifact goes.</summary>
public sealed class Repository
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    public Project? Project { get; set; }

    /// <summary>The name without the project: <c>api/worker</c>.</summary>
    public string Name { get; set; } = "";
    public string Description { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? LastPushedAt { get; set; }
    public DateTimeOffset? LastPulledAt { get; set; }
    public long PullCount { get; set; }

    /// <summary>The <see cref="DeletionId"/> of a repository that has blobs but has not seen its first manifest: no list shows it.</summary>
    public const long Unborn = 0;

    /// <summary>Set while the repository itself is deleted; a push to its name brings it back, without what was deleted. <see cref="Unborn"/> before its first manifest.</summary>
    public long? DeletionId { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Repository>
    {
        public void Configure(EntityTypeBuilder<Repository> b)
        {
            b.ToTable("repository", "artifacts");
            b.Property(r => r.Name).HasMaxLength(255);
            b.Property(r => r.Description).HasMaxLength(16_384);
            b.HasOne(r => r.Project).WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(r => new { r.ProjectId, r.Name }).IsUnique();
        }
    }
}
