using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Quartz;

namespace Portal.Data.SqlServer;

/// <summary>SQL Server 2019 or newer with SQL logins.</summary>
public sealed class SqlServerProvider : IDatabaseProvider
{
    /// <summary>SQL Server takes at most 2,100 parameters a statement.</summary>
    const int MaxParameters = 2_000;

    /// <summary>How far back the poll reads again: a row with a lower id may become visible after one with a higher id.</summary>
    static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    static readonly TimeSpan Keep = TimeSpan.FromMinutes(10);

    public string Name => "SqlServer";

    public void Configure(DbContextOptionsBuilder builder, string connectionString) =>
        builder.UseSqlServer(connectionString, o => o.MigrationsAssembly("Portal.Data.SqlServer").MigrationsHistoryTable("migration", "data"));

    public void UseScheduleStore(IPersistentStoreBuilder store, string connectionString) => store.UseSqlServer(SqlClientFactory.Instance, connectionString);

    // 2601: unique index, 2627: unique constraint or primary key
    public bool IsUniqueViolation(Exception exception) => (exception as SqlException ?? exception.InnerException as SqlException)?.Number is 2601 or 2627;

    // 547: a foreign key, from either side; 515: no value for a column that needs one
    public bool IsBrokenReference(Exception exception) => (exception as SqlException ?? exception.InnerException as SqlException)?.Number is 547 or 515;

    public async Task<bool> InsertMissingUnlessAsync(PortalDbContext db, IReadOnlyList<MissingRows> inserts, NoneOf none, Durability durability, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await InsertMissingAsync(db, inserts, durability, cancellation);
        var names = none.Values.Select((_, i) => FormattableString.Invariant($"@n{i}")).ToList();
        var sql = new StringBuilder("SELECT COUNT(*) AS Value FROM ").Append(none.Table).Append(" WHERE ").Append(Quote(none.Column)).Append(" IN (").AppendJoin(", ", names).Append(')');
        var held = await db.Database.SqlQueryRaw<int>(sql.ToString(), [.. none.Values.Select((v, i) => (object)new SqlParameter(names[i], v))]).SingleAsync(cancellation);
        if (held > 0) return false;
        await transaction.CommitAsync(cancellation);
        return true;
    }

    // durability: delayed durability is an option of the database, which is the administrator's to set; every commit here is full
    public async Task InsertMissingAsync(PortalDbContext db, IReadOnlyList<MissingRows> inserts, Durability durability, CancellationToken cancellation)
    {
        var parts = inserts.SelectMany(i => i.Rows.Chunk(MaxParameters / i.Columns.Count).Select(rows => i with { Rows = rows })).ToList();
        var fits = parts.Sum(p => p.Rows.Count * p.Columns.Count) <= MaxParameters;
        await using var transaction = parts.Count > 1 && db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellation) : null;
        foreach (var batch in fits && parts.Count > 0 ? [parts] : parts.Select(p => new List<MissingRows> { p }))
        {
            var (sql, parameters) = (new StringBuilder(), new List<object>());
            foreach (var part in batch) WriteMerge(sql, parameters, part);
            await db.Database.ExecuteSqlRawAsync(sql.ToString(), parameters, cancellation);
        }
        if (transaction is not null) await transaction.CommitAsync(cancellation);
    }

    public async Task<long> EnsureRowAsync(PortalDbContext db, MissingRows row, CancellationToken cancellation)
    {
        var (sql, parameters) = (new StringBuilder(), new List<object>());
        WriteMerge(sql, parameters, row);
        sql.Append(" SELECT Id FROM ").Append(row.Table).Append(" WHERE ");
        for (var k = 0; k < row.Key.Count; k++)
        {
            sql.Append(k == 0 ? "" : " AND ").Append(Quote(row.Key[k])).Append(FormattableString.Invariant($" = @k{k}"));
            parameters.Add(new SqlParameter(FormattableString.Invariant($"@k{k}"), row.Rows[0][row.Columns.ToList().IndexOf(row.Key[k])]));
        }
        await db.Database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = ((SqlConnection)db.Database.GetDbConnection()).CreateCommand();
            command.Transaction = (SqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
            command.CommandText = sql.ToString();
            command.Parameters.AddRange([.. parameters.Cast<SqlParameter>()]);
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    static void WriteMerge(StringBuilder sql, List<object> parameters, MissingRows insert)
    {
        sql.Append("MERGE ").Append(insert.Table).Append(" WITH (HOLDLOCK) AS t USING (VALUES ");
        for (var r = 0; r < insert.Rows.Count; r++)
        {
            sql.Append(r == 0 ? "(" : ", (");
            for (var c = 0; c < insert.Columns.Count; c++)
            {
                var name = FormattableString.Invariant($"@p{parameters.Count}");
                var id = insert.Rows[r][c] as RowId;
                sql.Append(c == 0 ? "" : ", ").Append(id is null ? name : $"(SELECT Id FROM {id.Table} WHERE {Quote(id.Column)} = {name})");
                parameters.Add(new SqlParameter(name, id?.Value ?? insert.Rows[r][c]));
            }
            sql.Append(')');
        }
        sql.Append(") AS s (").AppendJoin(", ", insert.Columns.Select(Quote)).Append(") ON ");
        sql.AppendJoin(" AND ", insert.Key.Select(k => $"t.{Quote(k)} = s.{Quote(k)}"));
        if (insert.Refresh is { } column) sql.Append(FormattableString.Invariant($" WHEN MATCHED THEN UPDATE SET t.{Quote(column)} = s.{Quote(column)}"));
        sql.Append(" WHEN NOT MATCHED THEN INSERT (").AppendJoin(", ", insert.Columns.Select(Quote));
        sql.Append(") VALUES (").AppendJoin(", ", insert.Columns.Select(c => "s." + Quote(c))).Append(");\n");
    }

    public async Task AppendAsync(PortalDbContext db, string table, IReadOnlyList<AppendColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0) return;
        await db.Database.OpenConnectionAsync(cancellation);
        using var data = new DataTable();
        foreach (var column in columns) data.Columns.Add(column.Name, TypeOf(column.Type));
        foreach (var row in rows) data.Rows.Add([.. row.Select(v => v ?? DBNull.Value)]);
        var transaction = (SqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        using var copy = new SqlBulkCopy((SqlConnection)db.Database.GetDbConnection(), transaction is null ? SqlBulkCopyOptions.UseInternalTransaction : SqlBulkCopyOptions.Default, transaction) { DestinationTableName = table };
        foreach (var column in columns) copy.ColumnMappings.Add(column.Name, column.Name);
        await copy.WriteToServerAsync(data, cancellation);
    }

    static Type TypeOf(AppendType type) => type switch
    {
        AppendType.Int => typeof(int),
        AppendType.Long => typeof(long),
        AppendType.Text or AppendType.Json => typeof(string),
        AppendType.Boolean => typeof(bool),
        AppendType.Time => typeof(DateTimeOffset),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    public async Task AnnounceAsync(PortalDbContext db, IReadOnlyList<ChangeNotice> notices, CancellationToken cancellation)
    {
        foreach (var notice in notices.Distinct())
            await db.Database.ExecuteSqlAsync($"INSERT INTO data.change (Topic, [Key], At) VALUES ({notice.Topic}, {notice.Key}, SYSDATETIMEOFFSET())", cancellation);
    }

    public async IAsyncEnumerable<ChangeNotice> ListenAsync(string connectionString, Action ready, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = new SqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        var seen = new Dictionary<long, DateTimeOffset>();
        var first = true;
        var pruned = DateTimeOffset.MinValue;
        while (true)
        {
            var fresh = new List<ChangeNotice>();
            var now = DateTimeOffset.UtcNow;
            await using (var read = new SqlCommand("SELECT Id, Topic, [Key], At FROM data.change WHERE At > DATEADD(second, @overlap, SYSDATETIMEOFFSET()) ORDER BY Id", connection))
            {
                read.Parameters.AddWithValue("@overlap", -(int)Overlap.TotalSeconds);
                await using var rows = await read.ExecuteReaderAsync(cancellation);
                while (await rows.ReadAsync(cancellation))
                    if (seen.TryAdd(rows.GetInt64(0), now) && !first)
                        fresh.Add(new(rows.GetString(1), rows.GetString(2)));
            }
            if (first) ready();
            first = false;
            foreach (var notice in fresh) yield return notice;
            foreach (var old in seen.Where(s => s.Value < now - 3 * Overlap).Select(s => s.Key).ToList()) seen.Remove(old);
            if (now - pruned > TimeSpan.FromMinutes(1))
            {
                await using var prune = new SqlCommand("DELETE TOP (10000) FROM data.change WHERE At < DATEADD(second, @keep, SYSDATETIMEOFFSET())", connection);
                prune.Parameters.AddWithValue("@keep", -(int)Keep.TotalSeconds);
                await prune.ExecuteNonQueryAsync(cancellation);
                pruned = now;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
        }
    }

    static string Quote(string name) => "[" + name + "]";
}
