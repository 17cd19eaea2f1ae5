using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Retention;

/// <summary>What became of a plan. Numbers are stored: never reorder.</summary>
public enum PlanState
{
    /// <summary>Being carried out.</summary>
    Running = 0,

    /// <summary>A dry run: nothing was to be deleted.</summary>
    DryRun = 1,

    /// <summary>The brake stopped it before anything was deleted; somebody has to confirm it.</summary>
    Waiting = 2,

    /// <summary>Carried out.</summary>
    Done = 3,

    /// <summary>Confirmed: another run carries it out.</summary>
    Confirmed = 4,

    /// <summary>What it would delete is not the same any more.</summary>
    Outdated = 5,
}

/// <summary>What one run found in one project, and did.</summary>
public sealed class RetentionPlan
{
    public long Id { get; set; }

    /// <summary>The run of Jobs.</summary>
    public long RunId { get; set; }
    public long PolicyId { get; set; }
    public int ProjectId { get; set; }
    public Project? Project { get; set; }
    public PlanState State { get; set; }
    public bool DryRun { get; set; }

    /// <summary>The moment that ages were counted to.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>The rules it was made with, as a JSON array of texts: the project's first.</summary>
    public string Rules { get; set; } = "[]";
    public int Repositories { get; set; }

    /// <summary>Tags and artifacts without one, by verdict.</summary>
    public long Kept { get; set; }
    public long Deleted { get; set; }
    public long Skipped { get; set; }

    /// <summary>What rules would let go and an immutability rule or a lock holds.</summary>
    public long Held { get; set; }

    /// <summary>What was to go and could not.</summary>
    public long Refused { get; set; }

    /// <summary>What is freed for good once garbage collection has run: bytes that nothing kept in the project shares.</summary>
    public long Bytes { get; set; }

    /// <summary>Names everything that goes; two plans with the same delete the same.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>Why the brake stopped it; empty when it did not.</summary>
    public string Brake { get; set; } = "";
    public string ConfirmedBy { get; set; } = "";
    public DateTimeOffset? ConfirmedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RetentionPlan>
    {
        public void Configure(EntityTypeBuilder<RetentionPlan> b)
        {
            b.ToTable("plan", "retention");
            b.Property(p => p.Fingerprint).HasMaxLength(64);
            b.Property(p => p.Brake).HasMaxLength(1000);
            b.Property(p => p.ConfirmedBy).HasMaxLength(255);
            b.HasOne(p => p.Project).WithMany().HasForeignKey(p => p.ProjectId).OnDelete(DeleteBehavior.Cascade);
            b.HasIndex(p => new { p.RunId, p.ProjectId }).IsUnique();
            b.HasIndex(p => new { p.ProjectId, p.Id });
        }
    }
}

/// <summary>One repository of a plan.</summary>
public sealed class RetentionPlanRepository
{
    public long Id { get; set; }
    public long PlanId { get; set; }
    public RetentionPlan? Plan { get; set; }
    public string Repository { get; set; } = "";
    public int Total { get; set; }
    public int Retained { get; set; }

    /// <summary>What goes, or went.</summary>
    public int Deleted { get; set; }
    public long Bytes { get; set; }

    /// <summary>Why nothing of it went although it was to; empty when it did.</summary>
    public string Refusal { get; set; } = "";

    /// <summary>The deletion to take back; 0 for none.</summary>
    public long DeletionId { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RetentionPlanRepository>
    {
        public void Configure(EntityTypeBuilder<RetentionPlanRepository> b)
        {
            b.ToTable("plan_repository", "retention");
            b.Property(r => r.Repository).HasMaxLength(255);
            b.Property(r => r.Refusal).HasMaxLength(1000);
            b.HasOne(r => r.Plan).WithMany().HasForeignKey(r => r.PlanId).OnDelete(DeleteBehavior.Cascade);
            b.HasIndex(r => new { r.PlanId, r.Repository });
        }
    }
}

/// <summary>One verdict of a plan. Of each plan the first <see cref="MaxKept"/> that go and as many that stay are kept.</summary>
public sealed class RetentionVerdict
{
    /// <summary>Verdicts of each sort that are kept with a plan.</summary>
    public const int MaxKept = 25_000;

    public const int MaxReason = 500;

    public long Id { get; set; }
    public long PlanId { get; set; }
    public RetentionPlan? Plan { get; set; }
    public string Repository { get; set; } = "";

    /// <summary>Empty for an artifact without one.</summary>
    public string Tag { get; set; } = "";
    public string Digest { get; set; } = "";
    public int Verdict { get; set; }

    /// <summary>"rule 2"; empty when none decided.</summary>
    public string Rule { get; set; } = "";
    public string Reason { get; set; } = "";
    public DateTimeOffset PushedAt { get; set; }
    public long Bytes { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RetentionVerdict>
    {
        public void Configure(EntityTypeBuilder<RetentionVerdict> b)
        {
            b.ToTable("verdict", "retention");
            b.Property(v => v.Repository).HasMaxLength(255);
            b.Property(v => v.Tag).HasMaxLength(TagName.MaxLength);
            b.Property(v => v.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(v => v.Rule).HasMaxLength(40);
            b.Property(v => v.Reason).HasMaxLength(MaxReason);
            b.HasOne(v => v.Plan).WithMany().HasForeignKey(v => v.PlanId).OnDelete(DeleteBehavior.Cascade);
            b.HasIndex(v => new { v.PlanId, v.Repository, v.Id });
            b.HasIndex(v => new { v.PlanId, v.Verdict, v.Id });
        }
    }
}
