using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Artifacts;
using Portal.Data;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.GarbageCollection;

/// <summary>Everything that a run is made of.</summary>
sealed class GarbageSteps(IDbContextFactory<PortalDbContext> contexts, GarbageSearch search, GarbageRemoval removal, TimeProvider time)
{
    const int MaxOwners = 20;

    public TimeProvider Time => time;

    public GarbageMark Mark => search.Mark;

    public OrphanSearch Orphans => search.Orphans;

    public TagCheck Check => search.Check;

    public IndexSweep Index => removal.Index;

    public StoreSweep Storage => removal.Storage;

    public DeletionEnd End => removal.End;

    public UntaggedArtifacts Untagged => removal.Untagged;

    public IRegistryStore Store => search.Store;

    /// <summary>Makes the plan of a run from the settings as they are now.</summary>
    public async Task<GarbagePlan> PlanAsync(CancellationToken cancellation)
    {
        var settings = await SettingsAsync(cancellation);
        var now = time.GetUtcNow();
        // without a grace nobody waits for uploads that are about to end: the rows alone keep them safe
        return new(now, now - TimeSpan.FromMinutes(settings.GraceMinutes), settings.SampledTags, new(settings.ItemsPerSecond, settings.FromHour, settings.ToHour, time), settings.GraceMinutes == 0 ? TimeSpan.Zero : null);
    }

    public async Task<GarbageSettings> SettingsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var values = await db.Settings.AsNoTracking().Where(s => s.Key.StartsWith("gc_")).ToDictionaryAsync(s => s.Key, s => s.Value, StringComparer.Ordinal, cancellation);
        return new(Number(SettingKeys.GarbageGraceMinutes), Number(SettingKeys.GarbageItemsPerSecond), Number(SettingKeys.GarbageFromHour), Number(SettingKeys.GarbageToHour), Number(SettingKeys.GarbageSampledTags));

        int Number(SettingKey key) => int.Parse(values.GetValueOrDefault(key.Name, key.Default), CultureInfo.InvariantCulture);
    }

    /// <summary>The rows of orphans that were taken into the index.</summary>
    public async Task<List<DoomedBlob>> AdoptedAsync(IReadOnlyList<StoredContent> batch, CancellationToken cancellation)
    {
        var digests = batch.Select(b => b.Digest.Text).ToList();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Blobs.Where(b => digests.Contains(b.Digest)).Select(b => new DoomedBlob(b.Id, b.Digest, b.Size, null)).ToListAsync(cancellation);
    }

    /// <summary>Content that is out of the index and whose bytes are still there.</summary>
    public async Task<(int Count, long Bytes)> LyingAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var lying = db.Garbage.Where(g => g.State != GarbageState.Gone);
        return (await lying.CountAsync(cancellation), await lying.SumAsync(g => g.Size, cancellation));
    }

    /// <summary>The repositories that the garbage comes from, largest first.</summary>
    public async Task<IReadOnlyList<GarbageOwner>> OwnersAsync(Marked marked, CancellationToken cancellation)
    {
        var sums = marked.Blobs.Where(b => b.RepositoryId is not null).GroupBy(b => b.RepositoryId!.Value).Select(g => (Id: g.Key, Bytes: g.Sum(b => b.Size), Blobs: g.Count())).OrderByDescending(g => g.Bytes).Take(MaxOwners).ToList();
        var ids = sums.ConvertAll(s => s.Id);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var names = await db.Repositories.Where(r => ids.Contains(r.Id)).Select(r => new { r.Id, Project = r.Project!.Name, r.Name }).ToDictionaryAsync(r => r.Id, cancellation);
        return [.. sums.Select(s => new GarbageOwner(names[s.Id].Project, names[s.Id].Name, s.Bytes, s.Blobs))];
    }
}

/// <summary>What looks and changes nothing.</summary>
sealed record GarbageSearch(GarbageMark Mark, OrphanSearch Orphans, TagCheck Check, IRegistryStore Store);

/// <summary>What takes things away.</summary>
sealed record GarbageRemoval(IndexSweep Index, StoreSweep Storage, DeletionEnd End, UntaggedArtifacts Untagged);

/// <summary>Moves top-level artifacts that have no tag to the trash, like anybody who deletes them by hand.</summary>
sealed class UntaggedArtifacts(IDbContextFactory<PortalDbContext> contexts, ArtifactDeleter deleter)
{
    const int BatchSize = 200;

    public async Task<int> CountAsync(DateTimeOffset cutoff, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Idle(db, cutoff).CountAsync(cancellation);
    }

    /// <summary>A refusal, such as a lock, keeps one artifact and no more.</summary>
    public async Task<int> DeleteAsync(IJobRun run, DateTimeOffset cutoff, CancellationToken cancellation)
    {
        var (count, last) = (0, 0L);
        while (true)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            var batch = await Idle(db, cutoff).Where(a => a.Id > last).OrderBy(a => a.Id).Take(BatchSize).Select(a => new { a.Id, a.Digest, Project = a.Repository!.Project!.Name, a.Repository.Name }).ToListAsync(cancellation);
            foreach (var artifact in batch)
            {
                if (!RepositoryName.TryCreate(artifact.Project, artifact.Name, out var name)) continue;
                var done = await deleter.DeleteArtifactAsync(Caller.Portal, name, Digest.Parse(artifact.Digest), cancellation, DeletionCause.Untagged, new("It had no tag when garbage was collected."));
                if (done.Ok) count++;
                else if (done.Error.Kind != ErrorKind.NotFound) run.Log($"{name}@{artifact.Digest} stays: {done.Error.Message}");
            }
            if (batch.Count < BatchSize) return count;
            last = batch[^1].Id;
        }
    }

    // what is attached to something that stays, stays as well; and so does what was pushed a moment ago and may get its tag or index yet
    static IQueryable<Artifact> Idle(PortalDbContext db, DateTimeOffset cutoff) => db.Artifacts.AsNoTracking().Where(a => a.DeletionId == null && a.PushedAt <= cutoff && !a.Tags.Any()
        && !db.ArtifactChildren.Any(c => c.ChildDigest == a.Digest && db.Artifacts.Any(p => p.Id == c.ParentId && p.RepositoryId == a.RepositoryId && p.DeletionId == null))
        && (a.SubjectDigest == null || !db.Artifacts.Any(s => s.RepositoryId == a.RepositoryId && s.Digest == a.SubjectDigest && s.DeletionId == null)));
}
