using System.Text.Json;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Registry.Images;

/// <summary>Writes manifests and indexes in one fixed order of keys, so that the same input gives the same digest.</summary>
static class ManifestJson
{
    public static byte[] Object(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    public static byte[] Manifest(string mediaType, string? artifactType, Entry config, IEnumerable<Entry> layers, BuiltArtifact? subject,
        IReadOnlyDictionary<string, string> annotations) => Object(json =>
        {
            Head(json, mediaType, artifactType);
            json.WritePropertyName("config");
            Descriptor(json, config);
            json.WriteStartArray("layers");
            foreach (var layer in layers) Descriptor(json, layer);
            json.WriteEndArray();
            Tail(json, subject, annotations);
        });

    public static byte[] Index(string mediaType, IEnumerable<(BuiltArtifact Child, IReadOnlyDictionary<string, string> Annotations)> children,
        IReadOnlyDictionary<string, string> annotations) => Object(json =>
        {
            Head(json, mediaType, null);
            json.WriteStartArray("manifests");
            foreach (var (child, notes) in children)
                Descriptor(json, new(child.MediaType, child.Digest, child.Manifest.Length, notes, child.Platform, child.ArtifactType));
            json.WriteEndArray();
            Tail(json, null, annotations);
        });

    public static void Map(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> values)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in values.OrderBy(v => v.Key, StringComparer.Ordinal)) json.WriteString(key, value);
        json.WriteEndObject();
    }

    public static void List(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    static void Head(Utf8JsonWriter json, string mediaType, string? artifactType)
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", mediaType);
        if (artifactType is not null) json.WriteString("artifactType", artifactType);
    }

    static void Tail(Utf8JsonWriter json, BuiltArtifact? subject, IReadOnlyDictionary<string, string> annotations)
    {
        if (subject is not null)
        {
            json.WritePropertyName("subject");
            Descriptor(json, new(subject.MediaType, subject.Digest, subject.Manifest.Length));
        }
        if (annotations.Count > 0) Map(json, "annotations", annotations);
    }

    static void Descriptor(Utf8JsonWriter json, Entry entry)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", entry.MediaType);
        json.WriteString("digest", entry.Digest.Text);
        json.WriteNumber("size", entry.Size);
        if (entry.Platform is { } platform)
        {
            json.WriteStartObject("platform");
            json.WriteString("architecture", platform.Architecture);
            json.WriteString("os", platform.Os);
            if (platform.Variant is not null) json.WriteString("variant", platform.Variant);
            if (platform.OsVersion is not null) json.WriteString("os.version", platform.OsVersion);
            json.WriteEndObject();
        }
        if (entry.ArtifactType is not null) json.WriteString("artifactType", entry.ArtifactType);
        if (entry.Annotations is { Count: > 0 } annotations) Map(json, "annotations", annotations);
        json.WriteEndObject();
    }

    /// <summary>A descriptor to write.</summary>
    internal sealed record Entry(string MediaType, Digest Digest, long Size, IReadOnlyDictionary<string, string>? Annotations = null,
        Platform? Platform = null, string? ArtifactType = null)
    {
        public static Entry Of(BuiltBlob blob, IReadOnlyDictionary<string, string>? annotations = null) => new(blob.MediaType, blob.Digest, blob.Size, annotations);
    }
}
