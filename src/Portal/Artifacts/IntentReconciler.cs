using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>
/// Finishes pushes that a crash cut off between the backing registry and the index: what the registry holds is indexed, what it does not is dropped.
/// Runs at start and every minute; several nodes may run it at once, because indexing twice changes nothing.
/// </summary>
sealed class IntentReconciler(IDbContextFactory<PortalDbContext> contexts, ProjectDirectory projects, RegistryBackend backend, IntentIndexing indexing, IOptions<ArtifactOptions> options, ILogger<IntentReconciler> log) : BackgroundService
{
    const int BatchSize = 100;

    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, indexing.Time);
        do
        {
            try
            {
                await RunAsync(TimeSpan.FromSeconds(options.Value.ReconcileAfterSeconds), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(e, "Unfinished pushes could not be reconciled; the next try is in {Interval}", Interval);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(t => t is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default));
    }

    /// <summary>Reconciles every intent older than <paramref name="age"/>; returns how many were indexed and how many dropped.</summary>
    public async Task<(int Indexed, int Dropped)> RunAsync(TimeSpan age, CancellationToken cancellation)
    {
        var (indexed, dropped) = (0, 0);
        var before = indexing.Time.GetUtcNow() - age;
        var after = Guid.Empty;
        while (true)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            var batch = await db.PushIntents.AsNoTracking().Include(i => i.Repository).Where(i => i.At <= before && i.Id > after).OrderBy(i => i.Id).Take(BatchSize).ToListAsync(cancellation);
            foreach (var intent in batch)
            {
                var outcome = await ReconcileAsync(intent, cancellation);
                if (outcome is null) continue; // the registry is away; the intent waits
                if (outcome.Value) indexed++;
                else
                {
                    dropped++;
                    await db.PushIntents.Where(i => i.Id == intent.Id).ExecuteDeleteAsync(cancellation);
                }
            }
            if (batch.Count < BatchSize) return (indexed, dropped);
            after = batch[^1].Id;
        }
    }

    async Task<bool?> ReconcileAsync(PushIntent intent, CancellationToken cancellation)
    {
        var project = await projects.FindAsync(intent.Repository!.ProjectId, cancellation);
        if (project is null || !RepositoryName.TryCreate(project.Name, intent.Repository.Name, out var name)) return false;
        var held = await backend.Client.GetManifestAsync(name.Text, Digest.Parse(intent.Digest), cancellation);
        if (!held.Ok)
        {
            // it may be away altogether, or its crash has left of this manifest what it cannot read; the push was never acknowledged, so nobody counts on it
            if (held.Error.Kind == ErrorKind.Unavailable && !(await backend.Client.PingAsync(cancellation)).Ok) return null;
            log.LogInformation("A push of {Digest} to {Repository} did not reach the registry whole and is dropped: {Reason}", intent.Digest, name, held.Error.Message);
            return false;
        }
        var caller = new Caller(intent.ActorUserId is null ? SubjectKind.Portal : SubjectKind.User, intent.ActorUserId ?? 0, intent.Actor, intent.Address, intent.Client);
        var done = await indexing.IndexAsync(intent, caller, project, new(intent.RepositoryId, project.Id, name), held.Value.Bytes, cancellation);
        if (done.Ok) log.LogInformation("A push of {Digest} to {Repository} that a crash had cut off is indexed now", intent.Digest, name);
        else if (done.Error.Kind == ErrorKind.Unavailable) return null;
        else log.LogWarning("A push of {Digest} to {Repository} that was cut off is dropped: {Reason}", intent.Digest, name, done.Error.Message);
        return done.Ok;
    }
}

/// <summary>Indexes what an intent speaks of, in the name of whoever pushed it.</summary>
sealed class IntentIndexing(IDbContextFactory<PortalDbContext> contexts, ManifestReader reader, GuardChain guards, ManifestIndexer indexer, TimeProvider time)
{
    public TimeProvider Time => time;

    public async Task<Result> IndexAsync(PushIntent intent, Caller caller, ProjectEntry project, RepositoryEntry repository, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var document = reader.Parse(bytes, intent.MediaType);
        if (!document.Ok) return document.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        TagName? tag = TagName.TryParse(intent.TagName, out var named) ? named : null;
        var contents = await ManifestContents.FindAsync(db, repository.Id, tag, document.Value, cancellation);
        if (!contents.Ok) return contents.Error;
        var push = PushContext.Of(caller, project, repository.Name, tag, document.Value, contents.Value.Size);
        var allowed = await guards.CheckAsync(push, cancellation);
        if (!allowed.Ok) return allowed;
        var config = await reader.ReadConfigAsync(repository.Name, document.Value, cancellation);
        if (!config.Ok) return config.Error;
        return await indexer.IndexAsync(new(push, repository, document.Value, contents.Value, config.Value, intent.Id, intent.At), cancellation);
    }
}
