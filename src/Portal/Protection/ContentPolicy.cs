using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Protection;

/// <summary>What may be pushed into a project. A missing row stands for anything.</summary>
public sealed class ContentPolicy
{
    public int ProjectId { get; set; }

    /// <summary>Kinds and media types, parted by blanks.</summary>
    public string Allowed { get; set; } = "";
    public DateTimeOffset UpdatedAt { get; set; }
    public string UpdatedBy { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<ContentPolicy>
    {
        public void Configure(EntityTypeBuilder<ContentPolicy> b)
        {
            b.ToTable("content_policy", "protection");
            b.HasKey(c => c.ProjectId);
            b.Property(c => c.ProjectId).ValueGeneratedNever();
            b.Property(c => c.Allowed).HasMaxLength(ContentList.MaxEntries * (ContentList.MaxLength + 1));
            b.Property(c => c.UpdatedBy).HasMaxLength(255);
            b.HasOne<Project>().WithOne().HasForeignKey<ContentPolicy>(c => c.ProjectId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

/// <summary>A list of kinds and media types; an empty one lets anything in.</summary>
public sealed record ContentList(IReadOnlyList<string> Entries)
{
    /// <summary>The most entries of a list.</summary>
    public const int MaxEntries = 30;

    /// <summary>The longest entry in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>Lets anything in.</summary>
    public static ContentList Anything { get; } = new([]);

    /// <summary>The kinds by the words that a list names them with. An index of images is an image.</summary>
    public static IReadOnlyDictionary<string, ArtifactKind[]> Kinds { get; } = new SortedDictionary<string, ArtifactKind[]>(StringComparer.Ordinal)
    {
        ["image"] = [ArtifactKind.Image, ArtifactKind.Index],
        ["chart"] = [ArtifactKind.Chart],
        ["signature"] = [ArtifactKind.Signature],
        ["sbom"] = [ArtifactKind.Sbom],
        ["attestation"] = [ArtifactKind.Attestation],
        ["wasm"] = [ArtifactKind.Wasm],
        ["model"] = [ArtifactKind.Model],
    };

    /// <summary>Reads a list; the refusal names the entry that is neither a kind nor a media type.</summary>
    public static Result<ContentList> Read(IEnumerable<string>? entries)
    {
        List<string> all = [.. (entries ?? []).Select(e => e?.Trim() ?? "").Where(e => e.Length > 0).Distinct(StringComparer.Ordinal).Take(MaxEntries + 1)];
        if (all.Count > MaxEntries) return ProtectionErrors.ContentCount;
        return all.Find(e => !Kinds.ContainsKey(e) && !IsMediaType(e)) is { } wrong ? ProtectionErrors.ContentEntry(wrong) : new ContentList(all);
    }

    /// <summary>True when an artifact may come in: by its kind, the manifest's media type, or its artifact type.</summary>
    public bool Allows(ArtifactKind kind, string mediaType, string artifactType) => Entries.Count == 0
        || Entries.Any(e => (Kinds.TryGetValue(e, out var kinds) && kinds.Contains(kind)) || e == mediaType || (artifactType.Length > 0 && e == artifactType));

    /// <summary>What an artifact is called in a refusal.</summary>
    public static string Called(ArtifactKind kind, string mediaType, string artifactType)
    {
        var type = artifactType.Length > 0 ? artifactType : mediaType;
        return Kinds.FirstOrDefault(k => k.Value.Contains(kind)).Key is { } word ? $"the kind {word} ({type})" : type;
    }

    // type/subtype of RFC 6838 section 4.2, without parameters
    static bool IsMediaType(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return text.Length <= MaxLength && slash > 0 && slash < text.Length - 1 && text.IndexOf('/', slash + 1) < 0
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '+' or '-' or '_' or '!' or '#' or '$' or '&' or '^');
    }
}
