using System.Text.Json;

namespace Portal.Access.Federation;

/// <summary>The keys that an issuer signs with. Keys that are not for signatures, too weak, broken or secret are left out. Source: RFC 7517 section 5.</summary>
public sealed class JsonWebKeySet
{
    /// <summary>The most keys that are looked at.</summary>
    public const int MaxKeys = 100;

    // a key id should name one key; a few of the same name still cost little
    const int MaxOfOneName = 4;

    readonly IReadOnlyList<JsonWebKey> _keys;

    JsonWebKeySet(IReadOnlyList<JsonWebKey> keys) => _keys = keys;

    /// <summary>How many keys can be used.</summary>
    public int Count => _keys.Count;

    /// <summary>Reads a key set; null when it is not one.</summary>
    public static JsonWebKeySet? Read(byte[] utf8)
    {
        if (Jwt.Parse(utf8, 8) is not { } root || !root.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() > MaxKeys) return null;
        return new([.. keys.EnumerateArray().Where(k => k.ValueKind == JsonValueKind.Object).Select(JsonWebKey.Read).OfType<JsonWebKey>()]);
    }

    /// <summary>Keys for a token: those of its key id that can do its algorithm, or without a key id the only one that can.</summary>
    internal IReadOnlyList<JsonWebKey> Find(string? keyId, JwtAlgorithm algorithm)
    {
        var able = _keys.Where(k => k.Can(algorithm)).ToList();
        if (keyId is null) return able.Count == 1 ? able : [];
        return [.. able.Where(k => k.Id == keyId).Take(MaxOfOneName)];
    }
}
