using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>Puts manifests into the backing registry, each announced by an intent first.</summary>
sealed class ManifestStore(RegistryBackend backend, TimeProvider time)
{
    /// <summary>
    /// Writes the intent and stores the bytes by digest; tags live in the database alone. Gives the intent's id, or null when the repository holds the
    /// manifest already and nothing had to be sent.
    /// </summary>
    public async Task<Result<Guid?>> StoreAsync(PortalDbContext db, PushContext push, RepositoryEntry repository, ManifestDocument document)
    {
        var digest = document.Digest.Text;
        if (await db.Artifacts.AnyAsync(a => a.RepositoryId == repository.Id && a.Digest == digest && a.DeletionId == null)) return (Guid?)null;
        var intent = new PushIntent
        {
            Id = Guid.CreateVersion7(),
            RepositoryId = repository.Id,
            TagName = push.Tag?.Text,
            Digest = digest,
            MediaType = document.MediaType,
            At = time.GetUtcNow(),
            ActorUserId = push.Caller.Kind == SubjectKind.User ? push.Caller.Id : null,
            Actor = push.Caller.Name,
            Address = push.Caller.Address,
            Client = push.Caller.Client,
        };
        db.PushIntents.Add(intent);
        await db.SaveChangesAsync();
        var stored = await backend.Client.PutManifestAsync(push.Repository.Text, document.Digest, document.Bytes, document.MediaType);
        if (stored.Ok) return (Guid?)intent.Id;
        // an outage leaves open whether the bytes arrived: the intent stays and is reconciled
        if (stored.Error.Kind != ErrorKind.Unavailable) await db.PushIntents.Where(i => i.Id == intent.Id).ExecuteDeleteAsync();
        return stored.Error;
    }
}
