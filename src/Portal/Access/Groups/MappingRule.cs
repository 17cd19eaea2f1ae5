using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Access.Groups;

/// <summary>Gives the groups of the directory or the identity provider whose name fits a pattern a role in a project. Rules have an order; the first that names a project decides there.</summary>
public sealed class MappingRule
{
    public int Id { get; set; }

    /// <summary>Its place: lower ones come first.</summary>
    public int Position { get; set; }

    /// <summary>Only groups of this source; null for all but local ones.</summary>
    public GroupSource? Source { get; set; }

    /// <summary>See <see cref="GroupPattern"/>.</summary>
    public string Pattern { get; set; } = "";

    /// <summary>A project's name, in which <c>$1</c> to <c>$9</c> stand for what the pattern caught.</summary>
    public string Project { get; set; } = "";
    public int RoleId { get; set; }
    public Role? Role { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string CreatedBy { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<MappingRule>
    {
        public void Configure(EntityTypeBuilder<MappingRule> b)
        {
            b.ToTable("mapping_rule", "access");
            b.Property(r => r.Pattern).HasMaxLength(GroupPattern.MaxLength);
            b.Property(r => r.Project).HasMaxLength(GroupPattern.MaxLength);
            b.Property(r => r.CreatedBy).HasMaxLength(255);
            b.HasOne(r => r.Role).WithMany().HasForeignKey(r => r.RoleId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(r => r.Position);
        }
    }
}
