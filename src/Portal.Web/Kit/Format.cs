using System.Globalization;

namespace Portal.Web.Kit;

/// <summary>How numbers, bytes, times and durations are written on every screen. Pure, invariant culture.</summary>
public static class Format
{
    static readonly string[] ByteUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>1316 becomes <c>1,316</c>; a difference below zero carries a true minus sign.</summary>
    public static string Number(long value) => value.ToString("N0", Culture).Replace('-', '\u2212');

    /// <summary>From 1,000 in tight places: 1234 becomes <c>1.2k</c>.</summary>
    public static string Short(long value) => value switch
    {
        < 1000 => Number(value),
        < 999_950 => Figure(value / 1e3, 1) + "k",
        _ => Figure(value / 1e6, 1) + "M",
    };

    /// <summary>Decimal bytes with three digits at most, as registries bill: <c>8 B</c>, <c>96.2 GB</c>, <c>412 GB</c>.</summary>
    public static string Bytes(long value)
    {
        if (value < 0) return "\u2212" + Bytes(value == long.MinValue ? long.MaxValue : -value);
        double scaled = value;
        var unit = 0;
        while (unit < ByteUnits.Length - 1 && scaled >= (unit == 0 ? 1000 : 999.5))
        {
            scaled /= 1000;
            unit++;
        }

        return $"{Digits(scaled, unit)} {ByteUnits[unit]}";
    }

    static string Digits(double value, int unit) => unit == 0 || value >= 99.95 ? value.ToString("F0", Culture)
        : value >= 9.995 ? value.ToString("F1", Culture)
        : value.ToString("0.##", Culture);

    static string Figure(double value, int decimals) => value.ToString(decimals == 0 ? "0" : "0.#", Culture);

    /// <summary>A share with a thin space: <c>94 %</c>. Never rounds what is not full up to 100, nor what is used down to 0.</summary>
    public static string Percent(double part, double whole) => $"{PercentOf(part, whole)}\u2009%";

    /// <summary>The same as a whole number, 0 when the whole is 0; above 100 when the part is larger.</summary>
    public static int PercentOf(double part, double whole)
    {
        if (whole <= 0 || part <= 0) return 0;
        var percent = (int)Math.Round(part / whole * 100, MidpointRounding.AwayFromZero);
        return percent switch
        {
            0 => 1,
            100 when part < whole => 99,
            _ => percent,
        };
    }

    /// <summary><c>41 s</c>, <c>3 min 40 s</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Duration(TimeSpan span)
    {
        if (span < TimeSpan.Zero) span = span.Negate();
        return span switch
        {
            { TotalSeconds: < 60 } => $"{(int)span.TotalSeconds} s",
            { TotalMinutes: < 60 } => Pair((int)span.TotalMinutes, "min", span.Seconds, "s"),
            { TotalHours: < 24 } => Pair((int)span.TotalHours, "h", span.Minutes, "min"),
            _ => Pair((int)span.TotalDays, "d", span.Hours, "h"),
        };
    }

    static string Pair(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";

    /// <summary><c>now</c>, <c>12 s ago</c>, <c>4 min ago</c>, <c>2 h ago</c>, <c>yesterday</c>, <c>6 days ago</c>, then the date; <c>in 5 days</c> ahead.</summary>
    public static string Relative(DateTimeOffset time, DateTimeOffset now)
    {
        var age = now - time;
        var ahead = age < TimeSpan.Zero;
        var span = age.Duration();
        if (span.TotalDays >= 30) return Date(time);
        var text = span switch
        {
            { TotalSeconds: < 5 } => "now",
            { TotalSeconds: < 60 } => $"{(int)span.TotalSeconds} s",
            { TotalMinutes: < 60 } => $"{(int)span.TotalMinutes} min",
            { TotalHours: < 24 } => $"{(int)span.TotalHours} h",
            { TotalDays: < 2 } => ahead ? "tomorrow" : "yesterday",
            _ => $"{(int)span.TotalDays} days",
        };
        if (text is "now" or "tomorrow" or "yesterday") return text;
        return ahead ? $"in {text}" : $"{text} ago";
    }

    /// <summary><c>5 December 2026</c>, in UTC.</summary>
    public static string LongDate(DateTimeOffset time) => time.UtcDateTime.ToString("d MMMM yyyy", Culture);

    /// <summary><c>5 Dec 2026</c>, in UTC.</summary>
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("d MMM yyyy", Culture);

    /// <summary><c>2026-11-21 08:12:40 UTC</c>, as a tooltip gives it.</summary>
    public static string Exact(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", Culture) + " UTC";

    /// <summary><c>1 tag</c>, <c>1,284 tags</c>, <c>2 repositories</c>.</summary>
    public static string Count(long value, string one, string? many = null) =>
        $"{Number(value)} {(value == 1 ? one : many ?? one + "s")}";

    /// <summary>One or two capitals for an avatar: the first and the last word's.</summary>
    public static string Initials(string? name)
    {
        var words = (name ?? "").Split([' ', '.', '-', '_', '@'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length switch
        {
            0 => "?",
            1 => First(words[0]),
            _ => First(words[0]) + First(words[^1]),
        };
    }

    static string First(string word) => StringInfo.GetNextTextElement(word).ToUpperInvariant();

    /// <summary>The first eight hex characters behind the algorithm; anything else unchanged.</summary>
    public static string ShortDigest(string digest) =>
        digest.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && digest.Length > colon + 9 ? digest[..(colon + 9)] : digest;
}
