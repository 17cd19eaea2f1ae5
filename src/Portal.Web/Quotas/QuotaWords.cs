using System.Globalization;
using Portal.Kernel;
using Portal.Projects;
using Portal.Quotas;
using Portal.Web.Kit;

namespace Portal.Web.Quotas;

/// <summary>Limits as people write and read them.</summary>
public static class QuotaWords
{
    static readonly (string Unit, long Bytes)[] Units =
    [
        ("PB", 1_000_000_000_000_000), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000),
        ("PiB", 1L << 50), ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1),
    ];

    /// <summary>A limit as a field shows it, so that saving it unchanged changes nothing: <c>50 GB</c>, <c>2 GiB</c>, <c>1234 B</c>; empty for no limit.</summary>
    public static string Field(long limit)
    {
        if (limit < 0) return "";
        var (unit, bytes) = Units.First(u => limit % u.Bytes == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{limit / bytes} {unit}");
    }

    /// <summary>A limit in a sentence.</summary>
    public static string Limit(long limit) => limit < 0 ? "No limit" : Format.Bytes(limit);

    /// <summary>Reads what a field says: a number with a unit, or nothing for no limit. The bound is left to the service; what is not a size at all is refused here.</summary>
    public static Result<long> Read(string? text, string field)
    {
        var said = text?.Trim() ?? "";
        if (said.Length == 0) return ProjectStorage.Unlimited;
        var split = said.LastIndexOfAny(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.']) + 1;
        var unit = said[split..].Trim();
        var known = unit.Length == 0 ? ("B", 1) : Units.FirstOrDefault(u => string.Equals(u.Unit, unit, StringComparison.OrdinalIgnoreCase));
        if (known.Bytes == 0 || !decimal.TryParse(said[..split], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > ProjectStorage.MaxLimit)
            return Error.Invalid(field, "A size is a number with a unit, such as 50 GB or 1.5 TB; empty means no limit.");
        var bytes = number * known.Bytes;
        return bytes > ProjectStorage.MaxLimit ? ProjectStorage.MaxLimit + 1 : (long)bytes;
    }

    /// <summary>Reads a number of tags, or nothing for no limit.</summary>
    public static Result<int> ReadTags(string? text, string field) =>
        string.IsNullOrWhiteSpace(text) ? -1
        : int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var tags) ? tags
        : Error.Invalid(field, "The number of tags is a whole number; empty means no limit.");

    /// <summary>What became of a request.</summary>
    public static string State(QuotaRequestState state) => state switch
    {
        QuotaRequestState.Granted => "Granted",
        QuotaRequestState.Declined => "Declined",
        _ => "Open",
    };

    /// <summary>The colour of that.</summary>
    public static PillStatus Pill(QuotaRequestState state) => state switch
    {
        QuotaRequestState.Granted => PillStatus.Succeeded,
        QuotaRequestState.Declined => PillStatus.Off,
        _ => PillStatus.Waiting,
    };
}
