using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Jobs;

/// <summary>
/// A server that takes runs. The row is its lease: while it is there, runs that name it are its own; when it was not renewed in time another node takes the row away
/// and with it the runs. Times are the database's, so that clocks of nodes need not agree.
/// </summary>
public sealed class JobNode
{
    public const int MaxId = 32;
    public const int MaxName = 128;

    /// <summary>New at every start.</summary>
    public string Id { get; set; } = "";
    public string Name { get; set; } = "";
    public int ProcessId { get; set; }
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset BeatAt { get; set; }

    /// <summary>Workers of each lane.</summary>
    public int Prompt { get; set; }
    public int Upkeep { get; set; }
    public int Transfer { get; set; }
    public int Bulk { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<JobNode>
    {
        public void Configure(EntityTypeBuilder<JobNode> b)
        {
            b.ToTable("node", "jobs");
            b.Property(n => n.Id).HasMaxLength(MaxId);
            b.Property(n => n.Name).HasMaxLength(MaxName);
        }
    }
}

/// <summary>A kind as the database knows it: its bounds, and whether it is paused. Whoever claims a run of the kind locks the row.</summary>
public sealed class JobQueue
{
    public const int MaxKind = 64;

    /// <summary>The row whose pause holds back all schedules. It is no kind.</summary>
    public const string Schedules = "SCHEDULER";

    public string Kind { get; set; } = "";
    public string Title { get; set; } = "";
    public JobLane Lane { get; set; }
    public int MaxConcurrent { get; set; }
    public bool OnePerOwner { get; set; }
    public int KeptRuns { get; set; }
    public bool Paused { get; set; }
    public string PausedBy { get; set; } = "";
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>Whether its built-in schedules have been made; they are made once, so that one that was taken away stays away.</summary>
    public bool Seeded { get; set; }
    public long Claims { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<JobQueue>
    {
        public void Configure(EntityTypeBuilder<JobQueue> b)
        {
            b.ToTable("queue", "jobs");
            b.HasKey(q => q.Kind);
            b.Property(q => q.Kind).HasMaxLength(MaxKind);
            b.Property(q => q.Title).HasMaxLength(100);
            b.Property(q => q.PausedBy).HasMaxLength(255);
        }
    }
}

/// <summary>When runs of a kind and owner are due.</summary>
public sealed class JobSchedule
{
    public int Id { get; set; }
    public string Kind { get; set; } = "";
    public long Owner { get; set; }
    public int? ProjectId { get; set; }

    /// <summary>As it was written; see <see cref="CronText"/>.</summary>
    public string Cron { get; set; } = "";

    /// <summary>IANA name; empty for UTC.</summary>
    public string TimeZone { get; set; } = "";
    public string Parameters { get; set; } = "{}";
    public string Actor { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>One more with every change, so that nodes know whether their timer is that of this row.</summary>
    public int Revision { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<JobSchedule>
    {
        public void Configure(EntityTypeBuilder<JobSchedule> b)
        {
            b.ToTable("schedule", "jobs");
            b.Property(s => s.Kind).HasMaxLength(JobQueue.MaxKind);
            b.Property(s => s.Cron).HasMaxLength(CronText.MaxLength);
            b.Property(s => s.TimeZone).HasMaxLength(64);
            b.Property(s => s.Actor).HasMaxLength(255);
            b.HasIndex(s => new { s.Kind, s.Owner }).IsUnique();
        }
    }
}
