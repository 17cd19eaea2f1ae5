using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Portal.Data;
using Portal.Data.PostgreSql;
using Portal.Data.SqlServer;

namespace Portal.Design;

/// <summary>Gives the migration tool a context of either provider: <c>-- --provider PostgreSql|SqlServer</c>.</summary>
public sealed class DesignTimeFactory : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args)
    {
        var name = args is ["--provider", var p] ? p : throw new ArgumentException("-- --provider PostgreSql|SqlServer");
        (IDatabaseProvider provider, var address) = name switch
        {
            "PostgreSql" => ((IDatabaseProvider)new PostgreSqlProvider(), "Host=127.0.0.1;Database=design"),
            "SqlServer" => (new SqlServerProvider(), "Server=127.0.0.1;Database=design"),
            _ => throw new ArgumentException(name),
        };
        var builder = new DbContextOptionsBuilder<PortalDbContext>();
        provider.Configure(builder, address);
        return new(builder.Options);
    }
}
