using Portal.Kernel;

namespace Portal.Web.Kit.Showcase;

/// <summary>What the showcase page shows; no other page uses it.</summary>
static class KitSamples
{
    public const string Digest = "sha256:1f8a0c3d9e7b5a2c4d6e8f0a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4";

    public static readonly RegistryAddress Registry = new("cr.example");

    public static readonly IReadOnlyList<string> Tags = ["2.14", "2.13", "2.12"];

    static readonly KitRow[] All =
    [
        new("api", 168_000_000, 21_400_000, 4), new("ledger", 71_800_000_000, 2_000_000_000, 90), new("fraud-scorer", 64_000_000_000, 9_700_000_000, 3_000),
        new("settlement", 48_900_000_000, 1_100_000, 9_000), new("card-vault", 39_400_000_000, 61_300_000, 40_000), new("gateway/edge", 8_000, 8_000, 400_000),
    ];

    /// <summary>One page of the samples, as a query service would answer.</summary>
    public static Page<KitRow> Page(PageRequest request)
    {
        var rows = All.Where(row => request.Filter is null || row.Name.Contains(request.Filter, StringComparison.OrdinalIgnoreCase));
        rows = request.SortColumn == "size" ? rows.OrderBy(row => row.Size) : rows.OrderBy(row => row.Name, StringComparer.Ordinal);
        var found = (request.Descending ? rows.Reverse() : rows).ToList();
        return new([.. found.Skip(request.Skip).Take(request.Take)], found.Count);
    }
}

/// <summary>A row of the showcase's table.</summary>
sealed record KitRow(string Name, long Size, long Own, int MinutesAgo);
