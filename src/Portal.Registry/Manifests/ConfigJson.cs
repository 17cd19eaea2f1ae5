using System.Text.Json;
using System.Text.Unicode;
using Portal.Kernel;

namespace Portal.Registry.Manifests;

/// <summary>Opens a config's JSON within the bounds that all configs share.</summary>
static class ConfigJson
{
    public static Result<T> Read<T>(ReadOnlyMemory<byte> bytes, Func<JsonElement, T> read)
    {
        if (bytes.Length > ImageConfig.MaxBytes)
            return OciErrors.TooLarge.Because($"The config has {bytes.Length} bytes; at most {ImageConfig.MaxBytes} are read.");
        if (!Utf8.IsValid(bytes.Span)) return Error.Invalid("config", "The config is not UTF-8.");
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
            return json.RootElement.ValueKind == JsonValueKind.Object ? read(json.RootElement) : Error.Invalid("config", "A config is a JSON object.");
        }
        catch (JsonException e)
        {
            return Error.Invalid("config", $"The config is not JSON: {e.Message}");
        }
    }
}
