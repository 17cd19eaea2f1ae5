namespace Portal.Kernel;

/// <summary>One page of a list and the true number of rows over all pages.</summary>
/// <typeparam name="T">A row.</typeparam>
/// <param name="Items">The rows of this page, in order.</param>
/// <param name="Total">Rows over all pages after filters; counted in the same statement or kept as a counter.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, long Total)
{
    /// <summary>The page of an empty list.</summary>
    public static Page<T> Empty { get; } = new([], 0);
}

/// <summary>A request for one page by offset, as tables and <c>/api/v2.0</c> ask.</summary>
/// <param name="Skip">Rows to leave out, 0 or more.</param>
/// <param name="Take">Rows wanted, 1 to <see cref="MaxTake"/>.</param>
/// <param name="Sort">A column the list allows, with <c>-</c> in front for descending; null for the list's own order. An unknown column is ignored.</param>
/// <param name="Filter">Text to look for, at most 256 characters; null or empty for all.</param>
public sealed record PageRequest(int Skip = 0, int Take = 15, string? Sort = null, string? Filter = null)
{
    /// <summary>The largest page.</summary>
    public const int MaxTake = 100;

    /// <summary>The same request with its numbers inside their bounds.</summary>
    public PageRequest Bounded() => this with
    {
        Skip = Math.Max(0, Skip),
        Take = Math.Clamp(Take, 1, MaxTake),
        Filter = string.IsNullOrWhiteSpace(Filter) ? null : Filter.Trim() is { Length: > 256 } f ? f[..256] : Filter.Trim(),
    };

    /// <summary>The sort column without its sign; empty when none was asked for.</summary>
    public string SortColumn => Sort?.TrimStart('-') ?? "";

    /// <summary>True when descending order was asked for.</summary>
    public bool Descending => Sort is ['-', ..];
}

/// <summary>One page of a deep list read by key instead of by offset.</summary>
/// <typeparam name="T">A row.</typeparam>
/// <param name="Items">The rows of this page, in order.</param>
/// <param name="Next">Opaque text to ask for the page behind; null on the last.</param>
public sealed record KeysetPage<T>(IReadOnlyList<T> Items, string? Next);
