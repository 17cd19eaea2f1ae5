using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Portal.Gateway.Tokens;

/// <summary>Writes a token as its client expects it. Sources: Docker token authentication; RFC 8693 section 2.2 for an exchange.</summary>
static class TokenAnswer
{
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
