using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Access;

/// <summary>Who keeps an account's password.</summary>
public enum UserSource
{
    /// <summary>Portal itself.</summary>
    Local = 0,

    /// <summary>The directory.</summary>
    Ldap = 1,

    /// <summary>The OIDC provider.</summary>
    Oidc = 2,
}

/// <summary>A person who can sign in.</summary>
public sealed class User : IdentityUser<int>
{
    /// <summary>The longest user name.</summary>
    public const int MaxNameLength = 255;

    /// <summary>The name shown beside the account; may be empty.</summary>
    public string DisplayName { get; set; } = "";
    public string Comment { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Since when the account may not sign in; null while it may.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Gone for good: hidden everywhere, the name is free again.</summary>
    public bool Deleted { get; set; }

    /// <summary>True until the person has replaced a password that somebody else chose.</summary>
    public bool MustChangePassword { get; set; }
    public DateTimeOffset? LastSignInAt { get; set; }
    public UserSource Source { get; set; }

    /// <summary>Who vouches for <see cref="ExternalSubject"/>: the OIDC issuer, or <c>ldap</c>; null for a local account.</summary>
    public string? ExternalIssuer { get; set; }

    /// <summary>The person's unchanging key at the issuer: the OIDC subject, or the directory entry's UUID; null for a local account.</summary>
    public string? ExternalSubject { get; set; }

    /// <summary>What screens call this person.</summary>
    public string Called => DisplayName.Length > 0 ? DisplayName : UserName ?? "";

    internal sealed class Configuration : IEntityTypeConfiguration<User>
    {
        public void Configure(EntityTypeBuilder<User> b)
        {
            b.ToTable("user", "access");
            b.Property(u => u.DisplayName).HasMaxLength(255);
            b.Property(u => u.Comment).HasMaxLength(1024);
            b.Property(u => u.PasswordHash).HasMaxLength(512);
            b.Property(u => u.SecurityStamp).HasMaxLength(64);
            b.Property(u => u.ConcurrencyStamp).HasMaxLength(64);
            b.Property(u => u.PhoneNumber).HasMaxLength(64);
            b.Property(u => u.ExternalIssuer).HasMaxLength(255);
            b.Property(u => u.ExternalSubject).HasMaxLength(512);
            b.HasIndex(u => new { u.Source, u.ExternalIssuer, u.ExternalSubject }).IsUnique();
            b.Ignore(u => u.Called);
        }
    }
}

/// <summary>Gives Identity's remaining tables their place.</summary>
sealed class IdentityTables :
    IEntityTypeConfiguration<IdentityUserClaim<int>>, IEntityTypeConfiguration<IdentityUserLogin<int>>, IEntityTypeConfiguration<IdentityUserToken<int>>
{
    public void Configure(EntityTypeBuilder<IdentityUserClaim<int>> b) => b.ToTable("user_claim", "access");
    public void Configure(EntityTypeBuilder<IdentityUserLogin<int>> b) => b.ToTable("user_login", "access");
    public void Configure(EntityTypeBuilder<IdentityUserToken<int>> b) => b.ToTable("user_token", "access");
}
