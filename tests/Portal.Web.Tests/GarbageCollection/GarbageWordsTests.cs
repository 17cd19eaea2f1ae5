using Portal.GarbageCollection;
using Portal.Jobs;
using Portal.Web.GarbageCollection;
using Portal.Web.Kit;
using Xunit;

namespace Portal.Web.Tests.GarbageCollection;

public sealed class GarbageWordsTests
{
    static JobRunRow Run(string parameters, JobTrigger trigger = JobTrigger.Manual) =>
        new(1, GarbageHandler.KindName, 0, null, trigger, JobStatus.Success, "ada", default, null, null, 0, 0, "", null, false, 1, "", "", parameters);

    [Fact]
    public void Asked_SaysWhatARunIs()
    {
        Assert.Equal("Dry run", GarbageWords.Asked(Run("""{"dry_run":true}""")));
        Assert.Equal("Collection, with what has no tag", GarbageWords.Asked(Run("""{"delete_untagged":true}""")));
        Assert.Equal("ada", GarbageWords.By(Run("{}")));
        Assert.Equal("Schedule", GarbageWords.By(Run("{}", JobTrigger.Schedule)));
    }

    [Fact]
    public void Settings_AreSaidInWords()
    {
        Assert.Equal("at any hour", GarbageWords.Hours(new(120, 0, 5, 5, 50)));
        Assert.Equal("from 22:00 to 06:00 UTC", GarbageWords.Hours(new(120, 0, 22, 6, 50)));
        Assert.Equal("as fast as it can", GarbageWords.Pace(new(120, 0, 5, 5, 50)));
        Assert.Equal("100 items a second at most", GarbageWords.Pace(new(120, 100, 5, 5, 50)));
    }

    [Fact]
    public void Check_SaysWhatTheLastLookFound()
    {
        Assert.Equal("2 live tags with 5 blobs looked at afterwards, all whole", GarbageWords.Check(new() { CheckedTags = 2, CheckedBlobs = 5 }));
        Assert.Equal("1 problem: a/b:c lacks the blob x", GarbageWords.Check(new() { Problems = ["a/b:c lacks the blob x"] }));
        Assert.Contains("dry run", GarbageWords.Check(new() { DryRun = true }), StringComparison.Ordinal);
        Assert.Equal(PillStatus.Failed, GarbageWords.Pill(JobStatus.Error));
    }
}
