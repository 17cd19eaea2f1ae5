using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Jobs;

/// <summary>A run: waiting, under way or ended. The rows that wait are the queue.</summary>
public sealed class JobRun
{
    /// <summary>Characters of a summary.</summary>
    public const int MaxSummary = 512;

    /// <summary>Bytes of parameters and of a checkpoint.</summary>
    public const int MaxJson = 16 * 1024;

    public long Id { get; set; }
    public string Kind { get; set; } = "";
    public long Owner { get; set; }
    public int? ProjectId { get; set; }
    public JobLane Lane { get; set; }
    public JobTrigger Trigger { get; set; }
    public JobStatus Status { get; set; }
    public string Actor { get; set; } = "";

    /// <summary>JSON, kept as it was given.</summary>
    public string Parameters { get; set; } = "{}";
    public string? Checkpoint { get; set; }
    public DateTimeOffset QueuedAt { get; set; }

    /// <summary>Not to be claimed before: later than <see cref="QueuedAt"/> after a failed attempt.</summary>
    public DateTimeOffset DueAt { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public long Done { get; set; }
    public long Total { get; set; }
    public string Unit { get; set; } = "";
    public double? Rate { get; set; }

    /// <summary>Somebody asked it to stop while it was under way.</summary>
    public bool Stopping { get; set; }
    public string StoppedBy { get; set; } = "";

    /// <summary>How often it was begun.</summary>
    public int Attempt { get; set; }

    /// <summary>How many of these attempts ended by an exception; the others lost their node.</summary>
    public int Failures { get; set; }

    /// <summary>The lease it runs under: the id of a <see cref="JobNode"/>. Null unless it is running.</summary>
    public string? NodeId { get; set; }

    /// <summary>The name of the node that runs or ran it.</summary>
    public string Node { get; set; } = "";
    public string Summary { get; set; } = "";

    /// <summary>Schedule and time that it was made for; of two nodes that fire the same, one makes the run.</summary>
    public string? FireKey { get; set; }

    /// <summary>Lines of the log that were left out.</summary>
    public long LogOmitted { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<JobRun>
    {
        public void Configure(EntityTypeBuilder<JobRun> b)
        {
            b.ToTable("run", "jobs");
            b.Property(r => r.Kind).HasMaxLength(JobQueue.MaxKind);
            b.Property(r => r.Actor).HasMaxLength(255);
            b.Property(r => r.Unit).HasMaxLength(32);
            b.Property(r => r.StoppedBy).HasMaxLength(255);
            b.Property(r => r.NodeId).HasMaxLength(JobNode.MaxId);
            b.Property(r => r.Node).HasMaxLength(JobNode.MaxName);
            b.Property(r => r.Summary).HasMaxLength(MaxSummary);
            b.Property(r => r.FireKey).HasMaxLength(100);
            b.HasIndex(r => r.FireKey).IsUnique();
            b.HasIndex(r => new { r.Status, r.Kind, r.Id });
            b.HasIndex(r => new { r.Kind, r.Owner, r.Id });
            b.HasIndex(r => new { r.ProjectId, r.Id });
        }
    }
}

/// <summary>A part of a run that is shown on its own.</summary>
public sealed class JobTask
{
    /// <summary>Characters of a name.</summary>
    public const int MaxName = 400;

    public long Id { get; set; }
    public long RunId { get; set; }
    public JobRun? Run { get; set; }
    public string Name { get; set; } = "";
    public JobStatus Status { get; set; }
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>JSON.</summary>
    public string? Detail { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<JobTask>
    {
        public void Configure(EntityTypeBuilder<JobTask> b)
        {
            b.ToTable("task", "jobs");
            b.Property(t => t.Name).HasMaxLength(MaxName);
            b.HasOne(t => t.Run).WithMany().HasForeignKey(t => t.RunId).OnDelete(DeleteBehavior.Cascade);
            b.HasIndex(t => new { t.RunId, t.Name }).IsUnique();
        }
    }
}

/// <summary>Some lines of a run's log, in order. Those of the tail go again when newer ones come.</summary>
public sealed class JobLogPart
{
    public long RunId { get; set; }
    public JobRun? Run { get; set; }
    public int Number { get; set; }
    public bool Tail { get; set; }
    public int Lines { get; set; }
    public int Bytes { get; set; }

    /// <summary>The lines, each with its line feed.</summary>
    public string Text { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<JobLogPart>
    {
        public void Configure(EntityTypeBuilder<JobLogPart> b)
        {
            b.ToTable("log_part", "jobs");
            b.HasKey(p => new { p.RunId, p.Number });
            b.HasOne(p => p.Run).WithMany().HasForeignKey(p => p.RunId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
