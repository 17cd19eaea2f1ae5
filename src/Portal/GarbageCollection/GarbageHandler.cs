using System.Globalization;
using System.Text.Json;
using Portal.Jobs;

namespace Portal.GarbageCollection;

/// <summary>What a run is asked to do. Names are those of Harbor's API.</summary>
/// <param name="DeleteUntagged">Moves top-level artifacts without a tag to the trash first.</param>
/// <param name="DryRun">Changes nothing and says what would go.</param>
public sealed record GarbageParameters(bool DeleteUntagged = false, bool DryRun = false)
{
    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static GarbageParameters Read(string json) => JsonSerializer.Deserialize<GarbageParameters>(json.Length == 0 ? "{}" : json, Json) ?? new();

    public string Write() => JsonSerializer.Serialize(this, Json);
}

/// <summary>A repository and the bytes that leave with its garbage.</summary>
public sealed record GarbageOwner(string Project, string Repository, long Bytes, int Blobs);

/// <summary>What a run found and did, as its tasks keep it.</summary>
public sealed record GarbageReport
{
    public bool DryRun { get; init; }
    public int Untagged { get; init; }
    public int Expired { get; init; }
    public int Artifacts { get; init; }
    public int Manifests { get; init; }
    public int Blobs { get; init; }

    /// <summary>Content of the storage that the index did not know.</summary>
    public int Orphans { get; init; }

    /// <summary>Bytes freed; of a dry run those that would be.</summary>
    public long Bytes { get; init; }
    public int Uploads { get; init; }
    public int CheckedTags { get; init; }
    public int CheckedBlobs { get; init; }

    /// <summary>What the last look at live tags found missing; empty when all was there.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
    public IReadOnlyList<GarbageOwner> Owners { get; init; } = [];
}

/// <summary>The kind <c>GARBAGE_COLLECTION</c>: deletes what nothing needs while pushes go on.</summary>
public sealed class GarbageHandler : IJobHandler
{
    public const string KindName = "GARBAGE_COLLECTION";

    /// <summary>The task whose detail is the <see cref="GarbageReport"/>.</summary>
    public const string ReportTask = "report";

    /// <summary>Between the index and the storage, for uploads that are about to end.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    readonly GarbageSteps _steps;

    internal GarbageHandler(GarbageSteps steps) => _steps = steps;

    public JobKind Kind { get; } = new(KindName, "Garbage collection", JobLane.Upkeep, 1) { MaxAttempts = 3, KeptRuns = 50 };

    public async Task<JobOutcome> RunAsync(IJobRun run, CancellationToken cancellation)
    {
        var parameters = GarbageParameters.Read(run.Parameters);
        var plan = await _steps.PlanAsync(cancellation);
        var report = run.Checkpoint is { } saved ? JsonSerializer.Deserialize<GarbageReport>(saved)! : new GarbageReport { DryRun = parameters.DryRun };
        if (run.Attempt > 1) run.Log($"Attempt {run.Attempt} goes on where the one before ended");
        var task = await run.BeginTaskAsync(ReportTask, cancellation);
        try
        {
            report = parameters.DryRun ? await DryRunAsync(run, plan, parameters, report, cancellation) : await SweepAsync(run, plan, parameters, report, cancellation);
        }
        catch (GarbageRefusedException e)
        {
            run.Log(e.Message);
            await run.EndTaskAsync(task, JobStatus.Error, JsonSerializer.Serialize(report with { Problems = e.Problems }), CancellationToken.None);
            return new(JobStatus.Error, Cut(e.Message));
        }
        var whole = report.Problems.Count == 0;
        await run.EndTaskAsync(task, whole ? JobStatus.Success : JobStatus.Error, JsonSerializer.Serialize(report), CancellationToken.None);
        return new(whole ? JobStatus.Success : JobStatus.Error, Cut(Summary(report)));
    }

    async Task<GarbageReport> DryRunAsync(IJobRun run, GarbagePlan plan, GarbageParameters parameters, GarbageReport report, CancellationToken cancellation)
    {
        var untagged = parameters.DeleteUntagged ? await _steps.Untagged.CountAsync(plan.Cutoff, cancellation) : 0;
        if (untagged > 0) run.Log($"{untagged} artifacts without a tag would move to the trash; their bytes are freed when their window there is over");
        var marked = await MarkAsync(run, plan, cancellation);
        var (orphans, bytes) = (0, 0L);
        if (_steps.Store.Unreachable is { } why) run.Log($"The storage was not looked through: {why}");
        else
        {
            for (var part = 0; part < OrphanSearch.Parts; part++)
            {
                var found = await _steps.Orphans.FindAsync(part, plan.Cutoff, cancellation);
                (orphans, bytes) = (orphans + found.Count, bytes + found.Sum(f => f.Size));
                run.Progress(part + 1, OrphanSearch.Parts, "parts of the storage");
            }
            var lying = await _steps.LyingAsync(cancellation);
            (orphans, bytes) = (orphans + lying.Count, bytes + lying.Bytes);
        }
        return report with
        {
            Untagged = untagged,
            Artifacts = marked.Artifacts.Count,
            Manifests = marked.Manifests.Count,
            Blobs = marked.Blobs.Count,
            Orphans = orphans,
            Bytes = marked.BlobBytes + marked.ManifestBytes + bytes,
            Owners = await _steps.OwnersAsync(marked, cancellation),
        };
    }

    async Task<GarbageReport> SweepAsync(IJobRun run, GarbagePlan plan, GarbageParameters parameters, GarbageReport report, CancellationToken cancellation)
    {
        if (_steps.Store.Unreachable is { } why) throw new GarbageRefusedException($"Nothing was deleted: {why} Use the registry's own collector while Portal is read-only.", []);
        await CheckAsync(run, plan, "Nothing was deleted: live tags lack content already. ", cancellation);
        if (parameters.DeleteUntagged) report = report with { Untagged = report.Untagged + await _steps.Untagged.DeleteAsync(run, plan.Cutoff, cancellation) };
        report = report with { Expired = report.Expired + await _steps.End.EndExpiredAsync(d => run.Log($"Its time in the trash is over: {d.Name}"), cancellation) };
        var marked = await MarkAsync(run, plan, cancellation);
        var resumed = await _steps.Storage.ResumeAsync(cancellation);
        report = report with { Bytes = report.Bytes + resumed.Bytes, Owners = report.Owners.Count > 0 ? report.Owners : await _steps.OwnersAsync(marked, cancellation) };
        report = await IndexAsync(run, plan, marked, report, cancellation);
        report = await OrphansAsync(run, plan, report, cancellation);
        report = await StorageAsync(run, plan, report, cancellation);
        var left = await _steps.Store.CleanAsync(plan.Now - TimeSpan.FromDays(1), cancellation);
        if (left.Uploads + left.Links > 0) run.Log($"{left.Uploads} abandoned uploads ({left.UploadBytes} bytes) and {left.Links} lists of missing manifests were removed");
        report = report with { Uploads = report.Uploads + left.Uploads, Bytes = report.Bytes + left.UploadBytes };
        var check = await _steps.Check.RunAsync(plan.SampledTags, cancellation);
        run.Log(check.Problems.Count == 0 ? $"Looked again: {check.Tags} tags with {check.Blobs} blobs are whole" : $"Looked again: {string.Join("; ", check.Problems)}");
        return report with { CheckedTags = check.Tags, CheckedBlobs = check.Blobs, Problems = check.Problems };
    }

    async Task CheckAsync(IJobRun run, GarbagePlan plan, string refusal, CancellationToken cancellation)
    {
        var check = await _steps.Check.RunAsync(plan.SampledTags, cancellation);
        if (check.Problems.Count > 0) throw new GarbageRefusedException(refusal + string.Join("; ", check.Problems.Take(3)), check.Problems);
        run.Log($"Looked first: {check.Tags} tags with {check.Blobs} blobs are whole");
    }

    async Task<Marked> MarkAsync(IJobRun run, GarbagePlan plan, CancellationToken cancellation)
    {
        var start = _steps.Time.GetTimestamp();
        var marked = await _steps.Mark.RunAsync(plan.Cutoff, cancellation);
        run.Log(string.Create(CultureInfo.InvariantCulture, $"{marked.Blobs.Count} blobs and {marked.Manifests.Count} manifests eligible for deletion, {marked.BlobBytes + marked.ManifestBytes} bytes, found in {_steps.Time.GetElapsedTime(start).TotalMilliseconds:0} ms"));
        return marked;
    }

    async Task<GarbageReport> IndexAsync(IJobRun run, GarbagePlan plan, Marked marked, GarbageReport report, CancellationToken cancellation)
    {
        var (done, total) = (0, marked.Artifacts.Count + marked.Blobs.Count);
        // an artifact goes once no index names it, so those below go in a later round than the index above them
        for (var open = marked.Artifacts; open.Count > 0;)
        {
            var gone = new HashSet<long>();
            foreach (var batch in open.Chunk(IndexSweep.BatchSize))
            {
                await plan.Pace.WaitAsync(run, batch.Length, cancellation);
                gone.UnionWith(await _steps.Index.ArtifactsAsync(batch, cancellation));
                run.Progress(done + gone.Count, total, "artifacts and blobs");
            }
            if (gone.Count == 0) break;
            (done, open) = (done + gone.Count, [.. open.Where(a => !gone.Contains(a.Id))]);
            report = report with { Artifacts = report.Artifacts + gone.Count };
        }
        await run.SaveCheckpointAsync(JsonSerializer.Serialize(report), cancellation);
        foreach (var batch in marked.Manifests.Chunk(IndexSweep.BatchSize)) report = report with { Manifests = report.Manifests + (await _steps.Index.ManifestsAsync(batch, cancellation)).Count };
        foreach (var batch in marked.Blobs.Chunk(IndexSweep.BatchSize))
        {
            await plan.Pace.WaitAsync(run, batch.Length, cancellation);
            report = report with { Blobs = report.Blobs + (await _steps.Index.BlobsAsync(batch, plan.Cutoff, cancellation)).Count };
            run.Progress(done += batch.Length, total, "artifacts and blobs");
        }
        await run.SaveCheckpointAsync(JsonSerializer.Serialize(report), cancellation);
        return report;
    }

    async Task<GarbageReport> OrphansAsync(IJobRun run, GarbagePlan plan, GarbageReport report, CancellationToken cancellation)
    {
        for (var part = 0; part < OrphanSearch.Parts; part++)
        {
            foreach (var batch in (await _steps.Orphans.FindAsync(part, plan.Cutoff, cancellation)).Chunk(IndexSweep.BatchSize))
            {
                await plan.Pace.WaitAsync(run, batch.Length, cancellation);
                await _steps.Index.AdoptAsync(batch, cancellation);
                var taken = await _steps.Index.BlobsAsync(await _steps.AdoptedAsync(batch, cancellation), plan.Cutoff, cancellation);
                report = report with { Orphans = report.Orphans + taken.Count };
            }
            run.Progress(part + 1, OrphanSearch.Parts, "parts of the storage");
        }
        await run.SaveCheckpointAsync(JsonSerializer.Serialize(report), cancellation);
        return report;
    }

    async Task<GarbageReport> StorageAsync(IJobRun run, GarbagePlan plan, GarbageReport report, CancellationToken cancellation)
    {
        var total = await _steps.LyingAsync(cancellation);
        if (total.Count > 0) await Task.Delay(plan.Pause ?? Pause, _steps.Time, cancellation);
        var until = _steps.Time.GetUtcNow();
        var (after, done, bytes) = ("", 0, 0L);
        while (true)
        {
            await plan.Pace.WaitAsync(run, StoreSweep.BatchSize, cancellation);
            var next = await _steps.Storage.NextAsync(after, until, cancellation);
            if (next.Last is null) break;
            (after, done, bytes) = (next.Last, done + next.Count, bytes + next.Bytes);
            report = report with { Bytes = report.Bytes + next.Bytes };
            run.Progress(done, total.Count, "files");
            await run.SaveCheckpointAsync(JsonSerializer.Serialize(report), cancellation);
        }
        run.Log($"{done} files are actually deleted, {bytes} bytes");
        return report;
    }

    static string Summary(GarbageReport r) => r.DryRun
        ? string.Create(CultureInfo.InvariantCulture, $"Would free {r.Bytes} bytes: {r.Blobs} blobs, {r.Manifests} manifests, {r.Orphans} unknown files")
        : string.Create(CultureInfo.InvariantCulture, $"Freed {r.Bytes} bytes: {r.Blobs} blobs, {r.Manifests} manifests, {r.Orphans} unknown files; {r.CheckedTags} tags looked at afterwards, {(r.Problems.Count == 0 ? "all whole" : $"{r.Problems.Count} not whole")}");

    static string Cut(string text) => text.Length > 512 ? text[..512] : text;
}

/// <summary>A run that must not delete.</summary>
sealed class GarbageRefusedException(string message, IReadOnlyList<string> problems) : Exception(message)
{
    public IReadOnlyList<string> Problems { get; } = problems;
}

/// <summary>How a run goes about it.</summary>
/// <param name="Cutoff">The beginning of the grace.</param>
/// <param name="Pause">Between the index and the storage; null for the usual one.</param>
sealed record GarbagePlan(DateTimeOffset Now, DateTimeOffset Cutoff, int SampledTags, GarbagePace Pace, TimeSpan? Pause);
