using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portal.Architecture.Tests.Packaging;

/// <summary>The files beside the solution, read from the clone the tests were built in.</summary>
static class PackagingFiles
{
    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>A YAML file with its merge keys applied.</summary>
    public static YamlMappingNode Yaml(string path)
    {
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(new StringReader(Read(path)))));
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    public static IEnumerable<(string Key, YamlNode Value)> Entries(this YamlNode node) =>
        ((YamlMappingNode)node).Children.Select(child => (((YamlScalarNode)child.Key).Value!, child.Value));

    public static YamlNode? Find(this YamlNode node, string key) =>
        ((YamlMappingNode)node).Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    public static string Text(this YamlNode node) => ((YamlScalarNode)node).Value!;

    public static IEnumerable<string> Texts(this YamlNode? node) => node is null ? [] : ((YamlSequenceNode)node).Children.Select(Text);

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Portal.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"Portal.sln is not above {AppContext.BaseDirectory}.");
    }
}
