using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portal.Kernel;
using Portal.Registry;

namespace Portal.Gateway.Tokens;

/// <summary>Writes a token as its client expects it. Sources: Docker token authentication; RFC 8693 section 2.2 for an exchange.</summary>
static class TokenAnswer
{
    /// <summary>A refusal in both tongues that clients of a token service speak: the registry protocol's list, and the fields of RFC 6749 section 5.2.</summary>
    public static byte[] Refusal(OciErrorCode code, Error error)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("errors");
            json.WriteStartObject();
            // there is no manifest here that could be invalid
            json.WriteString("code", error.Kind == ErrorKind.Invalid ? OciErrors.Unsupported.Code : code.Code);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("error", error switch
            {
                { Kind: ErrorKind.Unauthenticated } => "invalid_grant",
                { Kind: ErrorKind.TooMany } => "slow_down",
                { Kind: ErrorKind.Unavailable } => "temporarily_unavailable",
                { Field: "grant_type" } => "unsupported_grant_type",
                { Field: "scope" } => "invalid_scope",
                _ => "invalid_request",
            });
            json.WriteString("error_description", error.Message);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    public static async Task WriteAsync(HttpContext http, IssuedToken issued, bool exchanged)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("token", issued.Text);
            json.WriteString("access_token", issued.Text);
            if (exchanged)
            {
                json.WriteString("issued_token_type", "urn:ietf:params:oauth:token-type:access_token");
                json.WriteString("token_type", "Bearer");
            }
            json.WriteNumber("expires_in", issued.LifetimeSeconds);
            json.WriteString("issued_at", issued.IssuedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("scope", string.Join(' ', issued.Access.Select(g => $"{g.Type}:{g.Name}:{string.Join(',', g.Words())}")));
            json.WriteEndObject();
        }
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.Length;
        await http.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), http.RequestAborted);
    }
}
