using Portal.Kernel;
using Portal.Registry;

namespace Portal.Artifacts;

/// <summary>The refusals of Artifacts.</summary>
public static class ArtifactErrors
{
    public static Error RepositoryNotFound { get; } = Error.NotFound("The repository");
    public static Error ArtifactNotFound { get; } = Error.NotFound("The artifact");
    public static Error TagNotFound { get; } = Error.NotFound("The tag");
    public static Error AdditionNotFound { get; } = Error.NotFound("The addition");
    public static Error DeletionNotFound { get; } = Error.NotFound("The deletion");

    public static Error TagName { get; } = Error.Invalid("tag", "A tag has 1 to 128 letters, digits, '_', '.' and '-', and starts with none of '.' and '-'.") with { Code = OciErrors.TagInvalid.Code };

    public static Error Sha256Only { get; } = OciErrors.DigestInvalid.Because("This registry stores content by sha256 digests only.");

    public static Error DigestDiffers(Digest asked, Digest actual) => OciErrors.DigestInvalid.Because($"The manifest has digest {actual}, not {asked}.");

    public static Error ForeignWithoutAddress { get; } = OciErrors.ManifestInvalid.Because("A foreign layer of a Docker manifest names in 'urls' where it is kept. Push it with a client that writes them, or as an OCI image.");

    public static Error LayerAddress(string url) => OciErrors.ManifestInvalid.Because($"'{(url.Length > 200 ? url[..200] : url)}' in a layer's 'urls' is not an http or https address without a fragment.");

    public static Error Missing(IReadOnlyList<string> digests) => OciErrors.ManifestBlobUnknown.Because(
        $"The manifest names content that this repository does not hold: {string.Join(", ", digests.Take(3))}{(digests.Count > 3 ? $" and {digests.Count - 3} more" : "")}. Push it first.") with
    { About = [.. digests.Take(10)] };

    /// <summary>Content is being cleaned up in this very moment.</summary>
    public static Error CleaningUp { get; } = new("UNAVAILABLE", "An older copy of this content is being cleaned up at this moment. Send it again.", ErrorKind.Unavailable);

    public static Error NamedByIndex(string index) => new("PRECONDITION", $"The index {index} names this artifact. Delete the index, and its platforms go with it.", ErrorKind.Precondition);

    public static Error TagTaken(TagName tag) => new("CONFLICT", $"The tag {tag} names another artifact.", ErrorKind.Conflict, "tag");

    public static Error NeverNamed(TagName tag, Digest digest) => Error.Invalid("digest", $"The history of the tag {tag} holds no {digest.Short}, so there is nothing to go back to.");

    public static Error TooManyTags(string field, int most) => Error.Invalid(field, $"One request sets at most {most} tags.");

    public static Error CopyOfAttached { get; } = new("DENIED", "What is attached to another artifact is copied with that artifact, not on its own.", ErrorKind.Forbidden);

    public static Error CopyTooLarge(int most) => Error.Invalid("from", $"A copy takes at most {most} manifests along; this artifact has more.");

    public static Error CopySource { get; } = Error.Invalid("from", "from is a project, a repository and a tag or digest: project/repository:tag or project/repository@sha256:…");

    /// <summary>The <see cref="Error.Field"/> of every refusal by a limit.</summary>
    public const string Limited = "limit";

    /// <summary>A repository would have more bytes than it may.</summary>
    public static Error RepositoryLimit(RepositoryName repository, long would, long limit)
    {
        var text = $"the repository {repository} would hold {Size(would)}, which will exceed the configured upper limit of {Size(limit)} for one repository.";
        return OciErrors.Denied.Because(text) with { Kind = ErrorKind.Denied, Field = Limited };
    }

    /// <summary>A repository has as many tags as it may.</summary>
    public static Error TagLimit(RepositoryName repository, int limit)
    {
        var text = $"the repository {repository} has {limit} tags already, which is the configured upper limit for one repository. Delete tags or ask for more.";
        return OciErrors.Denied.Because(text) with { Kind = ErrorKind.Denied, Field = Limited };
    }

    /// <summary>Source of the words: Harbor API, quotas.</summary>
    public static Error StorageLimit(long more, long used, long limit)
    {
        var text = $"adding {Size(more)} of storage resource, which when updated to current usage of {Size(used)} will exceed the configured upper limit of {Size(limit)}.";
        return OciErrors.Denied.Because(text) with { Kind = ErrorKind.Denied, Field = Limited };
    }

    static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        double value = bytes;
        for (; value >= 1024 && unit < units.Length - 1; unit++) value /= 1024;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value:0.0} {units[unit]}");
    }

    public static Error Changed { get; } = new("CONFLICT", "Somebody else changed the same artifacts at this moment. Look again and repeat.", ErrorKind.Conflict);

    public static Error Destroyed { get; } = new("CONFLICT", "This deletion can't be taken back any more: its time in the trash is over, or somebody deleted it for good.", ErrorKind.Conflict);

    public static Error RepositoryUsed { get; } = new("CONFLICT", "That repository holds something, or did until lately. Choose a name that was never used.", ErrorKind.Conflict, "repository");

    public static Error RepositoryName { get; } = Error.Invalid("repository", "A repository's name has 1 to 255 lower-case letters, digits, '.', '_', '-' and '/', and each part begins and ends with a letter or digit.");

    public static Error NothingToMove { get; } = Error.Invalid("repository", "This deletion took a tag alone. Give the tag another name instead.");

    public static Error Restored { get; } = new("CONFLICT", "This deletion has been taken back already.", ErrorKind.Conflict);
}
