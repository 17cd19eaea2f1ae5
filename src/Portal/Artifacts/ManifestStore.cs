using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>Puts manifests into the backing registry, each announced by an intent first.</summary>
sealed class ManifestStore(RegistryBackend backend, IDatabaseProvider provider, TimeProvider time)
{
    /// <summary>
    /// Writes the intent and stores the bytes by digest; tags live in the database alone. Gives the intent's id, or null when the repository holds the
    /// manifest already and nothing had to be sent.
    /// </summary>
    public async Task<Result<Guid?>> StoreAsync(PortalDbContext db, PushContext push, RepositoryEntry repository, ManifestDocument document)
    {
        var digest = document.Digest.Text;
        if (await Holds(db, repository.Id, digest)) return (Guid?)null;
        var intent = Guid.CreateVersion7();
        // Relaxed: what a crash of the database's machine could take with it was never acknowledged.
        await provider.InsertMissingAsync(db, [Row(intent, push, repository, document)], Durability.Relaxed, CancellationToken.None);
        var stored = await backend.Client.PutManifestAsync(push.Repository.Text, document.Digest, document.Bytes, document.MediaType);
        if (stored.Ok) return (Guid?)intent;
        // an outage leaves open whether the bytes arrived: the intent stays and is reconciled
        if (stored.Error.Kind != ErrorKind.Unavailable) await ForgetAsync(db, intent);
        return stored.Error;
    }

    /// <summary>Takes an intent back whose push was refused after all; the bytes stay for the garbage collection.</summary>
    public static Task ForgetAsync(PortalDbContext db, Guid intent) => db.PushIntents.Where(i => i.Id == intent).ExecuteDeleteAsync();

    MissingRows Row(Guid id, PushContext push, RepositoryEntry repository, ManifestDocument document)
    {
        var caller = push.Caller;
        (string Column, object? Value)[] cells =
        [
            (nameof(PushIntent.Id), id),
            (nameof(PushIntent.RepositoryId), repository.Id),
            (nameof(PushIntent.TagName), push.Tag?.Text),
            (nameof(PushIntent.Digest), document.Digest.Text),
            (nameof(PushIntent.MediaType), document.MediaType),
            (nameof(PushIntent.At), time.GetUtcNow()),
            (nameof(PushIntent.ActorUserId), caller.Kind == SubjectKind.User ? caller.Id : null),
            (nameof(PushIntent.Actor), caller.Name),
            (nameof(PushIntent.Address), caller.Address),
            (nameof(PushIntent.Client), caller.Client),
        ];
        var set = cells.Where(c => c.Value is not null).ToList();
        return new("artifacts.push_intent", [.. set.Select(c => c.Column)], [nameof(PushIntent.Id)], [[.. set.Select(c => c.Value!)]]);
    }

    static readonly Func<PortalDbContext, long, string, Task<bool>> Holds = EF.CompileAsyncQuery((PortalDbContext db, long repository, string digest) =>
        db.Artifacts.Any(a => a.RepositoryId == repository && a.Digest == digest && a.DeletionId == null));
}
