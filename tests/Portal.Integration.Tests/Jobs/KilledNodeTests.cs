using System.Globalization;
using Npgsql;
using Portal.Integration.Tests.Gateway;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Jobs;

/// <summary>A server is killed in the middle of a run: the run goes on where it was, on the server that comes back.</summary>
public sealed class KilledNodeTests : IAsyncLifetime
{
    PostgreSqlProcess _database = null!;
    RegistryProcess _registry = null!;
    ServerProcess _server = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgreSqlProcess.StartAsync();
        _registry = await RegistryProcess.StartAsync();
        _server = await ServerProcess.StartAsync(await _database.CreateDatabaseAsync(), _registry.Url);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _registry.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Kill_InTheMiddleOfARun_ThenItGoesOnWhereItWas()
    {
        await using var data = NpgsqlDataSource.Create(_server.Connection);
        await ExecuteAsync(data, "DELETE FROM audit.event");
        await ExecuteAsync(data, """INSERT INTO audit.event ("At","Actor","Action","ResourceType","Resource","Address","Client","Credential","Success") SELECT now() - interval '90 days','old','pull','artifact','a','','','',true FROM generate_series(1, 5000)""");
        // the purge waits here, at its third batch or so
        await using var blocker = await data.OpenConnectionAsync();
        await using var held = await blocker.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("""SELECT "Id" FROM audit.event WHERE "Id" = (SELECT "Id" FROM audit.event WHERE "Actor" = 'old' ORDER BY "Id" OFFSET 2500 LIMIT 1) FOR UPDATE""", blocker, held)) await hold.ExecuteScalarAsync();
        await ExecuteAsync(data, """INSERT INTO jobs.run ("Kind","Owner","Lane","Trigger","Status","Actor","Parameters","QueuedAt","DueAt","Done","Total","Unit","Stopping","StoppedBy","Attempt","Failures","Node","Summary","LogOmitted") VALUES ('PURGE_AUDIT_LOG',0,1,0,0,'admin','{"audit_retention_hour":24}',now(),now(),0,0,'',false,'',0,0,'','',0)""");
        await Nodes.UntilAsync(async () => await NumberAsync(data, """SELECT "Done" FROM jobs.run WHERE "Kind" = 'PURGE_AUDIT_LOG'""") == 2_000, "two batches are deleted");

        await _server.KillAsync();
        Assert.Equal(1, await NumberAsync(data, """SELECT "Status" FROM jobs.run WHERE "Kind" = 'PURGE_AUDIT_LOG'"""));
        await held.RollbackAsync();
        await _server.StartAsync();

        await Nodes.UntilAsync(async () => await NumberAsync(data, """SELECT count(*) FROM jobs.run WHERE "Kind" = 'PURGE_AUDIT_LOG' AND "EndedAt" IS NOT NULL""") == 1, "the run ends");
        // what the killed server had asked for last may be carried out by the database, and nobody has counted it then
        Assert.Matches("^2/2/[45]000 rows deleted[.]$", await TextAsync(data, """SELECT "Attempt" || '/' || "Status" || '/' || "Summary" FROM jobs.run WHERE "Kind" = 'PURGE_AUDIT_LOG'"""));
        Assert.Equal(0, await NumberAsync(data, "SELECT count(*) FROM audit.event WHERE \"Actor\" = 'old'"));
        Assert.Contains("Attempt 2 on ", await TextAsync(data, "SELECT string_agg(\"Text\", '' ORDER BY \"Number\") FROM jobs.log_part"), StringComparison.Ordinal);
    }

    static async Task ExecuteAsync(NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    static async Task<string> TextAsync(NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) ?? "";
    }

    static async Task<long> NumberAsync(NpgsqlDataSource data, string sql) => long.Parse(await TextAsync(data, sql), CultureInfo.InvariantCulture);
}
