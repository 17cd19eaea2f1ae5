using Portal.Jobs;
using Xunit;

namespace Portal.Tests.Jobs;

public sealed class CronTextTests
{
    // a Saturday
    static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 16, 40, TimeSpan.Zero);

    [Theory]
    [InlineData("0 0 2 * * *", "every day at 02:00"), InlineData("0 30 4 * * 1", "every Monday at 04:30"), InlineData("0 15 * * * *", "every hour at :15"), InlineData("0 0 * * * *", "every hour")]
    [InlineData("0 0 0 * * 0", "every Sunday at 00:00"), InlineData("0 0 0 * * 7", "every Sunday at 00:00"), InlineData("0 0 4 * * MON,thu", "every Monday and Thursday at 04:00")]
    [InlineData("0 0 6,18 * * *", "every day at 06:00 and 18:00"), InlineData("0 0 */4 * * *", "every 4 hours"), InlineData("0 */15 * * * *", "every 15 minutes"), InlineData("0 * * * * *", "every minute")]
    [InlineData("5 10 3 * * 1-5", "every weekday at 03:10:05"), InlineData("0 0 3 1 * *", "on the 1st of every month at 03:00"), InlineData("0 0 3 22 * ?", "on the 22nd of every month at 03:00")]
    [InlineData("0 0 3 L * ?", "on the last day of every month at 03:00"), InlineData("0 0 2 ? * MON-FRI *", "every weekday at 02:00"), InlineData("0 0 2 ? * 2 *", "every Monday at 02:00")]
    [InlineData("0 0 2 1 1 *", "0 0 2 1 1 *"), InlineData("0 7 */7 * * *", "0 7 */7 * * *"), InlineData("  0  0 2 *  * * ", "every day at 02:00"), InlineData("0 5 */6 * * *", "every 6 hours at :05")]
    public void Words_SayTheUsualCases(string cron, string words) => Assert.Equal(words, CronText.Parse(cron, Now).Value.Words);

    [Theory]
    [InlineData(""), InlineData(null), InlineData("0 2 * * *"), InlineData("@daily"), InlineData("0 0 0 0 0 0 0 0")]
    [InlineData("* 0 2 * * *"), InlineData("*/10 * * * * *"), InlineData("0,30 * * * * *"), InlineData("0-5 * * * * *"), InlineData("60 0 0 * * *"), InlineData("-1 0 0 * * *")]
    [InlineData("0 60 0 * * *"), InlineData("0 0 24 * * *"), InlineData("0 0 0 32 * *"), InlineData("0 0 0 * 13 *"), InlineData("0 0 0 * * 8"), InlineData("0 0 0 * * XYZ"), InlineData("0 0 0 30 2 ?"), InlineData("0 0 2 ? * 2 2020")]
    public void Parse_RefusesWhatIsNone_IsTooOften_OrIsNeverDue(string? cron)
    {
        var parsed = CronText.Parse(cron, Now);
        Assert.False(parsed.Ok, cron);
        Assert.Equal("cron", parsed.Error.Field);
        Assert.StartsWith("cron ", parsed.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_RefusesTextBeyondTheBound() => Assert.False(CronText.Parse("0 " + string.Join(',', Enumerable.Range(0, 60)) + " 0 * * *", Now).Ok);

    [Fact]
    public void Next_GivesFiveTimesInTheZone()
    {
        var berlin = CronText.Zone("Europe/Berlin").Value;
        var next = CronText.Parse("0 0 2 * * *", Now).Value.Next(Now, berlin);
        Assert.Equal(5, next.Count);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 1, 0, 0, TimeSpan.Zero), next[0]);
        Assert.All(next.Zip(next.Skip(1)), pair => Assert.Equal(TimeSpan.FromDays(1), pair.Second - pair.First));
    }

    [Fact]
    public void Next_FollowsTheClockOfTheZoneOverTheChangeToSummerTime()
    {
        var berlin = CronText.Zone("Europe/Berlin").Value;
        var before = new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);
        var next = CronText.Parse("0 0 8 * * *", before).Value.Next(before, berlin, 2);
        Assert.Equal([new(2026, 3, 29, 6, 0, 0, TimeSpan.Zero), new(2026, 3, 30, 6, 0, 0, TimeSpan.Zero)], next);
    }

    [Fact]
    public void SixFields_CountDaysOfTheWeekAsHarborDoes()
    {
        // the weekly schedule of the API
        var sundays = CronText.Parse("0 0 0 * * 0", Now).Value.Next(Now, TimeZoneInfo.Utc);
        Assert.All(sundays, day => Assert.Equal(DayOfWeek.Sunday, day.DayOfWeek));
        var range = CronText.Parse("0 0 0 * * 5-7", Now).Value.Next(Now, TimeZoneInfo.Utc, 6);
        Assert.Equal([DayOfWeek.Friday, DayOfWeek.Saturday, DayOfWeek.Sunday], range.Select(d => d.DayOfWeek).Distinct().OrderBy(d => d == DayOfWeek.Sunday ? 7 : (int)d));
    }

    [Fact]
    public void WordsIn_NameTheZone()
    {
        var cron = CronText.Parse("0 0 2 * * *", Now).Value;
        Assert.Equal("every day at 02:00 (Europe/Berlin)", cron.WordsIn("Europe/Berlin"));
        Assert.Equal("every day at 02:00 (UTC)", cron.WordsIn(""));
    }

    [Theory]
    [InlineData(null, true), InlineData("", true), InlineData("UTC", true), InlineData("America/New_York", true), InlineData("Europe/Atlantis", false), InlineData("../../etc/passwd", false)]
    public void Zone_KnowsIanaNames(string? name, bool known) => Assert.Equal(known, CronText.Zone(name).Ok);
}
