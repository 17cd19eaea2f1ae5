using System.Text.Json;
using Portal.Kernel;

namespace Portal.Registry.Manifests;

/// <summary>
/// Reads typed values out of a manifest's JSON and keeps the first thing that is wrong; every method gives a harmless value behind
/// that, so callers check <see cref="Refusal"/> once at the end.
/// </summary>
sealed class DocumentReader
{
    // descriptors of 64 TiB each, ten thousand of them, still add up inside a long
    const long MaxSize = 1L << 46;
    const int MaxText = 255;

    static readonly string[] DescriptorKeys = ["mediaType", "digest", "size", "annotations", "platform", "artifactType", "urls", "data"];
    static readonly string[] PlatformKeys = ["os", "architecture", "variant", "os.version"];

    /// <summary>What is wrong, or null.</summary>
    public string? Refusal { get; private set; }

    public void Refuse(string message) => Refusal ??= message;

    /// <summary>
    /// Refuses a key that equals a known one but for its case. Registries and clients in Go match keys without case (and fold
    /// U+017F to s, U+212A to k), so such a document means one thing here and another there.
    /// </summary>
    public void RefuseLookalikes(JsonElement element, string at, ReadOnlySpan<string> known)
    {
        foreach (var property in element.EnumerateObject())
        {
            var name = Name(property, at);
            var folded = name.Replace('\u017f', 's').Replace('\u212a', 'k');
            foreach (var key in known)
                if (name != key && folded.Equals(key, StringComparison.OrdinalIgnoreCase))
                    Refuse($"{at} holds the key '{name}', which other readers take for '{key}'.");
        }
    }

    public string Text(JsonElement element, string at, int max = MaxText)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            Refuse($"{at} must be text.");
            return "";
        }
        try
        {
            var text = element.GetString()!;
            if (text.Length <= max) return text;
            Refuse($"{at} has {text.Length} characters; at most {max} are allowed.");
        }
        catch (InvalidOperationException)
        {
            Refuse($"{at} holds half of a surrogate pair.");
        }
        return "";
    }

    public string? OptionalText(JsonElement owner, string name, string at) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null && Text(value, $"{at}{name}") is { Length: > 0 } text ? text : null;

    public IReadOnlyDictionary<string, string> Annotations(JsonElement owner, string at)
    {
        if (!owner.TryGetProperty("annotations", out var value) || value.ValueKind == JsonValueKind.Null) return Descriptor.NoAnnotations;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Refuse($"{at}annotations must be an object.");
            return Descriptor.NoAnnotations;
        }
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            var name = Name(property, $"{at}annotations");
            result[name] = Text(property.Value, $"{at}annotations.{name}", int.MaxValue);
        }
        return result;
    }

    public Descriptor? OptionalDescriptor(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? ReadDescriptor(value, name) : null;

    public IReadOnlyList<Descriptor> Descriptors(JsonElement owner, string name, int max)
    {
        if (!owner.TryGetProperty(name, out var value))
        {
            Refuse($"{name} is missing.");
            return [];
        }
        // writers in Go put null for an empty list
        if (value.ValueKind == JsonValueKind.Null) return [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            Refuse($"{name} must be a list.");
            return [];
        }
        if (value.GetArrayLength() > max)
        {
            Refuse($"{name} has {value.GetArrayLength()} entries; at most {max} are allowed.");
            return [];
        }
        var result = new List<Descriptor>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
            result.Add(ReadDescriptor(item, $"{name}[{result.Count}]"));
        return result;
    }

    public Descriptor ReadDescriptor(JsonElement element, string at)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            Refuse($"{at} must be an object.");
            return new("", default, 0);
        }
        RefuseLookalikes(element, at, DescriptorKeys);
        var mediaType = element.TryGetProperty("mediaType", out var m) ? Text(m, $"{at}.mediaType") : "";
        if (mediaType.Length == 0) Refuse($"{at}.mediaType is missing.");
        var text = element.TryGetProperty("digest", out var d) ? Text(d, $"{at}.digest") : "";
        if (!Digest.TryParse(text, out var digest)) Refuse($"{at}.digest '{text}' is not a sha256 or sha512 digest.");
        var size = 0L;
        if (!element.TryGetProperty("size", out var s) || s.ValueKind != JsonValueKind.Number || !s.TryGetInt64(out size) || size is < 0 or > MaxSize)
            Refuse($"{at}.size must be a whole number of bytes from 0 to {MaxSize}.");
        return new(mediaType, digest, size)
        {
            Annotations = Annotations(element, at + "."),
            ArtifactType = OptionalText(element, "artifactType", at + "."),
            Platform = ReadPlatform(element, at),
            Urls = Urls(element, at),
            Data = Data(element, at, digest, size),
        };
    }

    Platform? ReadPlatform(JsonElement owner, string at)
    {
        if (!owner.TryGetProperty("platform", out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Refuse($"{at}.platform must be an object.");
            return null;
        }
        var name = at + ".platform";
        RefuseLookalikes(value, name, PlatformKeys);
        name += ".";
        return new(OptionalText(value, "os", name) ?? "", OptionalText(value, "architecture", name) ?? "",
            OptionalText(value, "variant", name), OptionalText(value, "os.version", name));
    }

    IReadOnlyList<string> Urls(JsonElement owner, string at)
    {
        if (!owner.TryGetProperty("urls", out var value) || value.ValueKind == JsonValueKind.Null) return [];
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= 32) return [.. value.EnumerateArray().Select(u => Text(u, $"{at}.urls", 4096))];
        Refuse($"{at}.urls must be a list of at most 32 addresses.");
        return [];
    }

    byte[]? Data(JsonElement owner, string at, Digest digest, long size)
    {
        if (!owner.TryGetProperty("data", out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.String || !value.TryGetBytesFromBase64(out var data))
        {
            Refuse($"{at}.data is not base64.");
            return null;
        }
        if (data.Length != size || digest.OfSameAlgorithm(data) != digest) Refuse($"{at}.data does not match its digest and size.");
        return data;
    }

    string Name(JsonProperty property, string at)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            Refuse($"{at} holds a key with half of a surrogate pair.");
            return "";
        }
    }
}
