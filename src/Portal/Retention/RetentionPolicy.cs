using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Projects;

namespace Portal.Retention;

/// <summary>How a project's policy stands to the system's. Numbers are stored: never reorder.</summary>
public enum PolicyMode
{
    /// <summary>The system's rules alone.</summary>
    Inherit = 0,

    /// <summary>Its own rules first, then the system's.</summary>
    Extend = 1,

    /// <summary>Its own rules alone.</summary>
    Replace = 2,
}

/// <summary>The retention policy of a project, or the system's default.</summary>
public sealed class RetentionPolicy
{
    public const int MaxCron = 120;

    public long Id { get; set; }

    /// <summary>The project; 0 for the system, so that there is one of each.</summary>
    public int Place { get; set; }
    public int? ProjectId { get; set; }
    public Project? Project { get; set; }
    public PolicyMode Mode { get; set; }

    /// <summary>The rules as <see cref="Text.PolicyText"/> writes them.</summary>
    public string Rules { get; set; } = "";

    /// <summary>When it runs, as a cron text of six fields; empty for never.</summary>
    public string Cron { get; set; } = "";

    /// <summary>Of the system's: no project may have rules of its own.</summary>
    public bool Locked { get; set; }

    /// <summary>A run that would remove more than this part of a project stops and asks; null for the default, 100 for never.</summary>
    public int? BrakePercent { get; set; }

    /// <summary>The same in bytes; null for the default, -1 for never.</summary>
    public long? BrakeBytes { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string UpdatedBy { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<RetentionPolicy>
    {
        public void Configure(EntityTypeBuilder<RetentionPolicy> b)
        {
            b.ToTable("policy", "retention");
            b.Property(p => p.Cron).HasMaxLength(MaxCron);
            b.Property(p => p.UpdatedBy).HasMaxLength(255);
            b.HasOne(p => p.Project).WithMany().HasForeignKey(p => p.ProjectId).OnDelete(DeleteBehavior.Cascade);
            b.HasIndex(p => p.Place).IsUnique();
        }
    }
}
