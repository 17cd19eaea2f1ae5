using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Kernel;

namespace Portal.Registry;

/// <summary>One error code of the registry protocol.</summary>
/// <param name="Code">Upper-case code on the wire.</param>
/// <param name="Message">Default sentence.</param>
/// <param name="Status">Default HTTP status.</param>
/// <param name="Kind">The family it belongs to inside Portal.</param>
public sealed record OciErrorCode(string Code, string Message, int Status, ErrorKind Kind)
{
    /// <summary>A refusal with this code; the default sentence when no better one is given.</summary>
    public Error Because(string? message = null) => new(Code, message ?? Message, Kind);

    /// <summary>The JSON body <c>{"errors":[…]}</c> with this code alone.</summary>
    /// <param name="message">A better sentence, or null for the default.</param>
    /// <param name="detail">Any JSON for <c>detail</c>; null leaves it out.</param>
    public byte[] Body(string? message = null, JsonNode? detail = null) => OciErrors.Body([new(Code, message ?? Message, detail)]);
}

/// <summary>One entry of an error body.</summary>
/// <param name="Code">Code as received; <c>UNKNOWN</c> when there was none.</param>
/// <param name="Message">Sentence as received; may be empty.</param>
/// <param name="Detail">Anything else; null when absent.</param>
public sealed record OciErrorEntry(string Code, string Message, JsonNode? Detail = null);

/// <summary>
/// The errors of <c>/v2</c>: code, sentence and status in one place. Source: OCI distribution specification 1.1 ("Error codes") and
/// the codes that CNCF Distribution adds.
/// </summary>
public static class OciErrors
{
    /// <summary>The largest error body that is read, in bytes.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>A blob is missing from the repository.</summary>
    public static readonly OciErrorCode BlobUnknown = new("BLOB_UNKNOWN", "The blob is not known to this repository.", 404, ErrorKind.NotFound);
    /// <summary>An upload went wrong and cannot go on.</summary>
    public static readonly OciErrorCode BlobUploadInvalid = new("BLOB_UPLOAD_INVALID", "The blob upload is invalid and cannot be continued.", 404, ErrorKind.Invalid);
    /// <summary>No such upload.</summary>
    public static readonly OciErrorCode BlobUploadUnknown = new("BLOB_UPLOAD_UNKNOWN", "The blob upload is not known to this repository.", 404, ErrorKind.NotFound);
    /// <summary>A digest is malformed or does not match the content.</summary>
    public static readonly OciErrorCode DigestInvalid = new("DIGEST_INVALID", "The digest is malformed or does not match the content.", 400, ErrorKind.Invalid);
    /// <summary>A manifest names content that the repository does not hold.</summary>
    public static readonly OciErrorCode ManifestBlobUnknown = new("MANIFEST_BLOB_UNKNOWN", "The manifest names a blob or manifest that this repository does not hold.", 400, ErrorKind.Invalid);
    /// <summary>A manifest breaks a rule.</summary>
    public static readonly OciErrorCode ManifestInvalid = new("MANIFEST_INVALID", "The manifest is invalid.", 400, ErrorKind.Invalid);
    /// <summary>No such manifest.</summary>
    public static readonly OciErrorCode ManifestUnknown = new("MANIFEST_UNKNOWN", "The manifest is not known to this repository.", 404, ErrorKind.NotFound);
    /// <summary>A manifest's signature did not hold.</summary>
    public static readonly OciErrorCode ManifestUnverified = new("MANIFEST_UNVERIFIED", "The manifest failed verification.", 400, ErrorKind.Invalid);
    /// <summary>A repository name breaks the grammar.</summary>
    public static readonly OciErrorCode NameInvalid = new("NAME_INVALID", "The repository name is invalid.", 400, ErrorKind.Invalid);
    /// <summary>No such repository.</summary>
    public static readonly OciErrorCode NameUnknown = new("NAME_UNKNOWN", "The repository is not known to this registry.", 404, ErrorKind.NotFound);
    /// <summary>A length does not match the content.</summary>
    public static readonly OciErrorCode SizeInvalid = new("SIZE_INVALID", "The length given does not match the content.", 400, ErrorKind.Invalid);
    /// <summary>Larger than a bound.</summary>
    public static readonly OciErrorCode TooLarge = new("SIZE_INVALID", "The content is larger than this registry takes.", 413, ErrorKind.TooLarge);
    /// <summary>A tag breaks the grammar.</summary>
    public static readonly OciErrorCode TagInvalid = new("TAG_INVALID", "The tag is invalid: a letter, digit or '_', then up to 127 of those, '.' and '-'.", 400, ErrorKind.Invalid);
    /// <summary>A range cannot be served.</summary>
    public static readonly OciErrorCode RangeInvalid = new("RANGE_INVALID", "The content range is invalid.", 416, ErrorKind.Invalid);
    /// <summary>A page size is out of bounds.</summary>
    public static readonly OciErrorCode PaginationNumberInvalid = new("PAGINATION_NUMBER_INVALID", "The number of results asked for is invalid.", 400, ErrorKind.Invalid);
    /// <summary>Credentials are missing or wrong.</summary>
    public static readonly OciErrorCode Unauthorized = new("UNAUTHORIZED", "Authentication is required.", 401, ErrorKind.Unauthenticated);
    /// <summary>The caller may not.</summary>
    public static readonly OciErrorCode Denied = new("DENIED", "The requested access to the resource is denied.", 403, ErrorKind.Forbidden);
    /// <summary>The operation is not offered.</summary>
    public static readonly OciErrorCode Unsupported = new("UNSUPPORTED", "The operation is not supported.", 405, ErrorKind.Precondition);
    /// <summary>A rule of the registry keeps something as it is. Not in the specification; the Harbor registry answers so, and clients show the sentence.</summary>
    public static readonly OciErrorCode Precondition = new("PRECONDITION", "A rule of the registry does not allow this.", 412, ErrorKind.Precondition);
    /// <summary>Too many requests.</summary>
    public static readonly OciErrorCode TooManyRequests = new("TOOMANYREQUESTS", "Too many requests; try again later.", 429, ErrorKind.TooMany);
    /// <summary>The service is away.</summary>
    public static readonly OciErrorCode Unavailable = new("UNAVAILABLE", "The registry is not available; try again later.", 503, ErrorKind.Unavailable);
    /// <summary>A bug.</summary>
    public static readonly OciErrorCode Unknown = new("UNKNOWN", "The registry met an unexpected error.", 500, ErrorKind.Unavailable);

    /// <summary>All of the above.</summary>
    public static IReadOnlyList<OciErrorCode> All { get; } =
    [
        BlobUnknown, BlobUploadInvalid, BlobUploadUnknown, DigestInvalid, ManifestBlobUnknown, ManifestInvalid, ManifestUnknown,
        ManifestUnverified, NameInvalid, NameUnknown, SizeInvalid, TooLarge, TagInvalid, RangeInvalid, PaginationNumberInvalid,
        Unauthorized, Denied, Unsupported, Precondition, TooManyRequests, Unavailable, Unknown,
    ];

    static readonly FrozenDictionary<string, OciErrorCode> ByCode = All.Where(c => c != TooLarge).ToFrozenDictionary(c => c.Code);

    /// <summary>How a refusal from inside Portal answers on <c>/v2</c>: by its code when the protocol knows it, else by its kind.</summary>
    public static OciErrorCode For(Error error) => error.Kind == ErrorKind.TooLarge ? TooLarge
        : ByCode.TryGetValue(error.Code, out var known) ? known
        : error.Kind switch
        {
            ErrorKind.Unauthenticated => Unauthorized,
            ErrorKind.Forbidden or ErrorKind.Denied or ErrorKind.Conflict or ErrorKind.Precondition => Denied,
            ErrorKind.NotFound => NameUnknown,
            ErrorKind.TooMany => TooManyRequests,
            ErrorKind.Unavailable => Unavailable,
            _ => ManifestInvalid,
        };

    /// <summary>The JSON body <c>{"errors":[{"code","message","detail"}]}</c>.</summary>
    public static byte[] Body(IEnumerable<OciErrorEntry> errors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("errors");
            foreach (var error in errors)
            {
                json.WriteStartObject();
                json.WriteString("code", error.Code);
                json.WriteString("message", error.Message);
                if (error.Detail is not null)
                {
                    json.WritePropertyName("detail");
                    error.Detail.WriteTo(json);
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>
    /// Reads an error body of any registry. Text, HTML, XML and shapes of others give an empty list or entries with code
    /// <c>UNKNOWN</c> (Artifactory sends a numeric <c>status</c> instead of a code), never an exception.
    /// </summary>
    public static IReadOnlyList<OciErrorEntry> Read(ReadOnlySpan<byte> body)
    {
        if (body.Length is 0 or > MaxBodyBytes) return [];
        try
        {
            var errors = JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = 32 }) is JsonObject root ? root["errors"] as JsonArray : null;
            return errors is null ? [] : [.. errors.OfType<JsonObject>().Take(32).Select(Entry)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // not JSON, text that is no UTF-8, or a key given twice: not the envelope, so there is nothing to read
            return [];
        }
    }

    static OciErrorEntry Entry(JsonObject entry) => new(
        Text(entry["code"]) is { Length: > 0 } code ? code : Unknown.Code, Text(entry["message"]) ?? "", entry["detail"]?.DeepClone());

    static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
