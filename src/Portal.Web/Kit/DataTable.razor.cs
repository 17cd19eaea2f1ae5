using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Portal.Kernel;

namespace Portal.Web.Kit;

/// <summary>
/// A table of one page of rows with its four states: loading while neither page nor error is there, error with a retry,
/// empty (or filtered to nothing, with Clear filters) and data. Sort and page are links of <see cref="TableQuery"/>.
/// </summary>
/// <typeparam name="TItem">A row.</typeparam>
public sealed partial class DataTable<TItem> : ComponentBase
{
    const int SkeletonCount = 8;

    static readonly int[] SkeletonWidths = [62, 80, 48, 70, 56];

    readonly List<Column<TItem>> _columns = [];

    [Inject] NavigationManager Navigation { get; set; } = default!;

    /// <summary>The plural of what it lists, capital first: Repositories.</summary>
    [Parameter, EditorRequired] public string Label { get; set; } = "";

    /// <summary>The columns.</summary>
    [Parameter, EditorRequired] public RenderFragment? Columns { get; set; }

    /// <summary>The state in the address; null for a short list that neither sorts nor pages.</summary>
    [Parameter] public TableQuery? Query { get; set; }

    /// <summary>A page with its true total; null while loading.</summary>
    [Parameter] public Page<TItem>? Page { get; set; }

    /// <summary>A page read by key, instead of <see cref="Page"/>.</summary>
    [Parameter] public KeysetPage<TItem>? Keyset { get; set; }

    /// <summary>All rows of a short list, instead of <see cref="Page"/>.</summary>
    [Parameter] public IReadOnlyList<TItem>? Items { get; set; }

    /// <summary>Why the page could not be read.</summary>
    [Parameter] public Error? Error { get; set; }

    /// <summary>What Try again loads; the current address when left out.</summary>
    [Parameter] public string? RetryUrl { get; set; }

    /// <summary>FilterBox, FilterChips and what else stands above; stays in every state.</summary>
    [Parameter] public RenderFragment? Toolbar { get; set; }

    /// <summary>Shown instead of the table when the whole list is empty.</summary>
    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>A BulkBar with the same form id.</summary>
    [Parameter] public RenderFragment? Bulk { get; set; }

    /// <summary>The id of the bulk bar's form; rows get checkboxes named <c>selected</c> when it is set.</summary>
    [Parameter] public string? BulkFormId { get; set; }

    /// <summary>The value a row's checkbox posts, and what expanders refer to.</summary>
    [Parameter] public Func<TItem, string>? RowKey { get; set; }

    /// <summary>How a screen reader names the row.</summary>
    [Parameter] public Func<TItem, string>? RowLabel { get; set; }

    /// <summary>Bytes of a row, which the bulk bar adds up.</summary>
    [Parameter] public Func<TItem, long>? RowWeight { get; set; }

    /// <summary>Extra classes of a row.</summary>
    [Parameter] public Func<TItem, string?>? RowClass { get; set; }

    /// <summary>Table rows (<c>tr class="child"</c>) below a row, such as the platforms of an index.</summary>
    [Parameter] public RenderFragment<TItem>? ChildRows { get; set; }

    /// <summary>34 px rows.</summary>
    [Parameter] public bool Tight { get; set; }

    IReadOnlyList<TItem>? Rows => Page?.Items ?? Keyset?.Items ?? Items;

    bool Selectable => BulkFormId is not null;

    bool PastTheEnd => Query is { PageNumber: > 1 } && Page is { Total: > 0 };

    string TableClass => Tight ? "dt fold mid tight" : "dt fold mid";

    string Retry => RetryUrl ?? new Uri(Navigation.Uri).PathAndQuery;

    internal void Add(Column<TItem> column) => _columns.Add(column);

    /// <inheritdoc />
    protected override void OnParametersSet() => RetryUrl ??= Retry;

    RenderFragment Head => builder =>
    {
        builder.OpenElement(0, "thead");
        builder.AddAttribute(1, "role", "rowgroup");
        builder.OpenElement(2, "tr");
        builder.AddAttribute(3, "role", "row");
        if (Selectable) builder.AddMarkupContent(4, "<th class=\"pick\" role=\"columnheader\"><input type=\"checkbox\" data-select-all aria-label=\"Select all on this page\" /></th>");
        foreach (var column in _columns) HeadCell(builder, column);
        builder.CloseElement();
        builder.CloseElement();
    };

    void HeadCell(RenderTreeBuilder builder, Column<TItem> column)
    {
        var sorted = column.Sort is not null && Query?.Sort?.TrimStart('-') == column.Sort;
        var descending = Query?.Sort is ['-', ..];
        builder.OpenElement(10, "th");
        builder.AddAttribute(11, "scope", "col");
        builder.AddAttribute(12, "role", "columnheader");
        builder.AddAttribute(13, "class", column.Classes.Replace("lead-cell", "", StringComparison.Ordinal).Trim());
        if (sorted) builder.AddAttribute(14, "aria-sort", descending ? "descending" : "ascending");
        if (column.Width is not null) builder.AddAttribute(15, "style", $"width:{column.Width}");
        if (column.Actions)
        {
            builder.OpenElement(16, "span");
            builder.AddAttribute(17, "class", "sr");
            builder.AddContent(18, column.Title);
            builder.CloseElement();
        }
        else if (column.Sort is not null && Query is not null)
        {
            builder.OpenElement(19, "a");
            builder.AddAttribute(20, "href", Query.SortUrl(column.Sort));
            builder.AddContent(21, column.Title);
            if (sorted)
            {
                builder.AddContent(22, " ");
                builder.OpenComponent<Icon>(23);
                builder.AddAttribute(24, nameof(Icon.Name), descending ? "arrow_downward" : "arrow_upward");
                builder.CloseComponent();
            }

            builder.CloseElement();
        }
        else
        {
            builder.AddContent(25, column.Title);
        }

        builder.CloseElement();
    }

    RenderFragment SkeletonRows => builder =>
    {
        builder.OpenElement(0, "tbody");
        for (var row = 0; row < SkeletonCount; row++)
        {
            builder.OpenElement(1, "tr");
            for (var cell = 0; cell < _columns.Count + (Selectable ? 1 : 0); cell++)
                builder.AddMarkupContent(2, $"<td><span class=\"sk\" style=\"width:{SkeletonWidths[(row + cell) % SkeletonWidths.Length]}%\"></span></td>");
            builder.CloseElement();
        }

        builder.CloseElement();
    };

    RenderFragment Pager => builder =>
    {
        if (Query is null || Items is not null) return;
        builder.OpenComponent<Pager>(0);
        builder.AddAttribute(1, nameof(Kit.Pager.Query), Query);
        builder.AddAttribute(2, nameof(Kit.Pager.Count), Rows!.Count);
        builder.AddAttribute(3, nameof(Kit.Pager.Total), Page?.Total);
        builder.AddAttribute(4, nameof(Kit.Pager.Next), Keyset?.Next);
        builder.AddAttribute(5, nameof(Kit.Pager.Label), Label);
        builder.CloseComponent();
    };
}
