using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Access;

/// <summary>Who says who is in a group. The numbers of the first three are those of <c>/api/v2.0</c> (Harbor's group types).</summary>
public enum GroupSource
{
    /// <summary>The directory.</summary>
    Ldap = 1,

    /// <summary>People edit it here.</summary>
    Local = 2,

    /// <summary>A claim of the identity provider.</summary>
    Oidc = 3,
}

/// <summary>People who hold roles together.</summary>
public sealed class Group
{
    public const int MaxNameLength = 255;

    /// <summary>Characters of an external name.</summary>
    public const int MaxExternalNameLength = 512;

    /// <summary>Characters of a description.</summary>
    public const int MaxDescriptionLength = 500;

    public int Id { get; set; }
    public string Name { get; set; } = "";
    public GroupSource Source { get; set; }

    /// <summary>The claim's value or the distinguished name; the name again for a local group.</summary>
    public string ExternalName { get; set; } = "";
    public string Description { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public List<GroupMember> Members { get; set; } = [];

    internal sealed class Configuration : IEntityTypeConfiguration<Group>
    {
        public void Configure(EntityTypeBuilder<Group> b)
        {
            b.ToTable("group", "access");
            b.Property(g => g.Name).HasMaxLength(MaxNameLength);
            b.Property(g => g.ExternalName).HasMaxLength(MaxExternalNameLength);
            b.Property(g => g.Description).HasMaxLength(MaxDescriptionLength);
            b.HasIndex(g => g.Name).IsUnique();
            b.HasIndex(g => new { g.Source, g.ExternalName }).IsUnique();
            b.HasMany(g => g.Members).WithOne(m => m.Group).HasForeignKey(m => m.GroupId);
        }
    }
}

/// <summary>One person in one group.</summary>
public sealed class GroupMember
{
    public int GroupId { get; set; }
    public Group? Group { get; set; }
    public int UserId { get; set; }
    public User? User { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<GroupMember>
    {
        public void Configure(EntityTypeBuilder<GroupMember> b)
        {
            b.ToTable("group_member", "access");
            b.HasKey(m => new { m.GroupId, m.UserId });
            b.HasOne(m => m.User).WithMany().HasForeignKey(m => m.UserId);
            b.HasIndex(m => m.UserId);
        }
    }
}
