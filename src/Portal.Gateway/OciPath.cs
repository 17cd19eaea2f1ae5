namespace Portal.Gateway;

/// <summary>What kind of thing a path below <c>/v2</c> names.</summary>
enum OciResource
{
    /// <summary>Nothing the protocol knows.</summary>
    None,
    Base,
    Catalog,
    Manifest,
    Blob,
    /// <summary>The collection of uploads.</summary>
    Uploads,
    /// <summary>One upload.</summary>
    Upload,
    Tags,
    Referrers,
}

/// <summary>
/// A path below <c>/v2</c>, taken apart without copying. Repository names contain slashes and may contain the protocol's own words, so the path is
/// read from its end.
/// </summary>
/// <param name="Resource">What it names.</param>
/// <param name="Name">The repository; not yet checked against the grammar.</param>
/// <param name="Reference">Tag, digest or upload; empty where there is none.</param>
readonly ref struct OciPath(OciResource resource, ReadOnlySpan<char> name, ReadOnlySpan<char> reference)
{
    public OciResource Resource { get; } = resource;
    public ReadOnlySpan<char> Name { get; } = name;
    public ReadOnlySpan<char> Reference { get; } = reference;

    /// <summary>True for <c>/v2</c> and everything below it.</summary>
    public static bool IsOurs(ReadOnlySpan<char> path) => path.StartsWith("/v2") && (path.Length == 3 || path[3] == '/');

    /// <summary>Reads a path that <see cref="IsOurs"/>.</summary>
    public static OciPath Parse(ReadOnlySpan<char> path)
    {
        if (path.Length <= 4) return new(OciResource.Base, default, default);
        path = path[4..];
        if (path is "_catalog") return new(OciResource.Catalog, default, default);
        var slash = path.LastIndexOf('/');
        if (slash < 0) return default;
        var rest = path[..slash];
        var last = path[(slash + 1)..];
        if (last is "list" && Ends(rest, "/tags", out var name)) return new(OciResource.Tags, name, default);
        if (last is "" or "uploads" && Ends(last is "" ? rest : path, "/blobs/uploads", out name)) return new(OciResource.Uploads, name, default);
        if (last is "") return default;
        if (Ends(rest, "/manifests", out name)) return new(OciResource.Manifest, name, last);
        if (Ends(rest, "/blobs/uploads", out name)) return new(OciResource.Upload, name, last);
        if (Ends(rest, "/blobs", out name)) return new(OciResource.Blob, name, last);
        if (Ends(rest, "/referrers", out name)) return new(OciResource.Referrers, name, last);
        return default;
    }

    static bool Ends(ReadOnlySpan<char> text, ReadOnlySpan<char> suffix, out ReadOnlySpan<char> name)
    {
        var ends = text.EndsWith(suffix) && text.Length > suffix.Length;
        name = ends ? text[..^suffix.Length] : default;
        return ends;
    }
}
