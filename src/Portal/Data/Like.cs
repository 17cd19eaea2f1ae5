using Microsoft.EntityFrameworkCore;
using Portal.Kernel;

namespace Portal.Data;

/// <summary>LIKE patterns from text that a person typed.</summary>
static class Like
{
    public const string Escape = "\\";

    public static string Contains(string text) => "%" + Literal(text) + "%";

    public static string StartsWith(string text) => Literal(text) + "%";

    public static string Literal(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
}

static class Pages
{
    /// <summary>Reads one page and, when the page itself does not tell, the number of rows over all pages.</summary>
    public static async Task<Page<T>> ToPageAsync<T>(this IQueryable<T> rows, PageRequest page, Func<Task<int>> count, CancellationToken cancellation)
    {
        var items = await rows.Skip(page.Skip).Take(page.Take).ToListAsync(cancellation);
        var total = items.Count < page.Take && (items.Count > 0 || page.Skip == 0) ? page.Skip + items.Count : await count();
        return new(items, total);
    }
}
