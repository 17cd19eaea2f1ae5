using System.Text.RegularExpressions;
using Xunit;

namespace Portal.Architecture.Tests.Packaging;

public partial class WorkflowTests
{
    [Fact]
    public void Actions_OfEveryWorkflow_ArePinnedToAVersion()
    {
        var files = Directory.GetFiles(Path.Combine(PackagingFiles.Root, ".github", "workflows"), "*.yml");
        var actions = files.SelectMany(file => Uses().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value).ToArray();

        Assert.NotEmpty(actions);
        Assert.All(actions, action => Assert.Matches(@"^[a-z0-9./-]+@(v\d+\.\d+\.\d+|[0-9a-f]{40})$", action));
    }

    [Fact]
    public void Build_HasAJobWithARealSqlServer()
    {
        var job = PackagingFiles.Yaml(".github/workflows/build.yml").Find("jobs")!.Find("sqlserver")!;

        Assert.StartsWith("mcr.microsoft.com/mssql/server:", job.Find("services")!.Find("sqlserver")!.Find("image")!.Text(), StringComparison.Ordinal);
        Assert.Contains("Server=127.0.0.1", job.Find("env")!.Find("PORTAL_TEST_SQLSERVER")!.Text(), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"uses: (\S+)")]
    private static partial Regex Uses();
}
