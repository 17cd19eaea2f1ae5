using System.Globalization;

namespace Portal.Jobs;

/// <summary>Cron text in words, for what people usually mean.</summary>
static class CronWords
{
    static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    static readonly string[] Short = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    /// <summary>The words of a cron text in Quartz's way of writing; null when it is none of the usual cases.</summary>
    public static string? Of(string quartz)
    {
        var f = quartz.ToUpperInvariant().Split(' ');
        if (f.Length == 7 && f[6] != "*" || f[4] != "*" || !Number(f[0], out var second)) return null;
        if (f[2] is "*" || f[2].Contains('/', StringComparison.Ordinal)) return EveryDay(f) ? WithinTheDay(f, second) : null;
        if (!Number(f[1], out var minute) || Numbers(f[2]) is not { Count: <= 4 } hours) return null;
        var at = "at " + And([.. hours.Select(hour => Time(hour, minute, second))]);
        return DayOf(f) is { } day ? $"{day} {at}" : null;
    }

    static bool EveryDay(string[] f) => f[3] is "*" or "?" && f[5] is "*" or "?";

    static string? WithinTheDay(string[] f, int second)
    {
        var hours = Step(f[2], 24);
        if (f[2] != "*" && hours is null) return null;
        if (Number(f[1], out var minute))
        {
            var every = hours is { } n ? $"every {n} hours" : "every hour";
            return (minute, second) switch { (0, 0) => every, (_, 0) => Text($"{every} at :{minute:00}"), _ => Text($"{every} at :{minute:00}:{second:00}") };
        }
        if (hours is not null || second != 0) return null;
        return f[1] == "*" ? "every minute" : Step(f[1], 60) is { } minutes ? $"every {minutes} minutes" : null;
    }

    // a step that does not divide the hour or day is not "every n"
    static string? Step(string field, int whole) => field.Split('/') is ["*" or "0", var text] && Number(text, out var n) && n > 1 && whole % n == 0 ? text : null;

    static string? DayOf(string[] f)
    {
        if (EveryDay(f)) return "every day";
        if (f[3] is "*" or "?")
        {
            if (f[5] is "2-6" or "MON-FRI") return "every weekday";
            var days = f[5].Split(',').Select(Day).ToList();
            return days.Contains(null) ? null : "every " + And([.. days.Select(d => d!)]);
        }
        if (f[5] is not ("*" or "?")) return null;
        if (f[3] == "L") return "on the last day of every month";
        return Number(f[3], out var day) ? $"on the {Ordinal(day)} of every month" : null;
    }

    static string? Day(string text) => Array.IndexOf(Short, text) is >= 0 and var index ? Days[index] : Number(text, out var day) && day is >= 1 and <= 7 ? Days[day - 1] : null;

    static List<int>? Numbers(string field)
    {
        var numbers = new List<int>();
        foreach (var part in field.Split(','))
        {
            if (!Number(part, out var number)) return null;
            numbers.Add(number);
        }
        return numbers;
    }

    static string And(IReadOnlyList<string> words) => words.Count == 1 ? words[0] : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";

    static string Ordinal(int day) => Text($"{day}{(day is 11 or 12 or 13 ? "th" : (day % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" })}");

    static string Time(int hour, int minute, int second) => second == 0 ? Text($"{hour:00}:{minute:00}") : Text($"{hour:00}:{minute:00}:{second:00}");

    static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
