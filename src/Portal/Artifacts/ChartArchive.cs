using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Portal.Kernel;

namespace Portal.Artifacts;

/// <summary>
/// Reads one file out of a Helm chart's archive (gzip over tar, POSIX ustar headers). Nothing is written anywhere, names are only compared, and
/// compressed bytes, unpacked bytes, entries and the file itself are bounded.
/// </summary>
static class ChartArchive
{
    /// <summary>The largest archive as stored, in bytes.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>The most that is unpacked while looking, in bytes.</summary>
    public const int MaxUnpacked = 64 * 1024 * 1024;

    /// <summary>The most entries looked at.</summary>
    public const int MaxEntries = 10_000;

    /// <summary>The largest file handed out, in bytes.</summary>
    public const int MaxFile = 1024 * 1024;

    const int Block = 512;

    public static Error Unreadable { get; } = new("UNPROCESSABLE_ENTITY", "The chart's archive cannot be read: it is no gzip of a tar.", ErrorKind.Invalid);
    public static Error TooLarge { get; } = new("REQUEST_ENTITY_TOO_LARGE", $"The chart is beyond what is opened here: {MaxBytes} bytes packed, {MaxUnpacked} unpacked, {MaxEntries} entries, {MaxFile} for one file.", ErrorKind.TooLarge);

    /// <summary>The text of a file in the chart's own folder (<c>chart/name</c>, upper and lower case alike); null when it has none.</summary>
    public static async Task<Result<string?>> FindAsync(byte[] archive, string name, CancellationToken cancellation)
    {
        await using var tar = new GZipStream(new MemoryStream(archive, writable: false), CompressionMode.Decompress);
        var header = new byte[Block];
        var rest = (long)MaxUnpacked;
        try
        {
            for (var entry = 0; entry < MaxEntries; entry++)
            {
                if (await tar.ReadAtLeastAsync(header, Block, throwOnEndOfStream: false, cancellation) < Block || header[0] == 0) return (string?)null;
                if (SizeOf(header) is not { } size) return Unreadable;
                var padded = (size + Block - 1) / Block * Block;
                if ((rest -= Block + padded) < 0) return TooLarge;
                if (header[156] is (byte)'0' or 0 && IsFile(NameOf(header), name))
                {
                    if (size > MaxFile) return TooLarge;
                    var text = new byte[size];
                    await tar.ReadExactlyAsync(text, cancellation);
                    return Encoding.UTF8.GetString(text);
                }
                await SkipAsync(tar, padded, cancellation);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return Unreadable;
        }
        return TooLarge;
    }

    static async Task SkipAsync(Stream tar, long count, CancellationToken cancellation)
    {
        var buffer = new byte[(int)Math.Min(count, 64 * 1024)];
        for (; count > 0; count -= buffer.Length)
        {
            if (count < buffer.Length) buffer = new byte[(int)count];
            await tar.ReadExactlyAsync(buffer, cancellation);
        }
    }

    static bool IsFile(string path, string name)
    {
        if (path.StartsWith("./", StringComparison.Ordinal)) path = path[2..];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && path.AsSpan(slash + 1).Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    static string NameOf(ReadOnlySpan<byte> header)
    {
        var (name, prefix) = (Text(header[..100]), header[257..262].SequenceEqual("ustar"u8) && header[262] == 0 ? Text(header[345..500]) : "");
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    // octal digits, or from the first bit on a binary number
    static long? SizeOf(ReadOnlySpan<byte> header)
    {
        var field = header[124..136];
        if ((field[0] & 0x80) != 0) return BinaryPrimitives.ReadInt64BigEndian(field[4..]) is >= 0 and <= MaxUnpacked and var large ? large : null;
        var size = 0L;
        foreach (var digit in Text(field).Trim())
        {
            if (digit is < '0' or > '7') return null;
            size = size * 8 + (digit - '0');
        }
        return size;
    }
}
