using Microsoft.EntityFrameworkCore;
using Quartz;

namespace Portal.Data;

/// <summary>What differs between PostgreSQL and SQL Server. One implementation in each <c>Portal.Data.*</c> assembly.</summary>
public interface IDatabaseProvider
{
    /// <summary>The name that <see cref="DatabaseOptions.Provider"/> selects: <c>PostgreSql</c> or <c>SqlServer</c>.</summary>
    string Name { get; }

    /// <summary>Points a context at a database and at this provider's migrations.</summary>
    void Configure(DbContextOptionsBuilder builder, string connectionString);

    /// <summary>True when saving failed because a row with the same unique key exists.</summary>
    bool IsUniqueViolation(Exception exception);

    /// <summary>True when saving failed because a row that it names is not there any more, or one that goes is still named.</summary>
    bool IsBrokenReference(Exception exception);

    /// <summary>
    /// Inserts rows that may exist already, in one statement, and leaves existing rows as they are.
    /// <paramref name="rows"/> holds one value per column; values are numbers, text, booleans, <see cref="Guid"/>, bytes or <see cref="DateTimeOffset"/>.
    /// </summary>
    Task InsertMissingAsync(PortalDbContext db, string table, IReadOnlyList<string> columns, IReadOnlyList<string> key, IReadOnlyList<object[]> rows, CancellationToken cancellation) =>
        InsertMissingAsync(db, [new(table, columns, key, rows)], Durability.Full, cancellation);

    /// <summary>
    /// Inserts rows that may exist already into several tables, in this order, in one round trip and all or none. A value may be a
    /// <see cref="RowId"/>, also of a row that stands earlier in <paramref name="inserts"/>.
    /// </summary>
    /// <param name="db">Its transaction, when it has one, takes the rows in.</param>
    /// <param name="inserts">At least one.</param>
    /// <param name="durability">Counts only without a transaction around.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task InsertMissingAsync(PortalDbContext db, IReadOnlyList<MissingRows> inserts, Durability durability, CancellationToken cancellation);

    /// <summary>
    /// The same, unless a table holds one of the named values once the rows are written and locked: then nothing is inserted, and false comes back. Must not be called within a transaction.
    /// </summary>
    Task<bool> InsertMissingUnlessAsync(PortalDbContext db, IReadOnlyList<MissingRows> inserts, NoneOf none, Durability durability, CancellationToken cancellation);

    /// <summary>Inserts one row unless its key exists and gives the id of the row that is there now, in one round trip unless another insert of it is under way.</summary>
    Task<long> EnsureRowAsync(PortalDbContext db, MissingRows row, CancellationToken cancellation);

    /// <summary>
    /// Appends many rows the fastest way the database has (COPY, SqlBulkCopy), all or none, with the transaction of <paramref name="db"/> when it has one.
    /// <paramref name="rows"/> holds one value per column, null where there is none.
    /// </summary>
    Task AppendAsync(PortalDbContext db, string table, IReadOnlyList<AppendColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancellation);

    /// <summary>Announces changes to every node when the surrounding transaction commits; see <see cref="IChangeFeed"/>.</summary>
    Task AnnounceAsync(PortalDbContext db, IReadOnlyList<ChangeNotice> notices, CancellationToken cancellation);

    /// <summary>Yields notices announced by any node, in commit order, until cancelled. Throws when the connection is lost; the caller starts again and drops its caches.</summary>
    IAsyncEnumerable<ChangeNotice> ListenAsync(string connectionString, Action ready, CancellationToken cancellation);

    /// <summary>Points the scheduler's store at a database.</summary>
    void UseScheduleStore(IPersistentStoreBuilder store, string connectionString);
}

/// <summary>What a commit waits for.</summary>
public enum Durability
{
    /// <summary>The rows outlive a crash of the database's machine.</summary>
    Full = 0,

    /// <summary>
    /// A crash of the database's machine may take the rows of the last second, and none that a later full commit came after. For what is
    /// asked for again when it is missing.
    /// </summary>
    Relaxed = 1,
}

/// <summary>Rows to insert where their key is missing.</summary>
/// <param name="Table">Schema and table.</param>
/// <param name="Key">Columns of a unique index.</param>
/// <param name="Rows">One value per column.</param>
public sealed record MissingRows(string Table, IReadOnlyList<string> Columns, IReadOnlyList<string> Key, IReadOnlyList<object[]> Rows)
{
    /// <summary>A column that a row which is there already takes over from the new one; null leaves it as it is.</summary>
    public string? Refresh { get; init; }
}

/// <summary>Values that a text column of a table must not hold.</summary>
public sealed record NoneOf(string Table, string Column, IReadOnlyList<string> Values);

/// <summary>Stands for the <c>Id</c> of the row of <paramref name="Table"/> whose <paramref name="Column"/> is <paramref name="Value"/>; all rows of one insert name the same table and column.</summary>
public sealed record RowId(string Table, string Column, string Value);

/// <summary>What a column of appended rows holds.</summary>
public enum AppendType
{
    Int = 0,
    Text = 1,
    Boolean = 2,
    /// <summary>A <see cref="DateTimeOffset"/> in UTC.</summary>
    Time = 3,
    /// <summary>JSON as text.</summary>
    Json = 4,
    Long = 5,
}

/// <summary>A column of appended rows.</summary>
public sealed record AppendColumn(string Name, AppendType Type);

/// <summary>Where the database is.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Portal:Database";

    /// <summary><c>PostgreSql</c> (default) or <c>SqlServer</c>.</summary>
    public string Provider { get; set; } = "PostgreSql";

    public string ConnectionString { get; set; } = "";

    /// <summary>Seconds to wait at start until the database answers, 0 to 600.</summary>
    public int StartTimeoutSeconds { get; set; } = 60;
}
