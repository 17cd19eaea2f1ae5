using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Projects;

/// <summary>
/// A project's account: how many unique bytes its live artifacts name, which is the sum of its <see cref="ProjectBlob"/> rows, and how many they may name.
/// Whoever adds or removes such rows locks this one first, so that the sum is exact and the limit is never passed, whoever else pushes or deletes meanwhile.
/// </summary>
public sealed class ProjectStorage
{
    /// <summary>Stands for no limit.</summary>
    public const long Unlimited = -1;

    /// <summary>The highest limit, 1 PiB. Source: Harbor API, quotas.</summary>
    public const long MaxLimit = 1L << 50;

    public int ProjectId { get; set; }

    /// <summary>Bytes.</summary>
    public long Used { get; set; }

    /// <summary>Bytes, or <see cref="Unlimited"/>.</summary>
    public long Limit { get; set; } = Unlimited;

    internal sealed class Configuration : IEntityTypeConfiguration<ProjectStorage>
    {
        public void Configure(EntityTypeBuilder<ProjectStorage> b)
        {
            b.ToTable("project_storage", "artifacts");
            b.HasKey(s => s.ProjectId);
            b.Property(s => s.ProjectId).ValueGeneratedNever();
            b.HasOne<Project>().WithOne(p => p.Storage).HasForeignKey<ProjectStorage>(s => s.ProjectId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
