using Portal.Access;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>Reads what clients send of robots: levels and rights by project name.</summary>
public sealed class RobotRequests(ProjectQueries projects)
{
    const int MaxEntries = 500;

    /// <summary>Where a new robot belongs: null for the system. A robot of a project names that project in its only entry.</summary>
    internal async Task<Result<ProjectEntry?>> HomeAsync(Caller caller, string? level, IReadOnlyList<RobotPermissionJson>? permissions, CancellationToken cancellation)
    {
        if (level == RobotLevels.System) return (ProjectEntry?)null;
        if (level != RobotLevels.Project) return Error.Invalid("level", "bad request error level input: level is system or project");
        if (permissions is not [{ Kind: RobotLevels.Project, Namespace: { Length: > 0 } name }] || name == "*")
            return Error.Invalid("permissions", "A robot of a project has exactly one entry, of the kind project, that names its project.");
        var project = await projects.ResolveAsync(caller, name, Permissions.RobotCreate, cancellation);
        return project.Ok ? project.Value : project.Error;
    }

    /// <summary>The rights of a list of entries; project names are looked up as the caller sees them.</summary>
    internal async Task<Result<IReadOnlyList<RobotRight>>> RightsAsync(Caller caller, IReadOnlyList<RobotPermissionJson>? permissions, CancellationToken cancellation)
    {
        if (permissions is { Count: > MaxEntries }) return Error.Invalid("permissions", $"permissions has at most {MaxEntries} entries.");
        var rights = new List<RobotRight>();
        foreach (var entry in permissions ?? [])
        {
            int? projectId = null;
            if (entry.Kind is not (RobotLevels.System or RobotLevels.Project)) return Error.Invalid("permissions", "bad request: kind is system or project");
            if (entry.Kind == RobotLevels.System && entry.Namespace != "/") return Error.Invalid("permissions", "bad request: the namespace of the kind system is /");
            if (entry.Kind == RobotLevels.Project && entry.Namespace != "*")
            {
                var project = await projects.ResolveAsync(caller, entry.Namespace ?? "", Permissions.ProjectRead, cancellation);
                if (!project.Ok) return project.Error;
                projectId = project.Value.Id;
            }
            foreach (var access in entry.Access ?? [])
            {
                if (access.Effect is not (null or "" or "allow")) return Error.Invalid("permissions", "bad request: effect is empty or allow");
                var text = $"{access.Resource}:{access.Action}";
                if (text.Length > 110 || !Permissions.TryParse(text, out var right)) return Error.Invalid("permissions", $"bad request permission: {(text.Length > 110 ? text[..110] : text)}");
                rights.Add(new(right, projectId, entry.Namespace == "*"));
            }
        }
        return rights;
    }
}
