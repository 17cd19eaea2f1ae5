using Portal.Access;
using Portal.Projects;

namespace Portal.Web.Robots;

/// <summary>Projects in which a robot of the system has the same rights.</summary>
/// <param name="Names">As they are typed: names parted by blanks, or <c>*</c> for every project.</param>
/// <param name="Rights">As texts.</param>
public sealed record RobotPlaces(string Names, IReadOnlyList<string> Rights)
{
    /// <summary>The most groups of projects that one form holds.</summary>
    public const int Max = 10;

    /// <summary>What stands for every project.</summary>
    public const string Every = "*";

    /// <summary>How a person calls them.</summary>
    public string Called => Names == Every ? "every project" : Names.Contains(' ', StringComparison.Ordinal) ? "these projects" : Names;

    /// <summary>A robot's rights in projects, those of the same rights together, in the order of names.</summary>
    public static IReadOnlyList<RobotPlaces> Of(RobotRow robot) =>
    [
        .. robot.Rights.Where(r => r.EveryProject || r.Project is not null).GroupBy(r => r.EveryProject ? Every : r.Project!, StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Rights: g.Select(r => $"{r.Resource}:{r.Action}").Order(StringComparer.Ordinal).ToList()))
            .GroupBy(p => (Every: p.Name == Every, Rights: string.Join(' ', p.Rights)))
            .Select(g => new RobotPlaces(string.Join(' ', g.Select(p => p.Name).Order(StringComparer.Ordinal)), g.First().Rights))
            .OrderBy(p => p.Names != Every).ThenBy(p => p.Names, StringComparer.Ordinal),
    ];

    /// <summary>A robot's rights on the system.</summary>
    public static IReadOnlyList<string> OnSystem(RobotRow robot) => [.. robot.Rights.Where(r => !r.EveryProject && r.ProjectId is null).Select(r => $"{r.Resource}:{r.Action}")];

    /// <summary>The names in what was typed.</summary>
    public static IReadOnlyList<string> Split(string? typed) => [.. (typed ?? "").Split([' ', ',', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
}
