using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Xunit;

namespace Portal.Integration.Tests.Data;

/// <summary>What every database must do for Portal, on a real one. One subclass for each provider.</summary>
public abstract class DatabaseSuite
{
    static readonly DateTimeOffset Now = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    protected abstract IDatabaseProvider Provider { get; }
    protected abstract string ConnectionString { get; }

    protected PortalDbContext Context()
    {
        var builder = new DbContextOptionsBuilder<PortalDbContext>();
        Provider.Configure(builder, ConnectionString);
        return new(builder.Options);
    }

    protected async Task MigrateTwiceAndCompareAsync()
    {
        await using var db = Context();
        await db.Database.MigrateAsync();
        await db.Database.MigrateAsync();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
    }

    protected async Task SameKeyIsAUniqueViolationAsync()
    {
        await using var db = Context();
        var name = "twice-" + Guid.NewGuid().ToString("n");
        db.Projects.AddRange(Project(name), Project(name));
        var failure = await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
        Assert.True(Provider.IsUniqueViolation(failure));
        Assert.False(Provider.IsUniqueViolation(new InvalidOperationException()));
    }

    protected async Task MissingRowsAreInsertedOnceByManyAtOnceAsync()
    {
        var digests = Enumerable.Range(0, 40).Select(i => Digest.Sha256(Guid.NewGuid().ToByteArray()).Text).ToList();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var db = Context();
            foreach (var part in digests.Chunk(10))
                await Provider.InsertMissingAsync(db, "artifacts.blob", ["Digest", "Size", "FirstSeenAt"], ["Digest"], [.. part.Select(d => new object[] { d, 7L, Now })], default);
        }));
        await using var check = Context();
        Assert.Equal(digests.Order(StringComparer.Ordinal), (await check.Blobs.Where(b => digests.Contains(b.Digest)).Select(b => b.Digest).ToListAsync()).Order(StringComparer.Ordinal));
    }

    protected async Task AppendedRowsHoldWhatWasGivenAsync()
    {
        var actor = "append-" + Guid.NewGuid().ToString("n");
        AuditEvent[] events = [.. Enumerable.Range(0, 3_000).Select(i => new AuditEntry(new(actor, i % 2 == 0 ? i : null, "::1", "curl"), AuditActions.Pull, AuditResources.Artifact, $"p/r:{i}", i)
        {
            After = i == 7 ? new { Text = "quote ' and \u2603" } : null,
        }.ToEvent(Now))];
        await using var db = Context();
        await Provider.AppendAsync(db, "audit.event", AuditEvent.Columns, [.. events.Select(e => e.Values())], default);
        var rows = await db.AuditEvents.AsNoTracking().Where(e => e.Actor == actor).OrderBy(e => e.ProjectId).ToListAsync();
        Assert.Equal(3_000, rows.Count);
        Assert.Equal((0, 0, (int?)null, Now), (rows[0].ActorUserId!.Value, rows[0].ProjectId!.Value, rows[1].ActorUserId, rows[0].At));
        Assert.Contains("\u2603", rows[7].After, StringComparison.Ordinal);
        Assert.Null(rows[8].After);
    }

    protected async Task AnnouncementsArriveAfterTheCommitAndNotAfterARollbackAsync()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var heard = new ConcurrentQueue<string>();
        var ready = new TaskCompletionSource();
        var listening = Task.Run(async () =>
        {
            await foreach (var notice in Provider.ListenAsync(ConnectionString, () => ready.TrySetResult(), stop.Token)) heard.Enqueue(notice.Topic + "/" + notice.Key);
        });
        await ready.Task.WaitAsync(stop.Token);
        await using (var db = Context())
        {
            await using (var undone = await db.Database.BeginTransactionAsync())
            {
                await Provider.AnnounceAsync(db, [new("suite", "undone")], default);
                await undone.RollbackAsync();
            }
            await using var kept = await db.Database.BeginTransactionAsync();
            await Provider.AnnounceAsync(db, [new("suite", "kept")], default);
            Assert.DoesNotContain("suite/kept", heard);
            await kept.CommitAsync();
        }
        while (!heard.Contains("suite/kept")) await Task.Delay(20, stop.Token);
        Assert.DoesNotContain("suite/undone", heard);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => listening);
    }

    protected async Task NamesDifferByCaseAsync()
    {
        await using var db = Context();
        var project = Project("case-" + Guid.NewGuid().ToString("n"));
        db.Projects.Add(project);
        await db.SaveChangesAsync();
        var repository = new Repository { ProjectId = project.Id, Name = "app", CreatedAt = Now, UpdatedAt = Now };
        db.Repositories.Add(repository);
        await db.SaveChangesAsync();
        var artifact = new Artifact { ProjectId = project.Id, RepositoryId = repository.Id, Digest = Digest.Sha256(Guid.NewGuid().ToByteArray()).Text, PushedAt = Now };
        db.Artifacts.Add(artifact);
        await db.SaveChangesAsync();
        db.Tags.AddRange(new Tag { RepositoryId = repository.Id, ArtifactId = artifact.Id, Name = "v1-RC", PushedAt = Now }, new Tag { RepositoryId = repository.Id, ArtifactId = artifact.Id, Name = "v1-rc", PushedAt = Now });
        await db.SaveChangesAsync();
        Assert.Equal("v1-rc", await db.Tags.Where(t => t.RepositoryId == repository.Id && t.Name == "v1-rc").Select(t => t.Name).SingleAsync());
    }

    static Project Project(string name) => new() { Name = name, CreatedAt = Now, UpdatedAt = Now };
}

/// <summary>One private cluster for the suite.</summary>
public sealed class PostgreSqlFixture : IAsyncLifetime
{
    Portal.TestKit.PostgreSqlProcess? _server;

    public string ConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _server = await Portal.TestKit.PostgreSqlProcess.StartAsync();
        ConnectionString = await _server.CreateDatabaseAsync();
        await using var db = new PortalDbContext(Options(ConnectionString));
        await db.Database.MigrateAsync();
    }

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    static DbContextOptions<PortalDbContext> Options(string connectionString)
    {
        var builder = new DbContextOptionsBuilder<PortalDbContext>();
        new Portal.Data.PostgreSql.PostgreSqlProvider().Configure(builder, connectionString);
        return builder.Options;
    }
}

public sealed class PostgreSqlDatabaseTests(PostgreSqlFixture server) : DatabaseSuite, IClassFixture<PostgreSqlFixture>
{
    protected override IDatabaseProvider Provider { get; } = new Portal.Data.PostgreSql.PostgreSqlProvider();
    protected override string ConnectionString => server.ConnectionString;

    [Fact] public Task Migrate_Twice_LeavesNothingPending() => MigrateTwiceAndCompareAsync();
    [Fact] public Task Save_OfTheSameKey_IsAUniqueViolation() => SameKeyIsAUniqueViolationAsync();
    [Fact] public Task InsertMissing_ByManyAtOnce_InsertsOnce() => MissingRowsAreInsertedOnceByManyAtOnceAsync();
    [Fact] public Task Append_OfManyRows_KeepsEveryValue() => AppendedRowsHoldWhatWasGivenAsync();
    [Fact] public Task Announce_ArrivesAfterTheCommitOnly() => AnnouncementsArriveAfterTheCommitAndNotAfterARollbackAsync();
    [Fact] public Task Tags_ThatDifferByCase_AreTwo() => NamesDifferByCaseAsync();
}

/// <summary>Runs where <c>PORTAL_TEST_SQLSERVER</c> holds the connection string of an empty database.</summary>
sealed class SqlServerFactAttribute : FactAttribute
{
    public const string Variable = "PORTAL_TEST_SQLSERVER";

    public SqlServerFactAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable))) Skip = Variable + " names no SQL Server.";
    }
}

public sealed class SqlServerDatabaseTests : DatabaseSuite
{
    protected override IDatabaseProvider Provider { get; } = new Portal.Data.SqlServer.SqlServerProvider();
    protected override string ConnectionString => Environment.GetEnvironmentVariable(SqlServerFactAttribute.Variable)!;

    [SqlServerFact] public Task Migrate_Twice_LeavesNothingPending() => MigrateTwiceAndCompareAsync();
    [SqlServerFact] public Task Save_OfTheSameKey_IsAUniqueViolation() => MigratedAsync(SameKeyIsAUniqueViolationAsync);
    [SqlServerFact] public Task InsertMissing_ByManyAtOnce_InsertsOnce() => MigratedAsync(MissingRowsAreInsertedOnceByManyAtOnceAsync);
    [SqlServerFact] public Task Append_OfManyRows_KeepsEveryValue() => MigratedAsync(AppendedRowsHoldWhatWasGivenAsync);
    [SqlServerFact] public Task Announce_ArrivesAfterTheCommitOnly() => MigratedAsync(AnnouncementsArriveAfterTheCommitAndNotAfterARollbackAsync);
    [SqlServerFact] public Task Tags_ThatDifferByCase_AreTwo() => MigratedAsync(NamesDifferByCaseAsync);

    async Task MigratedAsync(Func<Task> test)
    {
        await using (var db = Context()) await db.Database.MigrateAsync();
        await test();
    }
}
