using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>A manifest in a repository: what a digest names there.</summary>
public sealed class Artifact
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    public long RepositoryId { get; set; }
    public Repository? Repository { get; set; }
    public string Digest { get; set; } = "";

    /// <summary>The manifest's media type.</summary>
    public string MediaType { get; set; } = "";

    /// <summary>The effective artifact type: the manifest's own field, else the config's media type; empty for plain images.</summary>
    public string ArtifactType { get; set; } = "";
    public ArtifactKind Kind { get; set; }

    /// <summary>Bytes of the manifest itself.</summary>
    public int ManifestSize { get; set; }

    /// <summary>Bytes of manifest, config and layers as stored; an index adds its children. A blob named twice counts once.</summary>
    public long Size { get; set; }

    /// <summary>The digest this artifact is attached to, present or not.</summary>
    public string? SubjectDigest { get; set; }
    public string? Os { get; set; }
    public string? Architecture { get; set; }
    public string? Variant { get; set; }
    public string? OsVersion { get; set; }

    /// <summary>When the image says it was built.</summary>
    public DateTimeOffset? BuiltAt { get; set; }
    public string? Author { get; set; }

    /// <summary>The manifest's annotations as a JSON object; null when it has none.</summary>
    public string? Annotations { get; set; }
    public DateTimeOffset PushedAt { get; set; }
    public string PushedBy { get; set; } = "";
    public DateTimeOffset? LastPulledAt { get; set; }
    public long PullCount { get; set; }

    /// <summary>Set while the artifact is deleted and could be restored.</summary>
    public long? DeletionId { get; set; }
    public List<Tag> Tags { get; set; } = [];
    public List<ArtifactChild> Children { get; set; } = [];
    public List<ArtifactBlob> Blobs { get; set; } = [];

    internal sealed class Configuration : IEntityTypeConfiguration<Artifact>
    {
        public void Configure(EntityTypeBuilder<Artifact> b)
        {
            b.ToTable("artifact", "artifacts");
            b.Property(a => a.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(a => a.MediaType).HasMaxLength(255);
            b.Property(a => a.ArtifactType).HasMaxLength(255);
            b.Property(a => a.SubjectDigest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(a => a.Os).HasMaxLength(64);
            b.Property(a => a.Architecture).HasMaxLength(64);
            b.Property(a => a.Variant).HasMaxLength(64);
            b.Property(a => a.OsVersion).HasMaxLength(64);
            b.Property(a => a.Author).HasMaxLength(512);
            b.Property(a => a.Annotations).HasJson();
            b.Property(a => a.PushedBy).HasMaxLength(255);
            b.HasOne(a => a.Repository).WithMany().HasForeignKey(a => a.RepositoryId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(a => new { a.RepositoryId, a.Digest }).IsUnique();
            b.HasIndex(a => new { a.RepositoryId, a.PushedAt, a.Id });
            b.HasIndex(a => new { a.RepositoryId, a.SubjectDigest });
            b.HasIndex(a => new { a.ProjectId, a.PushedAt });
            b.HasIndex(a => a.Digest);
            b.HasIndex(a => a.DeletionId);
        }
    }
}

/// <summary>The config blob of an image or chart, as text; read when one artifact is looked at, never in lists.</summary>
public sealed class ArtifactConfig
{
    public long ArtifactId { get; set; }
    public Artifact? Artifact { get; set; }
    public string Json { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<ArtifactConfig>
    {
        public void Configure(EntityTypeBuilder<ArtifactConfig> b)
        {
            b.ToTable("artifact_config", "artifacts");
            b.HasKey(c => c.ArtifactId);
            b.Property(c => c.ArtifactId).ValueGeneratedNever();
            b.Property(c => c.Json).HasJson();
            b.HasOne(c => c.Artifact).WithOne().HasForeignKey<ArtifactConfig>(c => c.ArtifactId);
        }
    }
}

/// <summary>A manifest that an index names, in the index's order.</summary>
public sealed class ArtifactChild
{
    public long ParentId { get; set; }
    public int Position { get; set; }
    public string ChildDigest { get; set; } = "";
    public string MediaType { get; set; } = "";
    public long Size { get; set; }
    public string? Os { get; set; }
    public string? Architecture { get; set; }
    public string? Variant { get; set; }
    public string? OsVersion { get; set; }
    public string? Annotations { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ArtifactChild>
    {
        public void Configure(EntityTypeBuilder<ArtifactChild> b)
        {
            b.ToTable("artifact_child", "artifacts");
            b.HasKey(c => new { c.ParentId, c.Position });
            b.Property(c => c.ChildDigest).HasMaxLength(Digest.MaxLength);
            b.Property(c => c.MediaType).HasMaxLength(255);
            b.Property(c => c.Os).HasMaxLength(64);
            b.Property(c => c.Architecture).HasMaxLength(64);
            b.Property(c => c.Variant).HasMaxLength(64);
            b.Property(c => c.OsVersion).HasMaxLength(64);
            b.Property(c => c.Annotations).HasJson();
            b.HasOne<Artifact>().WithMany(a => a.Children).HasForeignKey(c => c.ParentId);
            b.HasIndex(c => c.ChildDigest);
        }
    }
}

/// <summary>What a blob is to an artifact.</summary>
public enum BlobRole
{
    Config = 0,
    Layer = 1,
}

/// <summary>A blob of an artifact, in manifest order: 0 is the config, layers follow.</summary>
public sealed class ArtifactBlob
{
    public long ArtifactId { get; set; }
    public int Position { get; set; }
    public long BlobId { get; set; }
    public Blob? Blob { get; set; }
    public BlobRole Role { get; set; }
    public string MediaType { get; set; } = "";
    public string? Annotations { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ArtifactBlob>
    {
        public void Configure(EntityTypeBuilder<ArtifactBlob> b)
        {
            b.ToTable("artifact_blob", "artifacts");
            b.HasKey(x => new { x.ArtifactId, x.Position });
            b.Property(x => x.MediaType).HasMaxLength(255);
            b.Property(x => x.Annotations).HasJson();
            b.HasOne<Artifact>().WithMany(a => a.Blobs).HasForeignKey(x => x.ArtifactId);
            b.HasOne(x => x.Blob).WithMany().HasForeignKey(x => x.BlobId).OnDelete(DeleteBehavior.Restrict);
            b.HasIndex(x => x.BlobId);
        }
    }
}
