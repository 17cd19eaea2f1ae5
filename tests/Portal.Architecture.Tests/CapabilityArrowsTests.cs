using Xunit;

namespace Portal.Architecture.Tests;

/// <summary>Which capability inside <c>Portal</c> may know which. The compiler does not hold these arrows, so this table does.</summary>
public sealed class CapabilityArrowsTests
{
    // Data holds the one context, so it names every entity; Api is what endpoints share. Neither is a capability.
    static readonly string[] Everywhere = ["Portal.Data", "Portal.Api"];

    static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Portal.Audit"] = [],
        ["Portal.Access"] = ["Portal.Audit"],
        ["Portal.Jobs"] = ["Portal.Audit", "Portal.Access"],
        ["Portal.Projects"] = ["Portal.Audit", "Portal.Access"],
        ["Portal.Artifacts"] = ["Portal.Audit", "Portal.Access", "Portal.Projects"],
        ["Portal.Immutability"] = ["Portal.Audit", "Portal.Access", "Portal.Projects", "Portal.Artifacts"],
        ["Portal.Protection"] = ["Portal.Audit", "Portal.Access", "Portal.Projects", "Portal.Artifacts"],
        ["Portal.Retention"] = ["Portal.Audit", "Portal.Access", "Portal.Projects", "Portal.Artifacts", "Portal.Jobs"],
        ["Portal.Quotas"] = ["Portal.Audit", "Portal.Access", "Portal.Projects", "Portal.Artifacts"],
        ["Portal.Trash"] = ["Portal.Audit", "Portal.Access", "Portal.Projects", "Portal.Artifacts"],
        ["Portal.GarbageCollection"] = ["Portal.Audit", "Portal.Access", "Portal.Projects", "Portal.Artifacts", "Portal.Jobs"],
    };

    // The REST face of Audit has to ask who may read it.
    static readonly string[] Faces = ["Endpoints", "Contracts", "Setup"];

    [Fact]
    public void EveryCapability_KnowsOnlyThoseItMay()
    {
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in Assemblies.Types(Assemblies.Named("Portal")))
        {
            var from = Capability(Assemblies.Namespace(type));
            if (from is null || !Allowed.TryGetValue(from, out var allowed)) continue;
            var outer = type;
            while (outer.DeclaringType is not null) outer = outer.DeclaringType;
            if (from == "Portal.Audit" && Faces.Any(f => outer.Name.EndsWith(f, StringComparison.Ordinal))) continue;
            foreach (var used in Assemblies.Uses(type))
                if (Capability(Assemblies.Namespace(used)) is { } to && to != from && !allowed.Contains(to) && !Everywhere.Contains(to))
                    wrong.Add($"{outer.FullName} -> {used.FullName}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void EveryFolderOfPortal_HasItsArrows()
    {
        var folders = Directory.EnumerateDirectories(Path.Combine(Source.Root, "src/Portal")).Select(Path.GetFileName)
            .Where(n => n is not ("bin" or "obj")).Select(n => "Portal." + n).Where(n => Source.Files("src/Portal/" + n[7..], ".cs").Any());
        Assert.Equal(Allowed.Keys.Concat(Everywhere).Order(), folders.Order());
    }

    static string? Capability(string name)
    {
        var parts = name.Split('.');
        return parts is ["Portal", var capability, ..] && !Other.Contains(capability) ? $"Portal.{capability}" : null;
    }

    static readonly string[] Other = ["Kernel", "Registry", "Gateway", "Web", "Server", "Launcher"];
}
