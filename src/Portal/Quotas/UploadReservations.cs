using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Quotas;

/// <summary>
/// Keeps room for the uploads of this node that run into limited projects, so that they cannot fill the disk far past a limit before a manifest books them.
/// What an upload is shows only at its end; until then it may be a blob that the project holds already. So one that is no larger than the largest of those goes on
/// when the project is full, as long as all uploads together stay within the limit.
/// </summary>
sealed class UploadReservations(IDbContextFactory<PortalDbContext> contexts, QuotaMemory memory, QuotaFacts facts, TimeProvider time) : IUploadLimit
{
    /// <summary>Uploads kept; further ones are bounded by the booking alone.</summary>
    internal const int MaxKept = 10_000;

    /// <summary>How long the room of an upload is kept that brings nothing.</summary>
    internal static readonly TimeSpan Idle = TimeSpan.FromMinutes(15);

    readonly Lock _gate = new();
    readonly Dictionary<string, Reservation> _kept = new(StringComparer.Ordinal);
    readonly Dictionary<int, long> _sums = [];
    long _swept = time.GetTimestamp();

    public async ValueTask<UploadRoom?> OpenAsync(BlobPushContext push, string upload, CancellationToken cancellation)
    {
        var bounds = await memory.FindAsync(push.Project.Id, cancellation);
        if (bounds.Limit < 0) return null;
        lock (_gate)
        {
            Sweep();
            if (!_kept.TryGetValue(upload, out var kept))
            {
                if (_kept.Count >= MaxKept) return null;
                _kept[upload] = kept = new(push.Project.Id);
            }
            kept.Running = true;
        }
        return new Room(this, push, upload);
    }

    public void Forget(string upload)
    {
        lock (_gate) Drop(upload);
    }

    /// <summary>Bytes kept for uploads into a project.</summary>
    internal long KeptFor(int project)
    {
        lock (_gate) return _sums.GetValueOrDefault(project);
    }

    async ValueTask<Error?> GrowAsync(BlobPushContext push, string upload, long total, CancellationToken cancellation)
    {
        var bounds = await memory.FindAsync(push.Project.Id, cancellation);
        if (bounds.Limit < 0 || TryKeep(upload, push.Project.Id, total, bounds.Limit - bounds.Used)) return null;
        bounds = await memory.ReadAsync(push.Project.Id, cancellation);
        if (bounds.Limit < 0 || TryKeep(upload, push.Project.Id, total, bounds.Limit - bounds.Used)) return null;
        if (total <= await KnownAsync(push, cancellation) && TryKeep(upload, push.Project.Id, total, bounds.Limit)) return null;
        var refusal = ArtifactErrors.StorageLimit(total, bounds.Used, bounds.Limit);
        await facts.RefusedAsync(push.Caller, push.Project, push.Repository, refusal, cancellation);
        return refusal;
    }

    // the bytes that the upload may have without bringing the project anything new
    async Task<long> KnownAsync(BlobPushContext push, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var booked = db.ProjectBlobs.Where(p => p.ProjectId == push.Project.Id);
        if (push.Digest is { Text: var digest }) booked = booked.Where(p => db.Blobs.Any(b => b.Id == p.BlobId && b.Digest == digest));
        return await booked.MaxAsync(b => (long?)b.Size, cancellation) ?? -1;
    }

    bool TryKeep(string upload, int project, long total, long room)
    {
        lock (_gate)
        {
            // one that was dropped while it idled begins again
            if (!_kept.TryGetValue(upload, out var kept)) _kept[upload] = kept = new(project) { Running = true };
            total = Math.Max(total, kept.Bytes);
            var sum = _sums.GetValueOrDefault(project) + total - kept.Bytes;
            if (sum > room) return false;
            (_sums[project], kept.Bytes) = (sum, total);
            return true;
        }
    }

    void Close(string upload, bool goesOn)
    {
        lock (_gate)
        {
            if (!goesOn) Drop(upload);
            else if (_kept.TryGetValue(upload, out var kept)) (kept.Running, kept.At) = (false, time.GetTimestamp());
        }
    }

    void Drop(string upload)
    {
        if (!_kept.Remove(upload, out var kept)) return;
        if ((_sums[kept.Project] = _sums.GetValueOrDefault(kept.Project) - kept.Bytes) == 0) _sums.Remove(kept.Project);
    }

    void Sweep()
    {
        if (time.GetElapsedTime(_swept) < TimeSpan.FromMinutes(1) && _kept.Count < MaxKept) return;
        _swept = time.GetTimestamp();
        foreach (var (upload, _) in _kept.Where(k => !k.Value.Running && time.GetElapsedTime(k.Value.At) >= Idle).ToList()) Drop(upload);
    }

    sealed class Reservation(int project)
    {
        public int Project { get; } = project;
        public long Bytes { get; set; }
        public long At { get; set; }
        public bool Running { get; set; }
    }

    sealed class Room(UploadReservations all, BlobPushContext push, string upload) : UploadRoom
    {
        public override ValueTask<Error?> GrowAsync(long total, CancellationToken cancellation) => all.GrowAsync(push, upload, total, cancellation);

        public override void Close(bool goesOn) => all.Close(upload, goesOn);
    }
}
