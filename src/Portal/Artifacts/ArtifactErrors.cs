using Portal.Kernel;

namespace Portal.Artifacts;

/// <summary>The refusals of Artifacts.</summary>
public static class ArtifactErrors
{
    public static Error RepositoryNotFound { get; } = Error.NotFound("The repository");
    public static Error ArtifactNotFound { get; } = Error.NotFound("The artifact");
    public static Error TagNotFound { get; } = Error.NotFound("The tag");
}
