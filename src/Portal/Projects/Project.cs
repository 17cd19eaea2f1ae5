using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Projects;

/// <summary>The first segment of an image name: the unit of membership and policy.</summary>
public sealed class Project
{
    public int Id { get; set; }

    /// <summary>Unique; of a deleted project <c>name#id</c>, so that the name is free again.</summary>
    public string Name { get; set; } = "";
    public string Description { get; set; } = "";

    /// <summary>Anybody may list and pull.</summary>
    public bool Public { get; set; }
    public int OwnerId { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Write an audit row for each pull.</summary>
    public bool AuditPulls { get; set; } = true;

    /// <summary>Write an audit row for each push.</summary>
    public bool AuditPushes { get; set; } = true;

    /// <summary>Days that its deletions can be taken back; null for the system's default.</summary>
    public int? TrashDays { get; set; }

    /// <summary>Its account of bytes; made with the project.</summary>
    public ProjectStorage? Storage { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Project>
    {
        public void Configure(EntityTypeBuilder<Project> b)
        {
            b.ToTable("project", "projects");
            b.Property(p => p.Name).HasMaxLength(280);
            b.Property(p => p.Description).HasMaxLength(1000);
            b.HasIndex(p => p.Name).IsUnique();
        }
    }
}
