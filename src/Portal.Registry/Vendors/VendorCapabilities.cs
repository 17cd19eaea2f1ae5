namespace Portal.Registry.Vendors;

/// <summary>Whether a vendor does something, where its documents leave that open.</summary>
public enum Support
{
    /// <summary>No.</summary>
    No,
    /// <summary>Yes.</summary>
    Yes,
    /// <summary>It depends on its version or settings; found out by trying.</summary>
    Depends,
}

/// <summary>What must be there before a first push.</summary>
public enum BeforePush
{
    /// <summary>Nothing: the push creates it.</summary>
    Nothing,
    /// <summary>The adapter creates what is missing.</summary>
    Created,
    /// <summary>People create it at the vendor; the adapter tells when it is missing.</summary>
    MustExist,
}

/// <summary>What a vendor can do and where its bounds are, as data. Source: the vendors' documentation.</summary>
public sealed record VendorCapabilities
{
    /// <summary>Takes pushes.</summary>
    public bool CanPush { get; init; } = true;
    /// <summary>Can list its repositories to the credential.</summary>
    public bool CanListRepositories { get; init; } = true;
    /// <summary>Narrows a list by a prefix itself; otherwise the pages are filtered here.</summary>
    public bool FiltersByPrefix { get; init; }
    /// <summary>Can take a tag away and leave the manifest's other tags.</summary>
    public Support DeletesTags { get; init; } = Support.Yes;
    /// <summary>Can delete a manifest with all its tags.</summary>
    public Support DeletesManifests { get; init; } = Support.Yes;
    /// <summary>What a first push needs.</summary>
    public BeforePush BeforePush { get; init; }
    /// <summary>The referrers API of OCI 1.1; without it the fallback tag is kept.</summary>
    public Support Referrers { get; init; } = Support.Depends;
    /// <summary>Mounts blobs across repositories.</summary>
    public Support CrossMount { get; init; } = Support.Yes;
    /// <summary>Takes a blob in several PATCH requests.</summary>
    public bool ChunkedUpload { get; init; } = true;
    /// <summary>The smallest part but the last, in bytes; 0 for none.</summary>
    public long MinChunkBytes { get; init; }
    /// <summary>The largest part, in bytes; null for none known.</summary>
    public long? MaxChunkBytes { get; init; }
    /// <summary>The largest page of tags.</summary>
    public int MaxTagsPage { get; init; } = 1000;
    /// <summary>The largest page of repositories.</summary>
    public int MaxRepositoriesPage { get; init; } = 100;
    /// <summary>Media types that it is known to refuse.</summary>
    public IReadOnlyList<string> RefusedMediaTypes { get; init; } = [];
    /// <summary>Its limits on requests, for people; null when none is known.</summary>
    public string? RateLimits { get; init; }
    /// <summary>The headers it tells them by.</summary>
    public IReadOnlyList<string> RateLimitHeaders { get; init; } = [];
}
