using Portal.Access;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>The refusals of Projects.</summary>
public static class ProjectErrors
{
    /// <summary>Also the answer for a project that the caller may not see.</summary>
    public static Error NotFound { get; } = Error.NotFound("The project");

    public static Error Taken(string name) => new("CONFLICT", $"The project named {name} already exists", ErrorKind.Conflict, "project_name");

    public static Error NotEmpty(long repositories) => new("PRECONDITION",
        $"The project holds {repositories} {(repositories == 1 ? "repository" : "repositories")}. Delete {(repositories == 1 ? "it" : "them")} first.", ErrorKind.Precondition);

    public static Error Description { get; } = Error.Invalid("description", "A description has at most 1,000 characters.");

    public static Error StorageLimit { get; } = Error.Invalid("storage_limit", $"storage_limit is {ProjectStorage.Unlimited} for no limit, or 1 to {ProjectStorage.MaxLimit} bytes.");

    /// <summary>The refusal for a caller who lacks a right on a project: missing and invisible look alike.</summary>
    public static Error Refusal(Caller caller, PermissionSet rights, Permission needed) =>
        rights.Has(Permissions.ProjectRead) ? caller.IsAnonymous ? AccessErrors.SignInNeeded : AccessErrors.Lacks(needed) : NotFound;
}
