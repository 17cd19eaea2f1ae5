using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Access;

/// <summary>A named set of rights.</summary>
public sealed class Role
{
    public int Id { get; set; }
    public string Name { get; set; } = "";
    public string Title { get; set; } = "";
    public string Description { get; set; } = "";

    /// <summary>Ships with Portal and is brought up to date at start.</summary>
    public bool BuiltIn { get; set; }

    /// <summary>The number on <c>/api/v2.0</c>, 1 to 5, for the five project roles.</summary>
    public int? HarborId { get; set; }

    /// <summary>Order from weak to strong.</summary>
    public int Strength { get; set; }

    /// <summary>Holds every right, including those of later versions; its permission rows are not read.</summary>
    public bool Everything { get; set; }
    public List<RolePermission> Permissions { get; set; } = [];

    internal sealed class Configuration : IEntityTypeConfiguration<Role>
    {
        public void Configure(EntityTypeBuilder<Role> b)
        {
            b.ToTable("role", "access");
            b.Property(r => r.Name).HasMaxLength(100);
            b.Property(r => r.Title).HasMaxLength(100);
            b.Property(r => r.Description).HasMaxLength(500);
            b.HasIndex(r => r.Name).IsUnique();
            b.HasMany(r => r.Permissions).WithOne().HasForeignKey(p => p.RoleId);
        }
    }
}

/// <summary>One right of a role.</summary>
public sealed class RolePermission
{
    public int RoleId { get; set; }
    public string Resource { get; set; } = "";
    public string Action { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<RolePermission>
    {
        public void Configure(EntityTypeBuilder<RolePermission> b)
        {
            b.ToTable("role_permission", "access");
            b.Property(p => p.Resource).HasMaxLength(50);
            b.Property(p => p.Action).HasMaxLength(50);
            b.HasKey(p => new { p.RoleId, p.Resource, p.Action });
        }
    }
}
