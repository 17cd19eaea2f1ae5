using System.Globalization;
using System.Text;
using Portal.Jobs;
using Portal.Jobs.Engine;
using Xunit;

namespace Portal.Tests.Jobs;

public sealed class RunLogTests
{
    static readonly DateTimeOffset At = new(2026, 11, 21, 8, 16, 40, 123, TimeSpan.Zero);

    /// <summary>What the database would hold.</summary>
    sealed class Stored
    {
        readonly SortedDictionary<int, JobLogPart> _parts = [];

        public RunLog Log { get; private set; } = new([], 0);

        public IReadOnlyList<string> Lines => [.. string.Concat(_parts.Values.Select(p => p.Text)).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

        public int Bytes => _parts.Values.Sum(p => Encoding.UTF8.GetByteCount(p.Text));

        public void Save()
        {
            if (Log.Take() is not { } change) return;
            foreach (var number in change.Removed) _parts.Remove(number);
            foreach (var part in change.Added) _parts.Add(part.Number, part);
        }

        public void Resume() => Log = new(_parts.Values.Select(p => (p.Number, p.Tail, p.Lines, p.Bytes)), Log.Omitted);
    }

    static string Text(int i) => string.Create(CultureInfo.InvariantCulture, $"line {i}");

    [Fact]
    public void Line_BeginsWithTheTime_AndCannotForgeAnother()
    {
        var log = new Stored();
        log.Log.Add(At, "one\r\n2026-11-21T08:16:40.123Z two\u001b[31m");
        log.Save();
        Assert.Equal("2026-11-21T08:16:40.123Z one  2026-11-21T08:16:40.123Z two [31m", Assert.Single(log.Lines));
    }

    [Theory]
    [InlineData(1), InlineData(100), InlineData(70_000)]
    public void PastTheBound_HeadAndTailStay_AndEveryLineIsAccountedFor(int everySave)
    {
        const int Count = 60_000;
        var log = new Stored();
        for (var i = 0; i < Count; i++)
        {
            log.Log.Add(At, Text(i));
            if (i % everySave == 0) log.Save();
        }
        log.Save();
        Assert.InRange(log.Lines.Count, RunLog.MaxLines / 2, RunLog.MaxLines);
        Assert.True(log.Bytes <= RunLog.MaxBytes);
        Assert.Equal(Count, log.Lines.Count + log.Log.Omitted);
        Assert.EndsWith(" line 0", log.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith(Text(Count - 1), log.Lines[^1], StringComparison.Ordinal);
        Assert.EndsWith(Text(4_999), log.Lines[4_999], StringComparison.Ordinal);
    }

    [Fact]
    public void LongLines_CountByTheirBytes()
    {
        var log = new Stored();
        for (var i = 0; i < 2_000; i++)
        {
            log.Log.Add(At, new('ä', 10_000));
            if (i % 7 == 0) log.Save();
        }
        log.Save();
        Assert.True(log.Bytes <= RunLog.MaxBytes, log.Bytes.ToString(CultureInfo.InvariantCulture));
        Assert.True(log.Bytes > RunLog.MaxBytes / 2);
        Assert.Equal(2_000, log.Lines.Count + log.Log.Omitted);
    }

    [Fact]
    public void AnotherAttempt_GoesOnBehindTheFirst_WithinTheSameBound()
    {
        var log = new Stored();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            for (var i = 0; i < 7_000; i++) log.Log.Add(At, Text(i));
            log.Save();
            log.Resume();
        }
        Assert.InRange(log.Lines.Count, RunLog.MaxLines / 2, RunLog.MaxLines);
        Assert.Equal(35_000, log.Lines.Count + log.Log.Omitted);
    }

    [Fact]
    public void Take_GivesNothingTwice()
    {
        var log = new RunLog([], 0);
        log.Add(At, "one");
        Assert.NotNull(log.Take());
        Assert.Null(log.Take());
    }
}
