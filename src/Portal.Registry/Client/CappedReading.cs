using Portal.Kernel;

namespace Portal.Registry.Client;

static class CappedReading
{
    /// <summary>Reads a whole body, or refuses as soon as it is larger than the bound.</summary>
    public static async Task<Result<byte[]>> ReadCappedAsync(this HttpResponseMessage response, long max, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength is { } length && length > max) return TooLarge(max);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        return await body.ReadCappedAsync(max, ct);
    }

    /// <summary>Reads a stream to its end, or refuses as soon as it is larger than the bound.</summary>
    public static async Task<Result<byte[]>> ReadCappedAsync(this Stream body, long max, CancellationToken ct)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await body.ReadAsync(buffer, ct);
            if (read == 0) return kept.ToArray();
            if (kept.Length + read > max) return TooLarge(max);
            kept.Write(buffer, 0, read);
        }
    }

    static Error TooLarge(long max) => OciErrors.TooLarge.Because($"The registry sent more than the {max} bytes that are read here.");
}
