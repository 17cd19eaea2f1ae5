using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Portal.Artifacts;
using Portal.Kernel;

namespace Portal.GarbageCollection;

/// <summary>The folder of a CNCF Distribution registry with the filesystem driver, in its documented layout.</summary>
public sealed class FileRegistryStore : IRegistryStore
{
    const string Aside = "portal-aside";
    const string Link = "link";

    readonly string _root;
    readonly string _base;

    public FileRegistryStore(IOptions<RegistryOptions> options) => (_root, _base) = (options.Value.RootDirectory, Path.Combine(options.Value.RootDirectory, "docker/registry/v2"));

    public string? Unreachable
    {
        get
        {
            if (_root.Length == 0) return $"{RegistryOptions.Section}:RootDirectory does not name the registry's folder.";
            // below it nothing need be: a registry to which nobody has pushed yet has stored nothing
            if (!Directory.Exists(_root)) return $"{_root} is not there.";
            try
            {
                Directory.CreateDirectory(Path.Combine(_base, Aside));
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return $"Portal may not write to {_base}: {e.Message}";
            }
        }
    }

    public ValueTask<long?> SizeAsync(Digest digest, CancellationToken cancellation)
    {
        var file = new FileInfo(Data(digest));
        return new(file.Exists ? file.Length : null);
    }

    public async IAsyncEnumerable<StoredContent> ContentAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var folder = Path.Combine(_base, "blobs/sha256", prefix);
        if (!Directory.Exists(folder)) yield break;
        foreach (var path in Directory.EnumerateDirectories(folder))
        {
            cancellation.ThrowIfCancellationRequested();
            var file = new FileInfo(Path.Combine(path, "data"));
            if (file.Exists && Digest.TryParse("sha256:" + Path.GetFileName(path), out var digest)) yield return new(digest, file.Length, file.LastWriteTimeUtc);
        }
    }

    public Task SetAsideAsync(Guid claim, IReadOnlyList<StoredPlace> places, CancellationToken cancellation)
    {
        foreach (var place in places)
        {
            cancellation.ThrowIfCancellationRequested();
            var folder = AsideOf(claim, place.Digest);
            Directory.CreateDirectory(folder);
            // where each thing was is written down first, so that it can be put back by whoever comes after a crash
            var paths = (string[])[Data(place.Digest), .. place.Repositories.SelectMany(r => Links(r, place.Digest))];
            File.WriteAllLines(Path.Combine(folder, "places"), paths.Select(p => Path.GetRelativePath(_base, p)));
            for (var i = 0; i < paths.Length; i++) Move(paths[i], Path.Combine(folder, i.ToString(CultureInfo.InvariantCulture)));
        }
        return Task.CompletedTask;
    }

    public Task DropAsync(Guid claim, IReadOnlyList<Digest> digests, CancellationToken cancellation)
    {
        foreach (var digest in digests)
            if (Directory.Exists(AsideOf(claim, digest))) Directory.Delete(AsideOf(claim, digest), true);
        RemoveEmpty(AsideOf(claim));
        return Task.CompletedTask;
    }

    public Task PutBackAsync(Guid claim, CancellationToken cancellation)
    {
        if (!Directory.Exists(AsideOf(claim))) return Task.CompletedTask;
        foreach (var folder in Directory.EnumerateDirectories(AsideOf(claim)).ToList())
        {
            var list = Path.Combine(folder, "places");
            var paths = File.Exists(list) ? File.ReadAllLines(list) : [];
            for (var i = 0; i < paths.Length; i++)
            {
                var to = Path.Combine(_base, paths[i]);
                if (!File.Exists(to)) Move(Path.Combine(folder, i.ToString(CultureInfo.InvariantCulture)), to);
            }
            Directory.Delete(folder, true);
        }
        RemoveEmpty(AsideOf(claim));
        return Task.CompletedTask;
    }

    public IReadOnlyList<Guid> Claims()
    {
        var folder = Path.Combine(_base, Aside);
        return Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(d => Guid.TryParse(Path.GetFileName(d), out var claim) ? claim : Guid.Empty).Where(c => c != Guid.Empty)] : [];
    }

    public Task<StoreLeftovers> CleanAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var root = Path.Combine(_base, "repositories");
        var (uploads, bytes, links) = (0, 0L, 0);
        var folders = new Stack<string>();
        if (Directory.Exists(root)) folders.Push(root);
        while (folders.TryPop(out var folder))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var below in Directory.EnumerateDirectories(folder))
            {
                switch (Path.GetFileName(below))
                {
                    case "_uploads":
                        foreach (var upload in Directory.EnumerateDirectories(below).Where(u => LastChange(u) < before).ToList())
                            if (Remove(upload) is { } freed) (uploads, bytes) = (uploads + 1, bytes + freed);
                        break;
                    case "_manifests":
                        links += CleanRevisions(Path.Combine(below, "revisions/sha256"), before);
                        break;
                    case "_layers":
                        break;
                    default:
                        folders.Push(below);
                        break;
                }
            }
        }
        return Task.FromResult(new StoreLeftovers(uploads, bytes, links));
    }

    // the registry's own collector stumbles over a manifest that is listed and not there
    int CleanRevisions(string folder, DateTimeOffset before)
    {
        if (!Directory.Exists(folder)) return 0;
        var count = 0;
        foreach (var revision in Directory.EnumerateDirectories(folder))
        {
            if (!Digest.TryParse("sha256:" + Path.GetFileName(revision), out var digest)) continue;
            var link = new FileInfo(Path.Combine(revision, Link));
            if (!link.Exists || link.LastWriteTimeUtc >= before.UtcDateTime || File.Exists(Data(digest))) continue;
            link.Delete();
            count++;
        }
        return count;
    }

    // an upload that ends meanwhile takes its folder along
    static DateTimeOffset LastChange(string upload)
    {
        try
        {
            return new DirectoryInfo(upload).EnumerateFiles("*", SearchOption.AllDirectories).Select(f => f.LastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(upload)).Max();
        }
        catch (DirectoryNotFoundException)
        {
            return DateTimeOffset.MaxValue;
        }
    }

    static long? Remove(string upload)
    {
        try
        {
            var bytes = new DirectoryInfo(upload).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
            Directory.Delete(upload, true);
            return bytes;
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            return null;
        }
    }

    string Data(Digest digest) => Path.Combine(_base, "blobs/sha256", digest.Hex[..2], digest.Hex, "data");

    IEnumerable<string> Links(string repository, Digest digest)
    {
        var folder = Path.Combine(_base, "repositories", repository);
        yield return Path.Combine(folder, "_manifests/revisions/sha256", digest.Hex, Link);
        yield return Path.Combine(folder, "_layers/sha256", digest.Hex, Link);
    }

    string AsideOf(Guid claim) => Path.Combine(_base, Aside, claim.ToString("N"));

    string AsideOf(Guid claim, Digest digest) => Path.Combine(AsideOf(claim), digest.Hex);

    static void Move(string from, string to)
    {
        if (!File.Exists(from)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        try
        {
            File.Move(from, to);
        }
        catch (FileNotFoundException)
        {
            // somebody else who cleans up moved it this moment
        }
    }

    static void RemoveEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
