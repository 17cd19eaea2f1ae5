using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>A manifest that was stored.</summary>
/// <param name="Subject">What it speaks of; null for most.</param>
/// <param name="IsIndex">True for an index or manifest list.</param>
public sealed record PushedManifest(Digest Digest, Digest? Subject, bool IsIndex);

/// <summary>The one way into the index for manifests: validate, ask the guards, write down the intent, store, index.</summary>
public sealed class PushService
{
    const int MaxAttempts = 3;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly RepositoryDirectory _repositories;
    readonly GuardChain _guards;
    readonly ManifestReader _reader;
    readonly ManifestIndexer _indexer;
    readonly ManifestStore _store;

    internal PushService(IDbContextFactory<PortalDbContext> contexts, RepositoryDirectory repositories, GuardChain guards, ManifestReader reader, ManifestStore store, ManifestIndexer indexer) =>
        (_contexts, _repositories, _guards, _reader, _store, _indexer) = (contexts, repositories, guards, reader, store, indexer);

    /// <summary>
    /// Stores a manifest under a tag or its digest. The right to push must have been checked. When this returns success the push is durable: the bytes
    /// are in the backing registry and the index knows them.
    /// </summary>
    public async Task<Result<PushedManifest>> PutAsync(Caller caller, ProjectEntry project, RepositoryName name, Reference reference, ReadOnlyMemory<byte> content, string? contentType, CancellationToken cancellation)
    {
        if (reference.IsDigest && reference.Digest.Algorithm != "sha256") return ArtifactErrors.Sha256Only;
        var parsed = _reader.Parse(content, contentType);
        if (!parsed.Ok) return parsed.Error;
        var document = parsed.Value;
        if (reference.IsDigest && reference.Digest != document.Digest) return ArtifactErrors.DigestDiffers(reference.Digest, document.Digest);
        var repository = await _repositories.EnsureAsync(project, name, cancellation);
        for (var attempt = 1; ; attempt++)
        {
            var put = await PutAsync(caller, project, repository, reference, document, cancellation);
            // what the repository held was cleaned up between the look and the lock; it is looked at anew
            if (put.Error != ArtifactErrors.Changed || attempt == MaxAttempts) return put;
        }
    }

    async Task<Result<PushedManifest>> PutAsync(Caller caller, ProjectEntry project, RepositoryEntry repository, Reference reference, ManifestDocument document, CancellationToken cancellation)
    {
        var name = repository.Name;
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        TagName? tag = reference.IsDigest ? null : reference.Tag;
        var contents = await ManifestContents.FindAsync(db, repository.Id, tag, document, cancellation);
        if (!contents.Ok) return contents.Error;
        var push = PushContext.Of(caller, project, name, tag, document, contents.Value.Size);
        var allowed = await _guards.CheckAsync(push, cancellation);
        if (!allowed.Ok) return allowed.Error;
        var config = await _reader.ReadConfigAsync(name, document, cancellation);
        if (!config.Ok) return config.Error;
        // what follows must come to its end even when the client hangs up
        Guid? intent = null;
        if (!contents.Value.Known)
        {
            var stored = await _store.StoreAsync(db, push, repository, document);
            if (!stored.Ok) return stored.Error;
            intent = stored.Value;
        }
        var indexed = await _indexer.IndexAsync(new(push, repository, document, contents.Value, config.Value, intent), CancellationToken.None);
        // what was refused to the client must not be made good later
        if (intent is { } open && indexed.Error is { Kind: not ErrorKind.Unavailable }) await ManifestStore.ForgetAsync(db, open);
        return indexed.Ok ? new PushedManifest(document.Digest, document.Subject?.Digest, document.IsIndex) : indexed.Error;
    }
}

/// <summary>Reads manifests and their configs within the bounds of <see cref="ArtifactOptions"/>.</summary>
sealed class ManifestReader(IOptions<ArtifactOptions> options, BlobService blobs)
{
    readonly ManifestLimits _limits = new(options.Value.MaxManifestBytes, MaxDescriptors: options.Value.MaxDescriptors);

    public Result<ManifestDocument> Parse(ReadOnlyMemory<byte> content, string? contentType) => ManifestDocument.Parse(content, contentType, _limits);

    /// <summary>The config of an image or chart; <see cref="ConfigContent.None"/> for anything else and for one that cannot be read.</summary>
    public async Task<Result<ConfigContent>> ReadConfigAsync(RepositoryName repository, ManifestDocument document, CancellationToken cancellation)
    {
        if (document.Config is not { } config || !(MediaTypes.IsImageConfig(config.MediaType) || config.MediaType == MediaTypes.HelmConfig)) return ConfigContent.None;
        if (config.Size > options.Value.MaxConfigBytes) return ConfigContent.None;
        var bytes = await blobs.ReadAsync(repository, config.Digest, options.Value.MaxConfigBytes, cancellation);
        if (!bytes.Ok) return bytes.Error.Kind == ErrorKind.Unavailable ? bytes.Error : ConfigContent.None;
        var image = MediaTypes.IsImageConfig(config.MediaType) ? ImageConfig.Parse(bytes.Value) : default;
        return new ConfigContent(StorableJson.Of(bytes.Value), MediaTypes.IsImageConfig(config.MediaType) && image.Ok ? image.Value : null);
    }
}
