using Portal.Launcher;
using Xunit;

namespace Portal.Tests.Launcher;

public class BackOffTests
{
    [Fact]
    public void After_CrashUponCrash_DoublesUpToThirtySeconds()
    {
        var backOff = new BackOff();

        var waits = Enumerable.Range(0, 8).Select(_ => backOff.After(TimeSpan.FromSeconds(2)).TotalSeconds);

        Assert.Equal([1, 2, 4, 8, 16, 30, 30, 30], waits);
    }

    [Fact]
    public void After_LongRun_StartsFromOneSecondAgain()
    {
        var backOff = new BackOff();
        backOff.After(TimeSpan.Zero);
        backOff.After(TimeSpan.Zero);

        Assert.Equal(TimeSpan.FromSeconds(1), backOff.After(BackOff.Stable));
        Assert.Equal(TimeSpan.FromSeconds(2), backOff.After(BackOff.Stable - TimeSpan.FromMilliseconds(1)));
    }
}
