using System.Buffers.Text;
using System.Text.Json;

namespace Portal.Registry.Client;

/// <summary>Reads when a token of somebody else runs out, for services that do not say so beside it. Nothing is trusted by it: the token is only renewed by it.</summary>
static class JwtTimes
{
    /// <summary>The <c>exp</c> of a JWT; null when the text is none or has none.</summary>
    public static DateTimeOffset? Expiry(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return payload.RootElement.ValueKind == JsonValueKind.Object && payload.RootElement.TryGetProperty("exp", out var exp) && exp.TryGetInt64(out var seconds)
                && seconds is > 0 and < 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            // an opaque token says nothing about its end
            return null;
        }
    }
}
