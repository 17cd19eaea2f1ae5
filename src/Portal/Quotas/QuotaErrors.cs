using System.Globalization;
using Portal.Access.Settings;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Quotas;

/// <summary>The refusals of Quotas.</summary>
public static class QuotaErrors
{
    public static Error NotFound { get; } = Error.NotFound("The quota");

    public static Error RequestNotFound { get; } = Error.NotFound("The request");

    /// <summary>The body of a change names something else, or nothing.</summary>
    public static Error Hard { get; } = Error.Invalid("hard", "hard names one resource, storage.");

    public static Error Storage { get; } = Error.Invalid("storage", Bytes("storage"));

    public static Error RepositoryStorage { get; } = Error.Invalid("repository_storage", Bytes("repository_storage"));

    public static Error RepositoryTags { get; } = Error.Invalid("repository_tags", string.Create(CultureInfo.InvariantCulture, $"repository_tags is -1 for no limit, or 1 to {SettingKeys.MaxTags}."));

    public static Error Requested { get; } = Error.Invalid("bytes", string.Create(CultureInfo.InvariantCulture, $"bytes is 1 to {ProjectStorage.MaxLimit}."));

    /// <summary>More than it has must be asked for.</summary>
    public static Error NotMore { get; } = Error.Invalid("bytes", "The project may hold so much already. Ask for more than its present limit.");

    public static Error Text(string field) => Error.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"{field} has 1 to {QuotaRequest.MaxText} characters."));

    public static Error AlreadyAsked { get; } = new("CONFLICT", "The project has asked already and waits for an answer.", ErrorKind.Conflict);

    public static Error AlreadyDecided { get; } = new("CONFLICT", "The request has been decided already.", ErrorKind.Conflict);

    static string Bytes(string field) => string.Create(CultureInfo.InvariantCulture, $"{field} is -1 for no limit, or 1 to {ProjectStorage.MaxLimit} bytes.");
}
