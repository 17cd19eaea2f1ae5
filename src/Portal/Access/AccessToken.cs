using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Access;

/// <summary>A personal access token: a password for tools, with at most the rights of its owner.</summary>
public sealed class AccessToken
{
    public int Id { get; set; }
    public int UserId { get; set; }
    public User? User { get; set; }
    public string Name { get; set; } = "";

    /// <summary>Its first characters, by which its owner knows it again.</summary>
    public string Hint { get; set; } = "";

    /// <summary>SHA-256 of the token, which is random and long.</summary>
    public byte[] Hash { get; set; } = [];

    /// <summary>The rights it carries at most, as <c>resource:action</c> parted by blanks; empty for all of its owner's.</summary>
    public string Scopes { get; set; } = "";

    /// <summary>The only project it works in; null for all.</summary>
    public int? ProjectId { get; set; }

    /// <summary>Addresses and networks it may be used from, parted by blanks; empty for any.</summary>
    public string AllowedFrom { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }
    public string LastUsedFrom { get; set; } = "";
    public string LastUsedBy { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<AccessToken>
    {
        public void Configure(EntityTypeBuilder<AccessToken> b)
        {
            b.ToTable("access_token", "access");
            b.Property(t => t.Name).HasMaxLength(100);
            b.Property(t => t.Hint).HasMaxLength(20);
            b.Property(t => t.Hash).HasMaxLength(32);
            b.Property(t => t.Scopes).HasMaxLength(8_000);
            b.Property(t => t.AllowedFrom).HasMaxLength(1_000);
            b.Property(t => t.LastUsedFrom).HasMaxLength(64);
            b.Property(t => t.LastUsedBy).HasMaxLength(256);
            b.HasOne(t => t.User).WithMany().HasForeignKey(t => t.UserId);
            b.HasIndex(t => t.Hash).IsUnique();
            b.HasIndex(t => new { t.UserId, t.Name }).IsUnique();
        }
    }
}
