namespace Portal.Architecture.Tests;

/// <summary>Finds the tree that the tests were built from.</summary>
static class Source
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Files(string below, params string[] endings) =>
        Directory.EnumerateFiles(Path.Combine(Root, below), "*", SearchOption.AllDirectories)
            .Where(f => endings.Any(e => f.EndsWith(e, StringComparison.Ordinal)) && !Built(f));

    public static IEnumerable<string> Folders(string below) =>
        Directory.EnumerateDirectories(Path.Combine(Root, below), "*", SearchOption.AllDirectories).Where(d => !Built(d + "/"));

    static bool Built(string path) => path.Contains("/bin/", StringComparison.Ordinal) || path.Contains("/obj/", StringComparison.Ordinal);

    static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Portal.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Portal.sln is not above the tests.");
        return folder;
    }
}
