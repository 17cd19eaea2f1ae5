using System.Globalization;
using Portal.Kernel;
using Quartz;

namespace Portal.Jobs;

/// <summary>
/// When something is due, as cron text. Six fields are Harbor's: second, minute, hour, day of month, month, day of week, where days of the week count from 0 for Sunday
/// (7 is Sunday too). Seven fields are Quartz's own, with a year at the end and days of the week from 1 for Sunday. Source: Harbor v2.0 API, schedules; Quartz cron expressions.
/// </summary>
public sealed class CronText
{
    public const int MaxLength = 128;

    readonly CronExpression _expression;

    CronText(string text, CronExpression expression) => (Text, _expression, Words) = (text, expression, CronWords.Of(expression.CronExpressionString) ?? text);

    /// <summary>As it was written, blanks tidied up.</summary>
    public string Text { get; }

    /// <summary>In words for the usual cases, such as <c>every day at 02:00</c>; else the text.</summary>
    public string Words { get; }

    /// <summary>The same in Quartz's own way of writing.</summary>
    internal string Quartz => _expression.CronExpressionString;

    /// <summary>Reads cron text. Refused when it is none, when it is due more often than once a minute, and when it is never due again.</summary>
    /// <param name="now">After which it must be due.</param>
    /// <param name="field">What the refusal calls it.</param>
    public static Result<CronText> Parse(string? text, DateTimeOffset now, string field = "cron")
    {
        var fields = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (text is { Length: > MaxLength } || fields.Length is not (6 or 7))
            return Refuse(field, $"needs six fields (second, minute, hour, day of month, month, day of week) such as '0 30 2 * * *', at most {MaxLength} characters.");
        if (!int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var second) || second > 59)
            return Refuse(field, "is due at most once a minute: its first field, the second, is one number from 0 to 59.");
        var days = fields.Length == 6 ? Days(fields[5]) : fields[5];
        if (days is null) return Refuse(field, "names a day of the week that there is not: 0 to 7 with Sunday as 0 and 7, or SUN to SAT.");
        string[] quartz = [.. fields[..5], days, .. fields[6..]];
        // a field that restricts nothing leaves the day to the other one
        if (quartz[5] is "*") quartz[5] = "?";
        else if (quartz[3] is "*" && quartz[5] is not "?") quartz[3] = "?";
        if (quartz[3] is "?" && quartz[5] is "?") quartz[3] = "*";
        CronExpression expression;
        try
        {
            expression = CronExpression.Parse(string.Join(' ', quartz));
        }
        catch (FormatException e)
        {
            return Refuse(field, $"cannot be read: {e.Message}");
        }
        expression = expression.WithTimeZone(TimeZoneInfo.Utc);
        return expression.GetNextValidTimeAfter(now) is null ? Refuse(field, "is never due again.") : new CronText(string.Join(' ', fields), expression);
    }

    /// <summary>The zone of an IANA name; UTC for none.</summary>
    public static Result<TimeZoneInfo> Zone(string? name) =>
        string.IsNullOrEmpty(name) || name is "UTC" ? TimeZoneInfo.Utc
        : name.Length <= 64 && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone
        : JobErrors.TimeZone(name);

    /// <summary><c>every day at 02:00 (Europe/Berlin)</c>.</summary>
    /// <param name="timeZone">IANA name; null or empty for UTC.</param>
    public string WordsIn(string? timeZone) => $"{Words} ({(string.IsNullOrEmpty(timeZone) ? "UTC" : timeZone)})";

    /// <summary>The next times, fewer when it ends before.</summary>
    public IReadOnlyList<DateTimeOffset> Next(DateTimeOffset after, TimeZoneInfo zone, int count = 5)
    {
        var here = _expression.WithTimeZone(zone);
        var times = new List<DateTimeOffset>(count);
        while (times.Count < count && here.GetNextValidTimeAfter(after) is { } next)
        {
            times.Add(next.ToUniversalTime());
            after = next;
        }
        return times;
    }

    static Error Refuse(string field, string what) => Error.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"{field} {what}"));

    /// <summary>Days of the week counted from 0 in Quartz's counting from 1; null when one is out of bounds.</summary>
    static string? Days(string field)
    {
        var parts = field.Split(',');
        for (var p = 0; p < parts.Length; p++)
        {
            var step = parts[p].Split('/', 2);
            var ends = step[0].Split('-', 2);
            for (var e = 0; e < ends.Length; e++)
            {
                if (Day(ends[e]) is not { } day) return null;
                ends[e] = day;
            }
            step[0] = string.Join('-', ends);
            parts[p] = string.Join('/', step);
        }
        return string.Join(',', parts);
    }

    static string? Day(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits == 0) return text;
        return int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var day) && day <= 7
            ? string.Create(CultureInfo.InvariantCulture, $"{day % 7 + 1}{text[digits..]}") : null;
    }
}
