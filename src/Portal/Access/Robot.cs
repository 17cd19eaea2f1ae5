using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Access;

/// <summary>An account for a machine, of the system or of one project. Source: Harbor v2.0 API, robot accounts.</summary>
public sealed class Robot
{
    public int Id { get; set; }

    /// <summary>As it was asked for, without prefix and project.</summary>
    public string Name { get; set; } = "";

    /// <summary>The whole name it signs in with, such as <c>robot$team+ci</c>.</summary>
    public string Login { get; set; } = "";
    public string Description { get; set; } = "";

    /// <summary>The project it belongs to; null for a robot of the system.</summary>
    public int? ProjectId { get; set; }
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>From when on it is refused; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Days as they were asked for; -1 for never.</summary>
    public int DurationDays { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string CreatedBy { get; set; } = "";
    public SubjectKind CreatedByKind { get; set; }
    public int CreatedById { get; set; }

    /// <summary>Changes with everything that ends what was given out to it.</summary>
    public string Stamp { get; set; } = "";
    public DateTimeOffset? LastUsedAt { get; set; }
    public List<RobotPermission> Permissions { get; set; } = [];
    public List<RobotSecret> Secrets { get; set; } = [];

    internal sealed class Configuration : IEntityTypeConfiguration<Robot>
    {
        public void Configure(EntityTypeBuilder<Robot> b)
        {
            b.ToTable("robot", "access");
            b.Property(r => r.Name).HasMaxLength(255);
            b.Property(r => r.Login).HasMaxLength(600);
            b.Property(r => r.Description).HasMaxLength(1024);
            b.Property(r => r.CreatedBy).HasMaxLength(255);
            b.Property(r => r.Stamp).HasMaxLength(64);
            b.HasIndex(r => r.Login).IsUnique();
            b.HasIndex(r => r.ProjectId);
            b.HasMany(r => r.Permissions).WithOne().HasForeignKey(p => p.RobotId);
            b.HasMany(r => r.Secrets).WithOne().HasForeignKey(s => s.RobotId);
        }
    }
}

/// <summary>One right of a robot, and where it holds.</summary>
public sealed class RobotPermission
{
    public int Id { get; set; }
    public int RobotId { get; set; }

    /// <summary>The project; null for the system, or for every project.</summary>
    public int? ProjectId { get; set; }

    /// <summary>Holds in every project, those made later too.</summary>
    public bool EveryProject { get; set; }
    public string Resource { get; set; } = "";
    public string Action { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<RobotPermission>
    {
        public void Configure(EntityTypeBuilder<RobotPermission> b)
        {
            b.ToTable("robot_permission", "access");
            b.Property(p => p.Resource).HasMaxLength(50);
            b.Property(p => p.Action).HasMaxLength(50);
            b.HasIndex(p => p.ProjectId);
        }
    }
}

/// <summary>A secret of a robot. While one is being replaced there are two, and the page shows when each was last used.</summary>
public sealed class RobotSecret
{
    public int Id { get; set; }
    public int RobotId { get; set; }

    /// <summary>
    /// True for one that Portal made: 32 random letters and digits, about 190 bits, which nobody guesses, so a plain hash keeps it. One that a person gave may be
    /// short and is kept by a slow hash.
    /// </summary>
    public bool Random { get; set; }

    /// <summary>SHA-256 over salt and secret when it is random, PBKDF2 with SHA-256 when it is not.</summary>
    public byte[] Hash { get; set; } = [];

    /// <summary>16 random bytes.</summary>
    public byte[] Salt { get; set; } = [];
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>From when on it is refused: the end of the overlap for one that was replaced; null while it is current.</summary>
    public DateTimeOffset? ValidUntil { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }
    public string LastUsedFrom { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<RobotSecret>
    {
        public void Configure(EntityTypeBuilder<RobotSecret> b)
        {
            b.ToTable("robot_secret", "access");
            b.Property(s => s.Hash).HasMaxLength(32);
            b.Property(s => s.Salt).HasMaxLength(16);
            b.Property(s => s.LastUsedFrom).HasMaxLength(64);
        }
    }
}
