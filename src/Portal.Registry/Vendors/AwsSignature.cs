using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Registry.Vendors;

/// <summary>Keys of an AWS account.</summary>
/// <param name="Id">Access key id.</param>
/// <param name="Secret">Secret access key.</param>
/// <param name="SessionToken">With temporary keys; else null.</param>
public sealed record AwsKeys(string Id, string Secret, string? SessionToken = null)
{
    /// <summary>The secrets stay out of logs.</summary>
    public override string ToString() => $"{Id}:***";
}

/// <summary>
/// Signs requests for AWS, Signature Version 4. Source: AWS General Reference, "Create a signed AWS API request"; tested with its published vectors.
/// </summary>
public static class AwsSignature
{
    const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The canonical form of a request: what both sides hash.</summary>
    /// <param name="method">In upper case.</param>
    /// <param name="address">Path and query are taken from it.</param>
    /// <param name="headers">The signed ones, host among them; names in any case.</param>
    /// <param name="body">The whole body.</param>
    public static string Canonical(string method, Uri address, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> body)
    {
        var sorted = Sorted(headers);
        var query = address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Split('=', 2)).Select(p => $"{Encode(Uri.UnescapeDataString(p[0]))}={Encode(p.Length > 1 ? Uri.UnescapeDataString(p[1]) : "")}").Order(StringComparer.Ordinal);
        var path = string.Join('/', address.AbsolutePath.Split('/').Select(s => Encode(s)));
        return string.Join('\n', method, path, string.Join('&', query), string.Concat(sorted.Select(h => $"{h.Key}:{h.Value}\n")),
            string.Join(';', sorted.Select(h => h.Key)), Convert.ToHexStringLower(SHA256.HashData(body)));
    }

    /// <summary>The key that a day, region and service are signed with.</summary>
    public static byte[] SigningKey(string secret, DateTimeOffset time, string region, string service)
    {
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secret), Encoding.ASCII.GetBytes(Stamp(time)[..8]));
        foreach (var part in (string[])[region, service, "aws4_request"]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return key;
    }

    /// <summary>The <c>Authorization</c> header for a canonical request.</summary>
    public static string Authorization(string canonical, string signedHeaders, AwsKeys keys, DateTimeOffset time, string region, string service)
    {
        var scope = $"{Stamp(time)[..8]}/{region}/{service}/aws4_request";
        var text = string.Join('\n', Algorithm, Stamp(time), scope, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(SigningKey(keys.Secret, time, region, service), Encoding.UTF8.GetBytes(text)));
        return $"{Algorithm} Credential={keys.Id}/{scope}, SignedHeaders={signedHeaders}, Signature={signature}";
    }

    /// <summary>Signs a request with all headers it has, host, date and session token added.</summary>
    /// <param name="request">Gets <c>X-Amz-Date</c>, <c>X-Amz-Security-Token</c> and <c>Authorization</c>.</param>
    /// <param name="body">Its whole body.</param>
    /// <param name="keys">Whose signature.</param>
    /// <param name="time">Now; AWS refuses more than 15 minutes of difference.</param>
    /// <param name="region">Such as <c>eu-central-1</c>.</param>
    /// <param name="service">Such as <c>ecr</c>.</param>
    public static void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, AwsKeys keys, DateTimeOffset time, string region, string service)
    {
        request.Headers.TryAddWithoutValidation("X-Amz-Date", Stamp(time));
        if (keys.SessionToken is { } session) request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", session);
        var address = request.RequestUri!;
        var headers = new List<KeyValuePair<string, string>> { new("host", address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port}") };
        headers.AddRange(request.Headers.NonValidated.Where(h => h.Key.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase)).Select(h => KeyValuePair.Create(h.Key, h.Value.ToString())));
        if (request.Content?.Headers.ContentType is { } type) headers.Add(new("content-type", type.ToString()));
        request.Headers.TryAddWithoutValidation("Authorization", Authorization(Canonical(request.Method.Method, address, headers, body),
            string.Join(';', Sorted(headers).Select(h => h.Key)), keys, time, region, service));
    }

    /// <summary>A time as signatures write it.</summary>
    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    static List<KeyValuePair<string, string>> Sorted(IEnumerable<KeyValuePair<string, string>> headers) =>
        [.. headers.Select(h => KeyValuePair.Create(h.Key.ToLowerInvariant(), string.Join(' ', h.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)))).OrderBy(h => h.Key, StringComparer.Ordinal)];

    // unreserved characters of RFC 3986 stay
    static string Encode(string text) => Uri.EscapeDataString(text);
}
