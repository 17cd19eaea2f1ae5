using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Data;

namespace Portal.Access.Federation;

/// <summary>Lets workloads with a token of this issuer act as a robot, without a secret of its own.</summary>
public sealed class FederationTrust
{
    public int Id { get; set; }
    public int RobotId { get; set; }
    public Robot? Robot { get; set; }
    public string Name { get; set; } = "";

    /// <summary>The preset it was made with.</summary>
    public IssuerKind Kind { get; set; }

    /// <summary>Exactly the token's <c>iss</c>; its keys are found from here.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>What the token's <c>aud</c> must hold.</summary>
    public string Audience { get; set; } = "";

    /// <summary>The conditions as JSON; see <see cref="Conditions"/>.</summary>
    public string ConditionsJson { get; set; } = "[]";

    /// <summary>A token with an id (<c>jti</c>) lets in once only.</summary>
    public bool SingleUse { get; set; }
    public DateTimeOffset? DisabledAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string CreatedBy { get; set; } = "";
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>Whom the token that was shown last was about (<c>sub</c>).</summary>
    public string LastUsedBy { get; set; } = "";

    /// <summary>All must hold.</summary>
    public IReadOnlyList<ClaimCondition> Conditions
    {
        get => JsonSerializer.Deserialize<List<ClaimCondition>>(ConditionsJson, JsonSerializerOptions.Web) ?? [];
        set => ConditionsJson = JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
    }

    internal sealed class Configuration : IEntityTypeConfiguration<FederationTrust>
    {
        public void Configure(EntityTypeBuilder<FederationTrust> b)
        {
            b.ToTable("federation_trust", "access");
            b.Ignore(t => t.Conditions);
            b.Property(t => t.Name).HasMaxLength(TrustRules.MaxName);
            b.Property(t => t.Issuer).HasMaxLength(TrustRules.MaxIssuer);
            b.Property(t => t.Audience).HasMaxLength(TrustRules.MaxAudience);
            b.Property(t => t.ConditionsJson).HasColumnName("Conditions").HasJson();
            b.Property(t => t.CreatedBy).HasMaxLength(255);
            b.Property(t => t.LastUsedBy).HasMaxLength(600);
            b.HasOne(t => t.Robot).WithMany().HasForeignKey(t => t.RobotId);
            b.HasIndex(t => new { t.RobotId, t.Name }).IsUnique();
            b.HasIndex(t => t.Issuer);
        }
    }
}

/// <summary>A workload's token that was used, remembered until its end.</summary>
public sealed class FederationUse
{
    /// <summary>SHA-256 of issuer and token id, in hexadecimal.</summary>
    public string Token { get; set; } = "";

    /// <summary>The only address that may show it again; empty for none.</summary>
    public string Address { get; set; } = "";
    public DateTimeOffset Until { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<FederationUse>
    {
        public void Configure(EntityTypeBuilder<FederationUse> b)
        {
            b.ToTable("federation_use", "access");
            b.HasKey(u => u.Token);
            b.Property(u => u.Token).HasMaxLength(64);
            b.Property(u => u.Address).HasMaxLength(64);
            b.HasIndex(u => u.Until);
        }
    }
}
