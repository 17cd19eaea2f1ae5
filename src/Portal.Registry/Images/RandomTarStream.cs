using System.Buffers.Binary;
using System.Text;

namespace Portal.Registry.Images;

/// <summary>
/// A plain tar archive with one file of pseudo-random bytes, computed while it is read: a layer of any size in no memory. The bytes
/// follow from the seed and the position alone, so it can be read again and from anywhere.
/// </summary>
sealed class RandomTarStream : Stream
{
    const int Block = 512;

    readonly byte[] _header;
    readonly long _fileBytes;
    readonly ulong _seed;
    readonly long _length;
    long _position;

    public RandomTarStream(string path, long bytes, int seed, DateTimeOffset time)
    {
        // eleven octal digits is what a tar header holds
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, 0x1_FFFF_FFFFL);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _header = Header(path, bytes, time);
        (_fileBytes, _seed) = (bytes, (ulong)seed);
        _length = Block + (bytes + Block - 1) / Block * Block + 2 * Block;
    }

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Clamp(_length - _position, 0, buffer.Length);
        var into = buffer[..count];
        while (into.Length > 0)
        {
            int done;
            if (_position < Block)
            {
                done = Math.Min(into.Length, (int)(Block - _position));
                _header.AsSpan((int)_position, done).CopyTo(into);
            }
            else if (_position < Block + _fileBytes)
            {
                done = (int)Math.Min(into.Length, Block + _fileBytes - _position);
                Fill(into[..done], _position - Block);
            }
            else
            {
                done = into.Length;
                into.Clear();
            }
            _position += done;
            into = into[done..];
        }
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => _length + offset,
    };

    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    void Fill(Span<byte> into, long at)
    {
        Span<byte> word = stackalloc byte[8];
        while (into.Length > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Mix(_seed * 0x9E3779B97F4A7C15UL + (ulong)(at / 8)));
            var skip = (int)(at % 8);
            var done = Math.Min(8 - skip, into.Length);
            word.Slice(skip, done).CopyTo(into);
            into = into[done..];
            at += done;
        }
    }

    // splitmix64: each word follows from its index
    static ulong Mix(ulong x)
    {
        x = (x + 1) * 0x9E3779B97F4A7C15UL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }

    static byte[] Header(string path, long bytes, DateTimeOffset time)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(path.Length, 99);
        var header = new byte[Block];
        void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
        string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0');
        Put(0, path);
        Put(100, "0000644\0");
        Put(108, "0000000\0");
        Put(116, "0000000\0");
        Put(124, Octal(bytes, 11) + "\0");
        Put(136, Octal(Math.Max(0, time.ToUnixTimeSeconds()), 11) + "\0");
        Put(148, "        ");
        Put(156, "0");
        Put(257, "ustar\0" + "00");
        Put(148, Octal(header.Sum(b => b), 6) + "\0 ");
        return header;
    }
}
