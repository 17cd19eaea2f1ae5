using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Api;

/// <summary>The query of every list of <c>/api/v2.0</c>.</summary>
public sealed class ListQuery
{
    [FromQuery(Name = "page"), Description("The page, from 1.")]
    public int? Page { get; init; }

    [FromQuery(Name = "page_size"), Description("Rows a page: 10 when not given, at most 100; 0 or less asks for the largest page.")]
    public int? PageSize { get; init; }

    [FromQuery(Name = "q"), Description("Conditions parted by commas: k=v exact, k=~v contains, k=[min~max] range, k={a b} any of.")]
    public string? Q { get; init; }

    [FromQuery(Name = "sort"), Description("A column, with - in front for descending; unknown ones are ignored.")]
    public string? Sort { get; init; }

    /// <summary>Checks the numbers and reads <c>q</c> and <c>sort</c>.</summary>
    /// <param name="sorts">The columns that a client may name, and what the list calls them.</param>
    /// <param name="normal">The list's own order when none was asked for.</param>
    internal Result<ListRequest> Read(IReadOnlyDictionary<string, string> sorts, string? normal = null)
    {
        var page = Page ?? 1;
        var size = PageSize ?? 10;
        if (page < 1) return ApiErrors.Unprocessable("page in query should be greater than or equal to 1");
        if (size > PageRequest.MaxTake) return ApiErrors.Unprocessable(string.Create(CultureInfo.InvariantCulture, $"page_size in query should be less than or equal to {PageRequest.MaxTake}"));
        if (size < 1) size = PageRequest.MaxTake;
        var skip = (page - 1L) * size;
        if (skip > int.MaxValue) return ApiErrors.Unprocessable("page in query is beyond the end of any list");
        var where = QueryText.Parse(Q);
        if (!where.Ok) return where.Error;
        return new ListRequest(page, new((int)skip, size, SortOf(sorts) ?? normal), where.Value);
    }

    string? SortOf(IReadOnlyDictionary<string, string> sorts)
    {
        foreach (var part in (Sort ?? "").Split(',', 20, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (sorts.TryGetValue(part.TrimStart('-'), out var column))
                return part.StartsWith('-') ? "-" + column : column;
        return null;
    }
}

/// <summary>A list query that has been checked.</summary>
/// <param name="Number">The page's number, from 1.</param>
sealed record ListRequest(int Number, PageRequest Page, IReadOnlyList<Condition> Where)
{
    /// <summary>Takes the condition on a key out of the rest; null when there is none.</summary>
    public (Condition? Found, ListRequest Others) Take(string field)
    {
        var found = Where.FirstOrDefault(c => c.Field == field);
        return found is null ? (null, this) : (found, this with { Where = [.. Where.Where(c => c.Field != field)] });
    }
}

static class ListReplies
{
    /// <summary>Answers a page with <c>X-Total-Count</c> and, where there is a neighbour page, <c>Link</c>.</summary>
    public static IResult List<T, TWire>(this HttpContext http, ListRequest request, Page<T> page, Func<T, TWire> wire)
    {
        var headers = http.Response.Headers;
        headers["X-Total-Count"] = page.Total.ToString(CultureInfo.InvariantCulture);
        var links = new List<string>(2);
        if (request.Number > 1) links.Add(LinkTo(http.Request, request, request.Number - 1, "prev"));
        if (request.Page.Skip + (long)request.Page.Take < page.Total) links.Add(LinkTo(http.Request, request, request.Number + 1, "next"));
        if (links.Count > 0) headers.Link = string.Join(" , ", links);
        return Results.Ok(page.Items.Select(wire));
    }

    // Escaped, where Harbor is not: an unescaped query could break out of the header.
    static string LinkTo(HttpRequest request, ListRequest list, int number, string relation)
    {
        var query = request.Query.Where(q => q.Key is not ("page" or "page_size")).SelectMany(q => q.Value.Select(v => (q.Key, Value: v ?? "")))
            .Append(("page", number.ToString(CultureInfo.InvariantCulture))).Append(("page_size", list.Page.Take.ToString(CultureInfo.InvariantCulture)))
            .OrderBy(q => q.Item1, StringComparer.Ordinal).Select(q => $"{Uri.EscapeDataString(q.Item1)}={Uri.EscapeDataString(q.Item2)}");
        return $"<{request.Path.ToUriComponent()}?{string.Join('&', query)}>; rel=\"{relation}\"";
    }
}
