using Portal.Kernel;

namespace Portal.Access;

/// <summary>Where a role is to hold: the system, a project, or what matches a pattern inside a project.</summary>
/// <param name="Target">The system or the project.</param>
/// <param name="Name">The project's name, or <c>system</c>, as audit rows show it.</param>
/// <param name="RepositoryPattern">Glob over repository paths inside the project, at most 255 characters; empty for all.</param>
/// <param name="TagPattern">Glob over tag names, at most 128 characters; empty for all.</param>
public sealed record BindingPlace(AccessTarget Target, string Name, string RepositoryPattern = "", string TagPattern = "")
{
    public static BindingPlace System { get; } = new(AccessTarget.System, "system");

    public bool Whole => RepositoryPattern.Length == 0 && TagPattern.Length == 0;

    /// <summary>What is wrong with the patterns; null when nothing is.</summary>
    internal Error? Check()
    {
        if (Whole) return null;
        if (Target.ProjectId is null) return AccessErrors.PatternOnSystem;
        return Check("repository_pattern", RepositoryPattern, Binding.MaxPatternLength) ?? Check("tag_pattern", TagPattern, TagName.MaxLength);
    }

    static Error? Check(string field, string pattern, int max)
    {
        if (pattern.Length == 0) return null;
        if (pattern.Length > max) return Error.Invalid(field, $"A pattern has at most {max} characters here.");
        return Glob.Parse(pattern) is { Ok: false } bad ? bad.Error with { Field = field } : null;
    }
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
