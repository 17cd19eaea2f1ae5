using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Kernel;

namespace Portal.Retention.Clusters;

/// <summary>A cluster that says what it runs. Its last report counts until the next one, or until the cluster is taken off, however old it is.</summary>
public sealed class Cluster
{
    public const int MaxName = 63;

    public int Id { get; set; }
    public string Name { get; set; } = "";
    public DateTimeOffset ReportedAt { get; set; }
    public string ReportedBy { get; set; } = "";

    /// <summary>After so many hours the report counts as old.</summary>
    public int FreshHours { get; set; }

    /// <summary>Images of this registry that the report names.</summary>
    public int Images { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Cluster>
    {
        public void Configure(EntityTypeBuilder<Cluster> b)
        {
            b.ToTable("cluster", "retention");
            b.Property(c => c.Name).HasMaxLength(MaxName);
            b.Property(c => c.ReportedBy).HasMaxLength(255);
            b.HasIndex(c => c.Name).IsUnique();
        }
    }
}

/// <summary>An image that a cluster runs.</summary>
public sealed class ClusterImage
{
    public long Id { get; set; }
    public int ClusterId { get; set; }
    public Cluster? Cluster { get; set; }
    public int ProjectId { get; set; }

    /// <summary>The name without the project.</summary>
    public string Repository { get; set; } = "";

    /// <summary>Empty when the report named a tag alone.</summary>
    public string Digest { get; set; } = "";

    /// <summary>Empty when the report named a digest.</summary>
    public string Tag { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<ClusterImage>
    {
        public void Configure(EntityTypeBuilder<ClusterImage> b)
        {
            b.ToTable("cluster_image", "retention");
            b.Property(i => i.Repository).HasMaxLength(255);
            b.Property(i => i.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(i => i.Tag).HasMaxLength(TagName.MaxLength);
            b.HasOne(i => i.Cluster).WithMany().HasForeignKey(i => i.ClusterId).OnDelete(DeleteBehavior.Cascade);
            b.HasIndex(i => new { i.ProjectId, i.Repository });
        }
    }
}
