using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Projects;

namespace Portal.Immutability;

/// <summary>Keeps tags from moving and going: those that its two selectors choose, from the moment that they exist.</summary>
public sealed class ImmutabilityRule
{
    public int Id { get; set; }

    /// <summary>The project; null for a default of the system, which every project inherits that is not exempt.</summary>
    public int? ProjectId { get; set; }

    /// <summary>What people call it; empty when its selectors say enough.</summary>
    public string Name { get; set; } = "";
    public bool Disabled { get; set; }

    /// <summary>Retention may remove what the rule keeps people from removing.</summary>
    public bool Expirable { get; set; }
    public SelectorKind RepositoryKind { get; set; }
    public bool RepositoryExcludes { get; set; }
    public string RepositoryPattern { get; set; } = "";
    public SelectorKind TagKind { get; set; }
    public bool TagExcludes { get; set; }
    public string TagPattern { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public string CreatedBy { get; set; } = "";
    public DateTimeOffset UpdatedAt { get; set; }

    public NameSelector Repositories => new(RepositoryKind, RepositoryExcludes, RepositoryPattern);

    public NameSelector Tags => new(TagKind, TagExcludes, TagPattern);

    internal sealed class Configuration : IEntityTypeConfiguration<ImmutabilityRule>
    {
        public void Configure(EntityTypeBuilder<ImmutabilityRule> b)
        {
            b.ToTable("rule", "immutability");
            b.Property(r => r.Name).HasMaxLength(RuleDraft.MaxName);
            b.Property(r => r.RepositoryPattern).HasMaxLength(NameSelector.MaxLength);
            b.Property(r => r.TagPattern).HasMaxLength(NameSelector.MaxLength);
            b.Property(r => r.CreatedBy).HasMaxLength(255);
            b.Ignore(r => r.Repositories).Ignore(r => r.Tags);
            b.HasOne<Project>().WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(r => new { r.ProjectId, r.Id });
        }
    }
}

/// <summary>A project that does not inherit the system's rules.</summary>
public sealed class ImmutabilityExemption
{
    public int ProjectId { get; set; }
    public Project? Project { get; set; }

    /// <summary>Why, in the words of the administrator who decided it.</summary>
    public string Reason { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public string CreatedBy { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<ImmutabilityExemption>
    {
        public void Configure(EntityTypeBuilder<ImmutabilityExemption> b)
        {
            b.ToTable("exemption", "immutability");
            b.HasKey(e => e.ProjectId);
            b.Property(e => e.ProjectId).ValueGeneratedNever();
            b.Property(e => e.Reason).HasMaxLength(ImmutabilityService.MaxReason);
            b.Property(e => e.CreatedBy).HasMaxLength(255);
            b.HasOne(e => e.Project).WithOne().HasForeignKey<ImmutabilityExemption>(e => e.ProjectId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
