using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Portal.Kernel;

namespace Portal.Web.Kit;

/// <summary>
/// What the address says about a table: <c>q</c> (text), <c>sort</c>, <c>page</c> (from 1), <c>size</c> and any filter of
/// the page's own. Bad values fall back to the defaults, so a hand-made address can not break a page. All links that a
/// table draws come from here and keep every other parameter.
/// </summary>
public sealed class TableQuery
{
    /// <summary>The longest filter text taken from an address.</summary>
    public const int MaxText = 256;

    readonly string _path;
    readonly string _prefix;
    readonly int _defaultSize;
    readonly string? _defaultSort;
    readonly List<KeyValuePair<string, string>> _all;
    readonly HashSet<string> _ownFilters;

    TableQuery(Uri uri, string? defaultSort, int defaultSize, string prefix, IEnumerable<string> filters)
    {
        (_path, _prefix, _defaultSize, _defaultSort) = (uri.AbsolutePath, prefix, defaultSize, defaultSort);
        _ownFilters = [.. filters];
        _all = [.. QueryHelpers.ParseQuery(uri.Query)
            .SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")))
            .Where(pair => pair.Value.Length > 0)];
    }

    /// <summary>Reads the current address.</summary>
    /// <param name="navigation">Where the address comes from.</param>
    /// <param name="defaultSort">The list's own order, such as <c>-pushed</c>.</param>
    /// <param name="defaultSize">Rows a page, 1 to 100.</param>
    /// <param name="prefix">Parts two tables of one page: <c>m-</c> makes <c>m-page</c>.</param>
    /// <param name="filters">Names of the page's own filter parameters, which Clear filters removes.</param>
    public static TableQuery From(NavigationManager navigation, string? defaultSort = null, int defaultSize = 15, string prefix = "", params string[] filters) =>
        new(new Uri(navigation.Uri), defaultSort, defaultSize, prefix, filters);

    /// <summary>The filter text; null when none.</summary>
    public string? Text => Get("q") is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() is { Length: > MaxText } cut ? cut[..MaxText] : text.Trim() : null;

    /// <summary>The sort as asked for, or the default; <c>-</c> in front is descending.</summary>
    public string? Sort => Get("sort") ?? _defaultSort;

    /// <summary>From 1.</summary>
    public int PageNumber => Number("page", 1, 1_000_000);

    /// <summary>Rows a page.</summary>
    public int Size => Number("size", _defaultSize, PageRequest.MaxTake);

    /// <summary>The opaque cursor of a keyset list; null on its first page.</summary>
    public string? After => Get("after");

    /// <summary>True when text or one of the page's own filters is set.</summary>
    public bool Filtered => Text is not null || _ownFilters.Any(name => Get(name) is not null);

    /// <summary>The same for a query service.</summary>
    public PageRequest Request => new PageRequest((PageNumber - 1) * Size, Size, Sort, Text).Bounded();

    /// <summary>One parameter of this table; null when absent or empty.</summary>
    public string? Get(string name)
    {
        foreach (var pair in _all)
            if (pair.Key == _prefix + name)
                return pair.Value;
        return null;
    }

    /// <summary>True when a filter parameter has this value.</summary>
    public bool Is(string name, string value) => Get(name) == value;

    /// <summary>This address sorted by a column: ascending first, then descending, then back; on page 1.</summary>
    public string SortUrl(string column) => Url(("sort", Sort == column ? "-" + column : column), ("page", null), ("after", null));

    /// <summary>This address on another page.</summary>
    public string PageUrl(int page) => Url(("page", page <= 1 ? null : page.ToString(CultureInfo.InvariantCulture)));

    /// <summary>This address behind a keyset cursor; null is the first page.</summary>
    public string AfterUrl(string? cursor) => Url(("after", cursor));

    /// <summary>This address with a filter set, or removed by null; on page 1.</summary>
    public string FilterUrl(string name, string? value) => Url((name, value), ("page", null), ("after", null));

    /// <summary>The link of an on/off filter chip: sets the value, or removes it when it is set.</summary>
    public string ToggleUrl(string name, string value) => FilterUrl(name, Is(name, value) ? null : value);

    /// <summary>This address without text, filters and page; the sort stays.</summary>
    public string ClearUrl => Url([("q", null), ("page", null), ("after", null), .. _ownFilters.Select(name => (name, (string?)null))]);

    /// <summary>What a GET form of the toolbar must carry along as hidden fields: everything but the page and the fields it has itself.</summary>
    public IEnumerable<KeyValuePair<string, string>> Carried(params string[] fields)
    {
        HashSet<string> left = [.. fields.Append("page").Append("after").Select(name => _prefix + name)];
        return _all.Where(pair => !left.Contains(pair.Key));
    }

    /// <summary>The parameter's full name in the address, with the prefix.</summary>
    public string Name(string name) => _prefix + name;

    string Url(params (string Name, string? Value)[] changes)
    {
        HashSet<string> changed = [.. changes.Select(change => _prefix + change.Name)];
        var kept = _all.Where(pair => !changed.Contains(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value));
        var added = changes.Where(change => !string.IsNullOrEmpty(change.Value)).Select(change => KeyValuePair.Create(_prefix + change.Name, change.Value));
        return QueryHelpers.AddQueryString(_path, kept.Concat(added));
    }

    int Number(string name, int fallback, int max) =>
        int.TryParse(Get(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= max ? value : fallback;
}
