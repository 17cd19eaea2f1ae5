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

    /// <summary>Unique bytes that each repository may name, or <see cref="Unlimited"/>; null for the system's default.</summary>
    public long? RepositoryLimit { get; set; }

    /// <summary>Tags that each repository may have, or <see cref="Unlimited"/>; null for the system's default.</summary>
    public int? TagLimit { get; set; }

    /// <summary>The highest share of the limit in percent that the audit log tells of, of <see cref="Marks"/>; 0 for none. It falls when space is given back.</summary>
    public int Noted { get; set; }

    /// <summary>When a refusal was last written into the audit log; null again once space is given back or the limit is changed.</summary>
    public DateTimeOffset? RefusedAt { get; set; }

    /// <summary>When a limit was last changed; null when never.</summary>
    public DateTimeOffset? ChangedAt { get; set; }

    /// <summary>Shares of the limit, in percent, whose crossing is worth telling.</summary>
    public static IReadOnlyList<int> Marks { get; } = [80, 95];

    /// <summary>The highest of <see cref="Marks"/> that so many bytes have reached; 0 for none.</summary>
    public static int MarkOf(long used, long limit) => limit <= 0 ? 0 : Marks.LastOrDefault(mark => used * 100 >= limit * mark);

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
