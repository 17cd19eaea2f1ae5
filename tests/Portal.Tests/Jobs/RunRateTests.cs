using Portal.Jobs.Engine;
using Xunit;

namespace Portal.Tests.Jobs;

public sealed class RunRateTests
{
    [Fact]
    public void Value_IsUnknownUntilTwoMomentsAre()
    {
        var rate = new RunRate();
        Assert.Null(rate.Value);
        rate.Add(TimeSpan.Zero, 5);
        Assert.Null(rate.Value);
        rate.Add(TimeSpan.Zero, 9);
        Assert.Null(rate.Value);
    }

    [Fact]
    public void Value_IsThatOfTheLastTenSeconds()
    {
        var rate = new RunRate();
        // slow for a minute, then ten times as fast
        for (var second = 0; second <= 60; second++) rate.Add(TimeSpan.FromSeconds(second), second);
        Assert.Equal(1, rate.Value!.Value, 3);
        for (var second = 1; second <= 20; second++) rate.Add(TimeSpan.FromSeconds(60 + second), 60 + second * 10);
        Assert.Equal(10, rate.Value!.Value, 3);
    }

    [Fact]
    public void Value_BeginsAnewWhenTheCountGoesBack()
    {
        var rate = new RunRate();
        rate.Add(TimeSpan.Zero, 100);
        rate.Add(TimeSpan.FromSeconds(1), 0);
        Assert.Null(rate.Value);
        rate.Add(TimeSpan.FromSeconds(2), 4);
        Assert.Equal(4, rate.Value!.Value, 3);
    }

    [Theory]
    [InlineData(1, 10), InlineData(2, 20), InlineData(3, 40), InlineData(9, 2560), InlineData(10, 3600), InlineData(400, 3600)]
    public void Wait_DoublesUpToAnHour(int failures, int seconds) => Assert.Equal(seconds, RunWorker.Wait(failures, 10).TotalSeconds);
}
