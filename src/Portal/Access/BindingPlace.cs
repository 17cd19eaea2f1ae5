using Portal.Kernel;

namespace Portal.Access;

/// <summary>Where a role is to hold: the system, a project, or what matches a pattern inside a project.</summary>
/// <param name="Target">The system or the project.</param>
/// <param name="Name">The project's name, or <c>system</c>, as audit rows show it.</param>
/// <param name="RepositoryPattern">A <see cref="NamePattern"/> over repository paths inside the project, or over full names on the system, at most 255 characters; empty for all.</param>
/// <param name="TagPattern">The same over tag names, at most 128 characters; empty for all.</param>
public sealed record BindingPlace(AccessTarget Target, string Name, string RepositoryPattern = "", string TagPattern = "")
{
    public static BindingPlace System { get; } = new(AccessTarget.System, "system");

    public bool Whole => RepositoryPattern.Length == 0 && TagPattern.Length == 0;

    /// <summary>What is wrong with the patterns; null when nothing is.</summary>
    internal Error? Check() => NamePattern.Check(RepositoryPattern, TagPattern, Target.ProjectId is not null);
}

/// <summary>Who gets a role.</summary>
/// <param name="Kind">User, group or robot.</param>
/// <param name="Id">The id; 0 to look for the name.</param>
/// <param name="Name">The user name, the group's name or the robot's whole login; case does not count for users.</param>
public readonly record struct BindingSubject(SubjectKind Kind, int Id = 0, string Name = "");

/// <summary>What is to be different about a binding; null leaves as is.</summary>
/// <param name="Role">The new role's name.</param>
/// <param name="Until">The new end.</param>
/// <param name="Forever">Takes the end away.</param>
public sealed record BindingChange(string? Role = null, DateTimeOffset? Until = null, bool Forever = false);
