using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Access;

/// <summary>Who can hold a role or act.</summary>
public enum SubjectKind
{
    /// <summary>Nobody signed in.</summary>
    Anonymous = 0,
    User = 1,
    Group = 2,
    Robot = 3,
    /// <summary>Portal itself: background work.</summary>
    Portal = 4,
}

/// <summary>Gives a role to a subject on the system or on a project.</summary>
public sealed class Binding
{
    public int Id { get; set; }
    public SubjectKind SubjectKind { get; set; }
    public int SubjectId { get; set; }
    public int RoleId { get; set; }
    public Role? Role { get; set; }

    /// <summary>The project it holds in; null for the whole system.</summary>
    public int? ProjectId { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string CreatedBy { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<Binding>
    {
        public void Configure(EntityTypeBuilder<Binding> b)
        {
            b.ToTable("binding", "access");
            b.Property(x => x.CreatedBy).HasMaxLength(255);
            b.HasOne(x => x.Role).WithMany().HasForeignKey(x => x.RoleId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(x => new { x.SubjectKind, x.SubjectId });
            b.HasIndex(x => new { x.ProjectId, x.SubjectKind, x.SubjectId }).IsUnique();
        }
    }
}
