using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Data;
using Portal.Data.PostgreSql;
using Portal.Data.SqlServer;
using Xunit;

namespace Portal.Architecture.Tests;

public sealed class MigrationTests
{
    public static TheoryData<string> Providers => ["PostgreSql", "SqlServer"];

    [Theory, MemberData(nameof(Providers))]
    public void Model_HasAMigrationForEveryChange(string provider)
    {
        using var db = Context(provider);
        Assert.False(db.Database.HasPendingModelChanges(), $"The model of {provider} has changed: run build/add-migration NAME.");
    }

    [Theory, MemberData(nameof(Providers))]
    public void Script_CanBeGenerated(string provider)
    {
        using var db = Context(provider);
        var script = db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);
        Assert.Contains("artifact_blob", script, StringComparison.Ordinal);
    }

    [Fact]
    public void BothProviders_HaveTheSameMigrations()
    {
        using var postgres = Context("PostgreSql");
        using var sqlServer = Context("SqlServer");
        Assert.Equal(Names(postgres), Names(sqlServer));
    }

    static IEnumerable<string> Names(PortalDbContext db) => db.Database.GetMigrations().Select(m => m[(m.IndexOf('_', StringComparison.Ordinal) + 1)..]);

    static PortalDbContext Context(string name)
    {
        (IDatabaseProvider provider, var address) = name == "PostgreSql" ? ((IDatabaseProvider)new PostgreSqlProvider(), "Host=127.0.0.1;Database=none") : (new SqlServerProvider(), "Server=127.0.0.1;Database=none");
        var builder = new DbContextOptionsBuilder<PortalDbContext>();
        provider.Configure(builder, address);
        return new(builder.Options);
    }
}
