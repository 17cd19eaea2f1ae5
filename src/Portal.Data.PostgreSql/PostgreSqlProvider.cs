using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Quartz;

namespace Portal.Data.PostgreSql;

/// <summary>PostgreSQL 15 or newer through Npgsql.</summary>
public sealed class PostgreSqlProvider : IDatabaseProvider
{
    const string Channel = "portal_change";

    public string Name => "PostgreSql";

    public void Configure(DbContextOptionsBuilder builder, string connectionString) =>
        builder.UseNpgsql(Pooled(connectionString), o => o.MigrationsAssembly("Portal.Data.PostgreSql").MigrationsHistoryTable("migration", "data"));

    // Pooled connections carry no state of a session, so nothing has to be discarded between uses, and statements stay prepared:
    // planning them anew was most of what the database did for a push.
    static string Pooled(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { NoResetOnClose = true };
        if (builder.MaxAutoPrepare == 0) builder.MaxAutoPrepare = 200;
        return builder.ConnectionString;
    }

    public bool IsUniqueViolation(Exception exception) =>
        (exception as PostgresException ?? exception.InnerException as PostgresException)?.SqlState == PostgresErrorCodes.UniqueViolation;

    public bool IsBrokenReference(Exception exception) =>
        (exception as PostgresException ?? exception.InnerException as PostgresException)?.SqlState is PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.NotNullViolation;

    public async Task InsertMissingAsync(PortalDbContext db, IReadOnlyList<MissingRows> inserts, Durability durability, CancellationToken cancellation)
    {
        var (sql, parameters) = (new StringBuilder(), new List<NpgsqlParameter>());
        if (durability == Durability.Relaxed && db.Database.CurrentTransaction is null) sql.Append("SELECT set_config('synchronous_commit', 'off', true);\n");
        foreach (var insert in inserts)
            if (insert.Rows.Count > 0) WriteInsert(sql, parameters, insert);
        // the statements go out together and, without a transaction around them, are one of their own
        if (parameters.Count > 0) await db.Database.ExecuteSqlRawAsync(sql.ToString(), parameters, cancellation);
    }

    public async Task<bool> InsertMissingUnlessAsync(PortalDbContext db, IReadOnlyList<MissingRows> inserts, NoneOf none, Durability durability, CancellationToken cancellation)
    {
        var (sql, parameters) = (new StringBuilder(), new List<NpgsqlParameter>());
        if (durability == Durability.Relaxed) sql.Append("SELECT set_config('synchronous_commit', 'off', true);\n");
        foreach (var insert in inserts) WriteInsert(sql, parameters, insert);
        // The last statement sees what was committed while the ones before it took their locks. It fails on purpose, which takes the rows back with it in the same round trip.
        sql.Append("SELECT 1 / (CASE WHEN EXISTS (SELECT 1 FROM ").Append(none.Table).Append(" WHERE ").Append(Quote(none.Column)).Append(" = ANY(@none)) THEN 0 ELSE 1 END)");
        parameters.Add(new NpgsqlParameter<string[]>("none", [.. none.Values]));
        try
        {
            await db.Database.ExecuteSqlRawAsync(sql.ToString(), parameters, cancellation);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            return false;
        }
    }

    public async Task<long> EnsureRowAsync(PortalDbContext db, MissingRows row, CancellationToken cancellation)
    {
        var (sql, parameters) = (new StringBuilder(), new List<NpgsqlParameter>());
        WriteInsert(sql, parameters, row);
        sql.Append("SELECT \"Id\" FROM ").Append(row.Table).Append(" WHERE ");
        sql.AppendJoin(" AND ", row.Key.Select((k, i) => FormattableString.Invariant($"{Quote(k)} = @k{i}")));
        await db.Database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = ((NpgsqlConnection)db.Database.GetDbConnection()).CreateCommand();
            command.CommandText = sql.ToString();
            foreach (var parameter in parameters) command.Parameters.Add(parameter);
            for (var k = 0; k < row.Key.Count; k++) command.Parameters.Add(new(FormattableString.Invariant($"k{k}"), row.Rows[0][row.Columns.ToList().IndexOf(row.Key[k])]));
            return (long)(await command.ExecuteScalarAsync(cancellation))!;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    // One array per column keeps the statement text the same for any number of rows, so that it is prepared once.
    static void WriteInsert(StringBuilder sql, List<NpgsqlParameter> parameters, MissingRows insert)
    {
        var columns = Enumerable.Range(0, insert.Columns.Count).ToList();
        var values = columns.Select(c => insert.Rows[0][c] is RowId id
            ? FormattableString.Invariant($"(SELECT \"Id\" FROM {id.Table} WHERE {Quote(id.Column)} = r.c{c})")
            : FormattableString.Invariant($"r.c{c}")).ToList();
        sql.Append("INSERT INTO ").Append(insert.Table).Append(" (").AppendJoin(", ", insert.Columns.Select(Quote)).Append(") SELECT ").AppendJoin(", ", values);
        sql.Append(" FROM unnest(");
        foreach (var c in columns)
        {
            var name = FormattableString.Invariant($"p{parameters.Count}");
            sql.Append(c == 0 ? "@" : ", @").Append(name);
            parameters.Add(Column(name, insert.Rows, c));
        }
        sql.Append(") AS r(").AppendJoin(", ", columns.Select(c => FormattableString.Invariant($"c{c}")));
        sql.Append(") ON CONFLICT (").AppendJoin(", ", insert.Key.Select(Quote));
        sql.Append(insert.Refresh is { } column ? FormattableString.Invariant($") DO UPDATE SET {Quote(column)} = EXCLUDED.{Quote(column)};\n") : ") DO NOTHING;\n");
    }

    public async Task AppendAsync(PortalDbContext db, string table, IReadOnlyList<AppendColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0) return;
        await db.Database.OpenConnectionAsync(cancellation);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {table} ({string.Join(", ", columns.Select(c => Quote(c.Name)))}) FROM STDIN (FORMAT BINARY)", cancellation);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellation);
            for (var c = 0; c < columns.Count; c++)
            {
                if (row[c] is { } value) await copy.WriteAsync(value, TypeOf(columns[c].Type), cancellation);
                else await copy.WriteNullAsync(cancellation);
            }
        }
        await copy.CompleteAsync(cancellation);
    }

    static NpgsqlDbType TypeOf(AppendType type) => type switch
    {
        AppendType.Int => NpgsqlDbType.Integer,
        AppendType.Long => NpgsqlDbType.Bigint,
        AppendType.Text => NpgsqlDbType.Text,
        AppendType.Boolean => NpgsqlDbType.Boolean,
        AppendType.Time => NpgsqlDbType.TimestampTz,
        AppendType.Json => NpgsqlDbType.Jsonb,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    public Task AnnounceAsync(PortalDbContext db, IReadOnlyList<ChangeNotice> notices, CancellationToken cancellation)
    {
        var payloads = notices.Distinct().Select(n => n.Topic + " " + n.Key).ToArray();
        return payloads.Length == 0 ? Task.CompletedTask : db.Database.ExecuteSqlRawAsync(
            $"SELECT pg_notify('{Channel}', p) FROM unnest(@payloads) AS p", [new NpgsqlParameter<string[]>("payloads", payloads)], cancellation);
    }

    public async IAsyncEnumerable<ChangeNotice> ListenAsync(string connectionString, Action ready, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { KeepAlive = 10, Pooling = false };
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(cancellation);
        var queue = System.Threading.Channels.Channel.CreateUnbounded<ChangeNotice>(new() { SingleReader = true });
        connection.Notification += (_, e) =>
        {
            var space = e.Payload.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0) queue.Writer.TryWrite(new(e.Payload[..space], e.Payload[(space + 1)..]));
        };
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection)) await listen.ExecuteNonQueryAsync(cancellation);
        ready();
        while (true)
        {
            await connection.WaitAsync(cancellation);
            while (queue.Reader.TryRead(out var notice)) yield return notice;
        }
    }

    // the same text as the context's, so that both draw from one pool
    public void UseScheduleStore(IPersistentStoreBuilder store, string connectionString) => store.UsePostgres(NpgsqlFactory.Instance, Pooled(connectionString));

    static string Quote(string name) => "\"" + name + "\"";

    static NpgsqlParameter Column(string name, IReadOnlyList<object[]> rows, int column) => rows[0][column] switch
    {
        long => Values<long>(name, NpgsqlDbType.Bigint, rows, column),
        int => Values<int>(name, NpgsqlDbType.Integer, rows, column),
        string => Values<string>(name, NpgsqlDbType.Text, rows, column),
        Guid => Values<Guid>(name, NpgsqlDbType.Uuid, rows, column),
        RowId => new NpgsqlParameter<string[]>(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { TypedValue = [.. rows.Select(r => ((RowId)r[column]).Value)] },
        bool => Values<bool>(name, NpgsqlDbType.Boolean, rows, column),
        byte[] => Values<byte[]>(name, NpgsqlDbType.Bytea, rows, column),
        DateTimeOffset => Values<DateTimeOffset>(name, NpgsqlDbType.TimestampTz, rows, column),
        var other => throw new NotSupportedException($"{other.GetType()} has no array type here."),
    };

    static NpgsqlParameter<T[]> Values<T>(string name, NpgsqlDbType type, IReadOnlyList<object[]> rows, int column) =>
        new(name, NpgsqlDbType.Array | type) { TypedValue = [.. rows.Select(r => (T)r[column])] };
}
