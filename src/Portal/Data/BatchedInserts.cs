using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Portal.Data;

/// <summary>
/// Writes the new entities of a context as statements of a batch, so that they go out together with whatever else it holds. Saving them would take a round trip of its own for every
/// key that the database makes: here a row that was just inserted is found again by a key of its own instead.
/// </summary>
static class BatchedInserts
{
    /// <summary>
    /// Adds an insert for every entity that the context is to add, and lets go of them: their keys are not read back. Those that name another new one must name <paramref name="parent"/>,
    /// whose row is found by the values of <paramref name="key"/>, which must be unique.
    /// </summary>
    public static void AddInserts(this DbBatch batch, PortalDbContext db, object parent, params ReadOnlySpan<string> key)
    {
        db.ChangeTracker.DetectChanges();
        var owner = db.Entry(parent);
        var found = new ParentKey(owner, [.. key.ToArray().Select(k => owner.Metadata.FindProperty(k)!)]);
        Write(batch, owner, found);
        foreach (var entry in db.ChangeTracker.Entries().Where(e => e.State == EntityState.Added && e.Entity != parent)) Write(batch, entry, found);
        db.ChangeTracker.Clear();
    }

    static void Write(DbBatch batch, EntityEntry entry, ParentKey parent)
    {
        var type = entry.Metadata;
        var table = StoreObjectIdentifier.Table(type.GetTableName()!, type.GetSchema());
        var command = batch.CreateBatchCommand();
        using var typed = batch.Connection!.CreateCommand();
        var (columns, values) = (new List<string>(), new List<string>());
        foreach (var property in type.GetProperties())
        {
            var value = entry.Property(property);
            if (value.IsTemporary && property.IsPrimaryKey() && !property.IsForeignKey()) continue;
            columns.Add($"\"{property.GetColumnName(table)}\"");
            values.Add(value.IsTemporary ? parent.Select(command, typed, property) : Parameter(command, typed, property, value.CurrentValue));
        }
        command.CommandText = $"INSERT INTO {table.Schema}.{table.Name} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", values)})";
        batch.BatchCommands.Add(command);
    }

    static string Parameter(DbBatchCommand command, DbCommand typed, IProperty property, object? value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"@p{command.Parameters.Count}");
        command.Parameters.Add(property.GetRelationalTypeMapping().CreateParameter(typed, name, value, property.IsNullable));
        return name;
    }

    sealed record ParentKey(EntityEntry Entry, IReadOnlyList<IProperty> Properties)
    {
        public string Select(DbBatchCommand command, DbCommand typed, IProperty property)
        {
            if (property.GetContainingForeignKeys().FirstOrDefault(f => f.PrincipalEntityType == Entry.Metadata) is not { } reference)
                throw new InvalidOperationException($"{property.DeclaringType.DisplayName()}.{property.Name} names a new row other than {Entry.Metadata.DisplayName()}.");
            var table = StoreObjectIdentifier.Table(Entry.Metadata.GetTableName()!, Entry.Metadata.GetSchema());
            var where = Properties.Select(k => $"\"{k.GetColumnName(table)}\" = {Parameter(command, typed, k, Entry.Property(k).CurrentValue)}");
            return $"(SELECT \"{reference.PrincipalKey.Properties[0].GetColumnName(table)}\" FROM {table.Schema}.{table.Name} WHERE {string.Join(" AND ", where)})";
        }
    }
}
