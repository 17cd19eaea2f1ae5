using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Access;

/// <summary>A sign-in of a person's browser. The cookie holds only its id; ending the row ends the cookie everywhere.</summary>
public sealed class Session
{
    public Guid Id { get; set; }
    public int UserId { get; set; }
    public User? User { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Written at most once a minute.</summary>
    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>The absolute end, whatever happens.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public string Address { get; set; } = "";
    public string Client { get; set; } = "";

    /// <summary>The provider's own session (<c>sid</c>) that it began from; null when the provider named none, or none was asked.</summary>
    public string? ProviderSession { get; set; }

    /// <summary>The provider's identity token, encrypted, to show it again when signing out there; null when there is none, and after that.</summary>
    public string? IdToken { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Session>
    {
        public void Configure(EntityTypeBuilder<Session> b)
        {
            b.ToTable("session", "access");
            b.Property(s => s.Id).ValueGeneratedNever();
            b.Property(s => s.Address).HasMaxLength(64);
            b.Property(s => s.Client).HasMaxLength(256);
            b.Property(s => s.ProviderSession).HasMaxLength(255);
            b.HasIndex(s => s.ProviderSession);
            b.HasOne(s => s.User).WithMany().HasForeignKey(s => s.UserId);
            b.HasIndex(s => new { s.UserId, s.EndedAt });
            b.HasIndex(s => s.ExpiresAt);
        }
    }
}

/// <summary>Failed sign-ins of one account from one address, or of one address over all accounts.</summary>
public sealed class SignInFailure
{
    /// <summary>A keyed hash, so that the table names nobody.</summary>
    public string Key { get; set; } = "";
    public int Count { get; set; }
    public DateTimeOffset LastAt { get; set; }
    public DateTimeOffset BlockedUntil { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SignInFailure>
    {
        public void Configure(EntityTypeBuilder<SignInFailure> b)
        {
            b.ToTable("sign_in_failure", "access");
            b.HasKey(f => f.Key);
            b.Property(f => f.Key).HasMaxLength(64);
            b.HasIndex(f => f.LastAt);
        }
    }
}
