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

/// <summary>Why a binding is there.</summary>
public enum BindingOrigin
{
    /// <summary>Somebody gave it.</summary>
    ByHand = 0,

    /// <summary>A mapping rule gives it to a group, and takes it away when the rule no longer says so.</summary>
    MappingRule = 1,

    /// <summary>The sign-in settings name the group as that of the administrators.</summary>
    AdministratorGroup = 2,
}

/// <summary>
/// Gives a role to a subject: on the system, on a project, or only on the repositories and tags of it that match a pattern. The subject has one role per
/// such place, the whole system among them.
/// </summary>
public sealed class Binding
{
    /// <summary>Characters of a repository pattern.</summary>
    public const int MaxPatternLength = 255;

    public int Id { get; set; }
    public SubjectKind SubjectKind { get; set; }
    public int SubjectId { get; set; }
    public int RoleId { get; set; }
    public Role? Role { get; set; }

    /// <summary>The project it holds in; null for the whole system.</summary>
    public int? ProjectId { get; set; }

    /// <summary>Glob over repository paths within the project, such as <c>team/*</c>; empty for all of them.</summary>
    public string RepositoryPattern { get; set; } = "";

    /// <summary>Glob over tag names, such as <c>v*</c>; empty for all of them.</summary>
    public string TagPattern { get; set; } = "";

    /// <summary>From when on it counts no more; null for no end.</summary>
    public DateTimeOffset? Until { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string CreatedBy { get; set; } = "";
    public BindingOrigin Origin { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Binding>
    {
        public void Configure(EntityTypeBuilder<Binding> b)
        {
            b.ToTable("binding", "access");
            b.Property(x => x.RepositoryPattern).HasMaxLength(MaxPatternLength);
            b.Property(x => x.TagPattern).HasMaxLength(Kernel.TagName.MaxLength);
            b.Property(x => x.CreatedBy).HasMaxLength(255);
            b.HasOne(x => x.Role).WithMany().HasForeignKey(x => x.RoleId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(x => new { x.SubjectKind, x.SubjectId });
            b.HasIndex(x => new { x.ProjectId, x.SubjectKind, x.SubjectId, x.RepositoryPattern, x.TagPattern }).IsUnique().HasFilter(null);
        }
    }
}
