using Portal.Jobs;
using Portal.Web.Jobs;
using Portal.Web.Kit;
using Xunit;

namespace Portal.Web.Tests.Jobs;

public sealed class JobWordsTests
{
    internal static JobRunRow Run(JobStatus status, long done = 0, long total = 0, double? rate = null, int attempt = 1) => new(7, "PROBE", 0, null, JobTrigger.Manual, status, "ines", DateTimeOffset.UnixEpoch,
        DateTimeOffset.UnixEpoch, null, done, total, "tags", rate, false, attempt, "portal-1", "", "{}");

    [Theory]
    [InlineData(0, 0, ""), InlineData(12, 0, "12 tags"), InlineData(1204, 3400, "1,204 of 3,400 tags")]
    public void Done_SaysOfHowMany(long done, long total, string text) => Assert.Equal(text, JobWords.Done(Run(JobStatus.Running, done, total)));

    [Theory]
    [InlineData(null, ""), InlineData(4.24, "4.2 tags/s"), InlineData(18400.4, "18,400 tags/s"), InlineData(0.0, "0 tags/s")]
    public void Rate_IsShort(double? rate, string text) => Assert.Equal(text, JobWords.Rate(Run(JobStatus.Running, rate: rate)));

    [Theory]
    [InlineData(JobStatus.Running, 10, 100, 2.0, "45 s left"), InlineData(JobStatus.Running, 10, 0, 2.0, ""), InlineData(JobStatus.Running, 10, 100, 0.0, ""), InlineData(JobStatus.Running, 100, 100, 2.0, "")]
    [InlineData(JobStatus.Pending, 10, 100, 2.0, ""), InlineData(JobStatus.Running, 0, long.MaxValue, 1e-9, "")]
    public void Left_IsSaidWhereItIsKnown(JobStatus status, long done, long total, double rate, string text) => Assert.Equal(text, JobWords.Left(Run(status, done, total, rate)));

    [Fact]
    public void Status_TellsOfStoppingAndOfAnotherAttempt()
    {
        Assert.Equal("Stopping", JobWords.Status(Run(JobStatus.Running) with { Stopping = true }));
        Assert.Equal("Waits for another attempt", JobWords.Status(Run(JobStatus.Pending)));
        Assert.Equal("Waiting", JobWords.Status(Run(JobStatus.Pending, attempt: 0)));
        Assert.Equal(PillStatus.Failed, JobWords.Pill(JobStatus.Error));
        Assert.Equal("Schedule", JobWords.Cause(Run(JobStatus.Success) with { Trigger = JobTrigger.Schedule }));
        Assert.Equal("ines", JobWords.Cause(Run(JobStatus.Success)));
    }
}
