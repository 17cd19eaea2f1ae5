using Xunit;

namespace Portal.Architecture.Tests;

/// <summary>Which assembly may know which: the table of docs/map.md.</summary>
public sealed class AssemblyArrowsTests
{
    static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Portal.Kernel"] = [],
        ["Portal.Registry"] = ["Portal.Kernel"],
        ["Portal"] = ["Portal.Kernel", "Portal.Registry"],
        ["Portal.Gateway"] = ["Portal.Kernel", "Portal.Registry", "Portal"],
        ["Portal.Web"] = ["Portal.Kernel", "Portal.Registry", "Portal"],
        ["Portal.Data.PostgreSql"] = ["Portal.Kernel", "Portal"],
        ["Portal.Data.SqlServer"] = ["Portal.Kernel", "Portal"],
        ["Portal.Server"] = ["Portal.Kernel", "Portal.Registry", "Portal", "Portal.Gateway", "Portal.Web", "Portal.Data.PostgreSql", "Portal.Data.SqlServer"],
        ["Portal.Launcher"] = ["Portal.Kernel", "Portal.Registry", "Portal", "Portal.Gateway", "Portal.Web", "Portal.Data.PostgreSql", "Portal.Data.SqlServer", "Portal.Server"],
    };

    [Fact]
    public void EveryAssembly_KnowsOnlyThoseBelowIt()
    {
        var wrong = Assemblies.Product.SelectMany(a => a.MainModule.AssemblyReferences.Where(r => r.Name == "Portal" || r.Name.StartsWith("Portal.", StringComparison.Ordinal))
            .Where(r => !Allowed[a.Name.Name].Contains(r.Name)).Select(r => $"{a.Name.Name} -> {r.Name}"));
        Assert.Empty(wrong);
        Assert.Equal(Allowed.Keys.Order(), Assemblies.Product.Select(a => a.Name.Name).Order());
    }

    [Theory]
    [InlineData("Portal.Kernel", "Microsoft.")]
    [InlineData("Portal.Registry", "Microsoft.")]
    [InlineData("Portal", "Microsoft.AspNetCore.Components")]
    [InlineData("Portal", "Npgsql")]
    [InlineData("Portal", "Microsoft.Data.SqlClient")]
    [InlineData("Portal.Gateway", "Microsoft.AspNetCore.Components")]
    [InlineData("Portal.Gateway", "Npgsql")]
    [InlineData("Portal.Web", "Microsoft.EntityFrameworkCore")]
    [InlineData("Portal.Web", "Quartz")]
    [InlineData("Portal.Data.PostgreSql", "Microsoft.EntityFrameworkCore.SqlServer")]
    [InlineData("Portal.Data.SqlServer", "Npgsql")]
    public void Assembly_DoesNotReference(string assembly, string prefix) =>
        Assert.DoesNotContain(Assemblies.Named(assembly).MainModule.AssemblyReferences, r => r.Name.StartsWith(prefix, StringComparison.Ordinal));
}
