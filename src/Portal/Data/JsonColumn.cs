using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Data;

static class JsonColumn
{
    public const string Annotation = "Portal:Json";

    /// <summary>Marks text that is JSON: <c>jsonb</c> on PostgreSQL, <c>nvarchar(max)</c> on SQL Server.</summary>
    public static PropertyBuilder<T> HasJson<T>(this PropertyBuilder<T> property)
    {
        property.HasAnnotation(Annotation, true);
        return property;
    }
}
