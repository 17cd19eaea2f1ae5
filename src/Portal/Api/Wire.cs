using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Portal.Api;

/// <summary>
/// Marks a shape of <c>/api/v2.0</c>: names in snake_case, zero values left out unless <see cref="AlwaysAttribute"/> says otherwise,
/// times in UTC with milliseconds. Source: Harbor v2.0 API, "JSON habits".
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WireAttribute : Attribute;

/// <summary>Written even when zero.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AlwaysAttribute : Attribute;

/// <summary>Teaches a serializer the habits of <see cref="WireAttribute"/>; other types keep theirs.</summary>
static class WireJson
{
    public static JsonSerializerOptions Options { get; } = Configure(new(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(Shape);
        return options;
    }

    static void Shape(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || !type.Type.IsDefined(typeof(WireAttribute), false)) return;
        foreach (var property in type.Properties)
        {
            var member = property.AttributeProvider as MemberInfo;
            if (member?.GetCustomAttribute<JsonPropertyNameAttribute>() is null) property.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            if (property.PropertyType == typeof(DateTimeOffset)) property.CustomConverter = new WireTime();
            if (member?.IsDefined(typeof(AlwaysAttribute)) != true) property.ShouldSerialize = (_, value) => Says(value);
        }
    }

    // A nullable value that is set says something even when it is zero; the type of a boxed one no longer tells, so such properties are [Always] on their own terms.
    static bool Says(object? value) => value switch
    {
        null or "" or false or 0 or 0L => false,
        ICollection { Count: 0 } => false,
        _ => true,
    };

    sealed class WireTime : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Text(value));
    }

    /// <summary>A time as the API writes it; an unset one is year 1.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
