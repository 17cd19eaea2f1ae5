using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Portal.Benchmarks;

/// <summary>A request ready to be sent.</summary>
/// <param name="HasBody">False for HEAD, whose answer names a length and sends nothing.</param>
readonly record struct RawRequest(byte[] Bytes, bool HasBody)
{
    public static RawRequest Of(string method, Uri server, string path, string? authorization, params ReadOnlySpan<string> headers)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{method} {path} HTTP/1.1\r\nHost: {server.Authority}\r\n");
        if (authorization is not null) text.Append(CultureInfo.InvariantCulture, $"Authorization: {authorization}\r\n");
        foreach (var header in headers) text.Append(header).Append("\r\n");
        return new(Encoding.ASCII.GetBytes(text.Append("\r\n").ToString()), method != "HEAD");
    }
}

/// <summary>
/// Sends prepared requests over a fixed number of connections, one at a time on each, and reads the answers as little as HTTP allows, so that the servers and not the client are measured.
/// Unlike wrk it can send each request exactly once, and HEAD.
/// </summary>
static class RawLoad
{
    const int Longest = 20_000_000;

    /// <summary>Sends requests picked by <paramref name="next"/> for a time.</summary>
    public static Task<(double, double, double?, long)> ForAsync(Uri server, int connections, double seconds, Func<int, RawRequest> next)
    {
        var clock = Stopwatch.StartNew();
        var count = -1;
        return RunAsync(server, connections, () => clock.Elapsed.TotalSeconds < seconds ? next(Interlocked.Increment(ref count)) : null);
    }

    /// <summary>Sends each request once.</summary>
    public static Task<(double, double, double?, long)> OnceAsync(Uri server, int connections, IReadOnlyList<RawRequest> requests)
    {
        var at = -1;
        return RunAsync(server, connections, () => Interlocked.Increment(ref at) is var i && i < requests.Count ? requests[i] : null);
    }

    static async Task<(double, double, double?, long)> RunAsync(Uri server, int connections, Func<RawRequest?> next)
    {
        var clock = Stopwatch.StartNew();
        var results = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => ConnectionAsync(server, clock, next))));
        var times = results.SelectMany(r => r.Times).Order().ToArray();
        return (times.Length, clock.Elapsed.TotalSeconds, times.Length == 0 ? null : times[(int)(times.Length * 0.99)], results.Sum(r => r.Errors));
    }

    static async Task<(List<float> Times, long Errors)> ConnectionAsync(Uri server, Stopwatch clock, Func<RawRequest?> next)
    {
        var times = new List<float>();
        var errors = 0L;
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        while (next() is { } request)
        {
            var started = clock.Elapsed;
            await socket.SendAsync(request.Bytes);
            if (await AnswerAsync(socket, buffer, request.HasBody)) times.Add((float)(clock.Elapsed - started).TotalMilliseconds);
            else errors++;
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return (times, errors);
    }

    // True for a 2xx answer. What follows the head is read and dropped.
    static async ValueTask<bool> AnswerAsync(Socket socket, byte[] buffer, bool hasBody)
    {
        var have = 0;
        int end;
        while ((end = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(have));
            if (read == 0) throw new IOException("The server closed the connection.");
            have += read;
        }
        var left = hasBody ? Length(buffer.AsSpan(0, end)) - (have - end - 4) : 0;
        while (left > 0)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)));
            if (read == 0) throw new IOException("The server closed the connection in the middle of an answer.");
            left -= read;
        }
        return buffer[9] == (byte)'2';
    }

    static long Length(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        var at = head.IndexOf(name);
        if (at < 0) at = head.IndexOf("\r\ncontent-length: "u8);
        if (at < 0) throw new IOException("The server sent no Content-Length: " + Encoding.ASCII.GetString(head[..Math.Min(head.Length, 200)]));
        var digits = head[(at + name.Length)..];
        var stop = digits.IndexOf((byte)'\r');
        var length = long.Parse(stop < 0 ? digits : digits[..stop], CultureInfo.InvariantCulture);
        return length <= Longest ? length : throw new IOException($"An answer of {length} bytes.");
    }
}
