using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Portal.Architecture.Tests.Packaging;

public partial class DockerfileTests
{
    static readonly string[] Lines = PackagingFiles.Read("Dockerfile")
        .Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToArray();

    static string[] FinalStage => Lines.SkipWhile(line => !line.EndsWith(" AS final", StringComparison.Ordinal)).ToArray();

    [Fact]
    public void Stages_OfTheFile_BuildWithTheSdkAndRunWithoutIt()
    {
        var stages = Lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).ToArray();

        Assert.Equal(["FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build", "FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS final"], stages);
    }

    [Fact]
    public void FinalStage_RunsAsAnAccountOtherThanRoot()
    {
        var user = Assert.Single(FinalStage, line => line.StartsWith("USER ", StringComparison.Ordinal));

        Assert.Equal("USER $APP_UID", user);
        Assert.True(Array.IndexOf(FinalStage, user) < Array.FindIndex(FinalStage, line => line.StartsWith("ENTRYPOINT", StringComparison.Ordinal)));
    }

    [Fact]
    public void FinalStage_HealthCheck_AsksTheServerItself()
    {
        var check = Assert.Single(FinalStage, line => line.StartsWith("HEALTHCHECK", StringComparison.Ordinal));

        Assert.Matches("""CMD \["dotnet", "Portal.Server.dll", "--health", "http://127.0.0.1:8080/healthz"\]$""", check);
        Assert.Contains("EXPOSE 8080", FinalStage);
    }

    [Fact]
    public void BuildStage_BeforeRestore_CopiesEveryProjectOfTheServer()
    {
        var copied = Copied().Matches(string.Join('\n', Lines)).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Equal(ProjectsOf("src/Portal.Server/Portal.Server.csproj").Order(), copied.Order());
    }

    static HashSet<string> ProjectsOf(string path)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>([Path.GetFullPath(Path.Combine(PackagingFiles.Root, path))]);
        while (open.TryPop(out var project))
        {
            if (!found.Add(Path.GetFileNameWithoutExtension(project)))
                continue;
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
                open.Push(Path.GetFullPath(reference.Attribute("Include")!.Value, Path.GetDirectoryName(project)!));
        }

        return found;
    }

    [GeneratedRegex(@"COPY src/([A-Za-z.]+)/\*\.csproj src/\1/packages\.lock\.json src/\1/")]
    private static partial Regex Copied();
}
