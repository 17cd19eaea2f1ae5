using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Access.Settings;

/// <summary>One setting that is kept in the database and may be changed while Portal runs. A missing row stands for the default.</summary>
public sealed class Setting
{
    /// <summary>Characters of a value, and of a secret before it is encrypted.</summary>
    public const int MaxValueLength = 2_000;

    /// <summary>The name of <c>/api/v2.0/configurations</c>, such as <c>ldap_url</c>.</summary>
    public string Key { get; set; } = "";

    /// <summary>The value as text; a secret is encrypted with the data-protection keys.</summary>
    public string Value { get; set; } = "";
    public DateTimeOffset UpdatedAt { get; set; }
    public string UpdatedBy { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<Setting>
    {
        public void Configure(EntityTypeBuilder<Setting> b)
        {
            b.ToTable("setting", "access");
            b.HasKey(s => s.Key);
            b.Property(s => s.Key).HasMaxLength(100);
            b.Property(s => s.UpdatedBy).HasMaxLength(255);
        }
    }
}
