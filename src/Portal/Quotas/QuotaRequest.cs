using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Projects;

namespace Portal.Quotas;

/// <summary>What became of a request.</summary>
public enum QuotaRequestState
{
    Open = 0,
    Granted = 1,
    Declined = 2,
}

/// <summary>A project asks for a higher limit.</summary>
public sealed class QuotaRequest
{
    /// <summary>Characters of a reason and of an answer.</summary>
    public const int MaxText = 1_000;

    public int Id { get; set; }
    public int ProjectId { get; set; }
    public Project? Project { get; set; }

    /// <summary>The limit that is asked for, in bytes.</summary>
    public long Bytes { get; set; }
    public string Reason { get; set; } = "";
    public QuotaRequestState State { get; set; }
    public string RequestedBy { get; set; } = "";
    public DateTimeOffset RequestedAt { get; set; }
    public string DecidedBy { get; set; } = "";
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>What whoever decided says to it.</summary>
    public string Answer { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<QuotaRequest>
    {
        public void Configure(EntityTypeBuilder<QuotaRequest> b)
        {
            b.ToTable("request", "quotas");
            b.Property(r => r.Reason).HasMaxLength(MaxText);
            b.Property(r => r.Answer).HasMaxLength(MaxText);
            b.Property(r => r.RequestedBy).HasMaxLength(255);
            b.Property(r => r.DecidedBy).HasMaxLength(255);
            b.HasOne(r => r.Project).WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.Cascade);
            b.HasIndex(r => new { r.State, r.RequestedAt });
            b.HasIndex(r => new { r.ProjectId, r.Id });
        }
    }
}
