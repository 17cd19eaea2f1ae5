using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Content that the backing registry holds, once, however many repositories link it.</summary>
public sealed class Blob
{
    public long Id { get; set; }
    public string Digest { get; set; } = "";
    public long Size { get; set; }
    public DateTimeOffset FirstSeenAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Blob>
    {
        public void Configure(EntityTypeBuilder<Blob> b)
        {
            b.ToTable("blob", "artifacts");
            b.Property(x => x.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.HasIndex(x => x.Digest).IsUnique();
            b.HasMany<ProjectBlob>().WithOne().HasForeignKey(x => x.BlobId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

/// <summary>A repository holds a blob: it was uploaded or mounted there. Only such a blob can be read through that repository.</summary>
public sealed class RepositoryBlob
{
    public long RepositoryId { get; set; }
    public long BlobId { get; set; }
    public Blob? Blob { get; set; }
    public DateTimeOffset LinkedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RepositoryBlob>
    {
        public void Configure(EntityTypeBuilder<RepositoryBlob> b)
        {
            b.ToTable("repository_blob", "artifacts");
            b.HasKey(x => new { x.RepositoryId, x.BlobId });
            b.HasOne<Repository>().WithMany().HasForeignKey(x => x.RepositoryId);
            b.HasOne(x => x.Blob).WithMany().HasForeignKey(x => x.BlobId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(x => x.BlobId);
        }
    }
}

/// <summary>The bytes of a manifest, so that serving one never asks the backing registry.</summary>
public sealed class ManifestContent
{
    public string Digest { get; set; } = "";
    public string MediaType { get; set; } = "";
    public byte[] Content { get; set; } = [];

    internal sealed class Configuration : IEntityTypeConfiguration<ManifestContent>
    {
        public void Configure(EntityTypeBuilder<ManifestContent> b)
        {
            b.ToTable("manifest", "artifacts");
            b.HasKey(m => m.Digest);
            b.Property(m => m.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(m => m.MediaType).HasMaxLength(255);
        }
    }
}
