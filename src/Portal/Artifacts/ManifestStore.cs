using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Registry;
using Portal.Registry.Client;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>Puts manifests into the backing registry, each announced by an intent first.</summary>
sealed class ManifestStore(RegistryBackend backend, PushIntents intents, GarbageBook garbage, BlobService blobs)
{
    const int MaxAttempts = 6;

    /// <summary>
    /// Writes the intent and stores the bytes by digest; tags live in the database alone. Gives the intent's id.
    /// </summary>
    public async Task<Result<Guid>> StoreAsync(PortalDbContext db, PushContext push, RepositoryEntry repository, ManifestDocument document)
    {
        var intent = await intents.OpenAsync(push, repository, document);
        // from here on the intent keeps the digest; what was decided before it is waited for
        if (!await garbage.KeepAsync([document.Digest.Text], CancellationToken.None))
        {
            await ForgetAsync(db, intent);
            return ArtifactErrors.CleaningUp;
        }
        var stored = await PutAsync(push, document);
        if (stored.Error?.Code == OciErrors.ManifestBlobUnknown.Code) await blobs.ForgetMissingAsync(repository, document.Blobs.Concat(document.Layers).Select(b => b.Digest.Text).Distinct(StringComparer.Ordinal), CancellationToken.None);
        if (stored.Ok) return intent;
        // an outage leaves open whether the bytes arrived: the intent stays and is reconciled
        if (stored.Error.Kind != ErrorKind.Unavailable) await ForgetAsync(db, intent);
        return stored.Error;
    }

    /// <summary>Takes an intent back whose push was refused after all; the bytes stay for the garbage collection.</summary>
    public static Task ForgetAsync(PortalDbContext db, Guid intent) => db.PushIntents.Where(i => i.Id == intent).ExecuteDeleteAsync();

    // Distribution writes the link of a blob in place. While the same blob is pushed a second time, it can read it empty and then calls the manifest's digest invalid, which is known to be right here.
    async Task<Result<ManifestStored>> PutAsync(PushContext push, ManifestDocument document)
    {
        for (var attempt = 1; ; attempt++)
        {
            var stored = await backend.Client.PutManifestAsync(push.Repository.Text, document.Digest, document.Bytes, document.MediaType);
            if (stored.Ok || stored.Error.Code != OciErrors.DigestInvalid.Code || attempt == MaxAttempts) return stored;
            await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt));
        }
    }
}

/// <summary>Writes down what is about to be sent to the backing registry, for many pushes at once.</summary>
sealed class PushIntents(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, TimeProvider time)
{
    readonly Gathering<MissingRows> _gathering = new(rows => WriteAsync(contexts, provider, rows));

    public async Task<Guid> OpenAsync(PushContext push, RepositoryEntry repository, ManifestDocument document)
    {
        var id = Guid.CreateVersion7();
        await _gathering.AddAsync(Row(id, push, repository, document));
        return id;
    }

    static async Task WriteAsync(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, IReadOnlyList<MissingRows> rows)
    {
        await using var db = await contexts.CreateDbContextAsync();
        // columns without a value are left out, so rows of the same columns go together
        var together = rows.GroupBy(r => string.Join(',', r.Columns), StringComparer.Ordinal).Select(g => g.First() with { Rows = [.. g.SelectMany(r => r.Rows)] });
        // relaxed: what a crash of the database's machine could take with it was never acknowledged
        await provider.InsertMissingAsync(db, [.. together], Durability.Relaxed, CancellationToken.None);
    }

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
}
