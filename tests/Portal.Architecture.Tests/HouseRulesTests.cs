using System.Text.RegularExpressions;
using Mono.Cecil;
using Xunit;

namespace Portal.Architecture.Tests;

/// <summary>Rules that a reviewer would otherwise have to remember.</summary>
public sealed partial class HouseRulesTests
{
    [Fact]
    public void NoMethod_IsAsyncVoid()
    {
        var found = Assemblies.Product.SelectMany(Assemblies.Types).SelectMany(t => t.Methods)
            .Where(m => m.ReturnType.MetadataType == MetadataType.Void && m.CustomAttributes.Any(a => a.AttributeType.Name == "AsyncStateMachineAttribute"))
            .Select(m => m.FullName);
        Assert.Empty(found);
    }

    [Fact]
    public void NoFileOfWeb_TouchesTheContext()
    {
        var found = Source.Files("src/Portal.Web", ".cs", ".razor").Where(f => File.ReadAllText(f) is var text
            && (text.Contains("DbContext", StringComparison.Ordinal) || text.Contains("Portal.Data", StringComparison.Ordinal)));
        Assert.Empty(found);
    }

    [Fact]
    public void NoScriptOfAPage_StandsInline()
    {
        var found = Source.Files("src/Portal.Web", ".razor").Where(f => InlineScript().IsMatch(File.ReadAllText(f)));
        Assert.Empty(found);
    }

    [Fact]
    public void EveryFolderOfSource_IsNamedInTheMap()
    {
        var map = File.ReadAllText(Path.Combine(Source.Root, "docs/map.md"));
        var missing = Source.Folders("src").Where(d => Directory.EnumerateFiles(d).Any()).Select(d => Path.GetRelativePath(Source.Root, d).Replace('\\', '/'))
            .Where(d => !map.Contains($"`{d}`", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void TheMap_NamesOnlyFoldersThatExist()
    {
        var map = File.ReadAllText(Path.Combine(Source.Root, "docs/map.md"));
        var stale = MapEntry().Matches(map).Select(m => m.Groups[1].Value).Where(p => !Directory.Exists(Path.Combine(Source.Root, p)));
        Assert.Empty(stale);
    }

    [Theory]
    [InlineData("Manager"), InlineData("Helper"), InlineData("Util"), InlineData("Utils"), InlineData("Common"), InlineData("Impl")]
    public void NoType_IsCalled(string suffix)
    {
        var found = Assemblies.Product.SelectMany(Assemblies.Types).Where(t => t.Namespace.StartsWith("Portal", StringComparison.Ordinal) && t.Name.EndsWith(suffix, StringComparison.Ordinal));
        Assert.Empty(found.Select(t => t.FullName));
    }

    [GeneratedRegex("<script(?![^>]*\\bsrc=)", RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();

    [GeneratedRegex("`(src/[^`]+)`")]
    private static partial Regex MapEntry();
}
