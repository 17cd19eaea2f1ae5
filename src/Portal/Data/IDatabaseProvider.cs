using Microsoft.EntityFrameworkCore;

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

    /// <summary>
    /// Inserts rows that may exist already, in one statement, and leaves existing rows as they are.
    /// <paramref name="rows"/> holds one value per column; values are numbers, text, booleans or <see cref="DateTimeOffset"/>.
    /// </summary>
    Task InsertMissingAsync(PortalDbContext db, string table, IReadOnlyList<string> columns, IReadOnlyList<string> key, IReadOnlyList<object[]> rows, CancellationToken cancellation);

    /// <summary>
    /// Appends many rows the fastest way the database has (COPY, SqlBulkCopy), all or none, with the transaction of <paramref name="db"/> when it has one.
    /// <paramref name="rows"/> holds one value per column, null where there is none.
    /// </summary>
    Task AppendAsync(PortalDbContext db, string table, IReadOnlyList<AppendColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancellation);

    /// <summary>Announces changes to every node when the surrounding transaction commits; see <see cref="IChangeFeed"/>.</summary>
    Task AnnounceAsync(PortalDbContext db, IReadOnlyList<ChangeNotice> notices, CancellationToken cancellation);

    /// <summary>Yields notices announced by any node, in commit order, until cancelled. Throws when the connection is lost; the caller starts again and drops its caches.</summary>
    IAsyncEnumerable<ChangeNotice> ListenAsync(string connectionString, Action ready, CancellationToken cancellation);
}

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
