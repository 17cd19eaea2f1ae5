using System.Formats.Tar;
using System.IO.Compression;

namespace Portal.Registry.Images;

/// <summary>Makes tar archives whose bytes depend on nothing but the entries and the time given.</summary>
static class TarGzip
{
    const UnixFileMode DirectoryMode = (UnixFileMode)0b111_101_101;
    const UnixFileMode FileMode = (UnixFileMode)0b110_100_100;
    const UnixFileMode ProgramMode = (UnixFileMode)0b111_101_101;

    public static byte[] Tar(IEnumerable<KeyValuePair<string, byte[]>> files, DateTimeOffset time, bool withParents)
    {
        using var buffer = new MemoryStream();
        // ustar, because a pax header's name holds the id of the process that wrote it
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            var made = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (path, content) in files)
            {
                var name = path.TrimStart('/');
                if (withParents)
                    for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0 && slash < name.Length - 1; slash = name.IndexOf('/', slash + 1))
                        if (made.Add(name[..(slash + 1)]))
                            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, name[..(slash + 1)]) { Mode = DirectoryMode, ModificationTime = time });
                if (name.EndsWith('/'))
                {
                    if (made.Add(name)) tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, name) { Mode = DirectoryMode, ModificationTime = time });
                    continue;
                }
                var mode = name.Contains("bin/", StringComparison.Ordinal) ? ProgramMode : FileMode;
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { Mode = mode, ModificationTime = time, DataStream = new MemoryStream(content, false) });
            }
        }
        return buffer.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal)) gzip.Write(content);
        return buffer.ToArray();
    }
}
