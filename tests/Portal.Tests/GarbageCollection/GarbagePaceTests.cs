using Portal.GarbageCollection;
using Xunit;

namespace Portal.Tests.GarbageCollection;

public sealed class GarbagePaceTests
{
    [Theory]
    [InlineData(3, 0, 0, true), InlineData(3, 2, 4, true), InlineData(4, 2, 4, false), InlineData(1, 2, 4, false)]
    [InlineData(23, 22, 6, true), InlineData(5, 22, 6, true), InlineData(6, 22, 6, false), InlineData(12, 22, 6, false)]
    public void IsOpen_TakesWindowsOverMidnight(int hour, int from, int to, bool open) => Assert.Equal(open, GarbagePace.IsOpen(hour, from, to));

    [Theory]
    [InlineData("2026-03-01T12:30:00Z", 22, 6, "09:30:00"), InlineData("2026-03-01T23:00:00Z", 22, 6, "00:00:00"), InlineData("2026-03-01T08:15:00Z", 2, 4, "17:45:00"), InlineData("2026-03-01T08:15:00Z", 5, 5, "00:00:00")]
    public void Until_IsTheTimeToTheNextOpening(string now, int from, int to, string wait) =>
        Assert.Equal(TimeSpan.Parse(wait, System.Globalization.CultureInfo.InvariantCulture), GarbagePace.Until(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture), from, to));

    [Theory]
    [InlineData("Hourly", null, "0 0 * * * *"), InlineData("Daily", null, "0 0 0 * * *"), InlineData("Weekly", null, "0 0 0 * * 0"), InlineData("Custom", "0 15 3 * * *", "0 15 3 * * *"), InlineData("Never", null, null)]
    public void Schedule_HasTheCronOfItsType(string type, string? cron, string? text)
    {
        Assert.Equal(text, new GarbageSchedule(type, cron).Text);
        if (text is not null) Assert.Equal(type, GarbageSchedule.TypeOf(text));
    }

    [Fact]
    public void Parameters_AreReadAsHarborWritesThem()
    {
        Assert.Equal(new(true, false), GarbageParameters.Read("""{"delete_untagged":true,"delete_tag":false,"dry_run":false,"workers":1}"""));
        Assert.Equal(new(), GarbageParameters.Read(""));
        Assert.Equal("""{"delete_untagged":false,"dry_run":true}""", new GarbageParameters(DryRun: true).Write());
    }
}
