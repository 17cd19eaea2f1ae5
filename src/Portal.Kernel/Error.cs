namespace Portal.Kernel;

/// <summary>What kind of refusal an <see cref="Error"/> is; each door maps it to its own status.</summary>
public enum ErrorKind
{
    /// <summary>The input breaks a rule; the message names the field and the bound (400).</summary>
    Invalid,
    /// <summary>The caller is not known (401).</summary>
    Unauthenticated,
    /// <summary>The caller is known and may not (403).</summary>
    Forbidden,
    /// <summary>A rule of the project refuses, whoever asks (403 on <c>/v2</c>, 412 on <c>/api/v2.0</c>).</summary>
    Denied,
    /// <summary>Missing, or not visible to the caller; the two answer alike (404).</summary>
    NotFound,
    /// <summary>It exists already, or changed meanwhile (409).</summary>
    Conflict,
    /// <summary>Something it depends on does not hold, such as an index that still names it (412).</summary>
    Precondition,
    /// <summary>Larger than a bound; the message names the bound (413).</summary>
    TooLarge,
    /// <summary>Too many requests; try again later (429).</summary>
    TooMany,
    /// <summary>The backing registry or the database is away (503).</summary>
    Unavailable,
}

/// <summary>An expected failure as a value: a stable code, a sentence for a person, and its kind.</summary>
/// <param name="Code">Upper-case and stable, such as <c>PROJECT_NAME_TAKEN</c>.</param>
/// <param name="Message">What happened, why, what to do. Never holds a secret.</param>
/// <param name="Kind">Which family of statuses it answers with.</param>
/// <param name="Field">The input field at fault, when there is one.</param>
public record Error(string Code, string Message, ErrorKind Kind, string? Field = null)
{
    /// <summary>What the refusal is about one by one, the digests that are missing, for programs to read; empty for most.</summary>
    public IReadOnlyList<string> About { get; init; } = [];

    /// <summary>A refusal of input that names the field.</summary>
    public static Error Invalid(string field, string message) => new("BAD_REQUEST", message, ErrorKind.Invalid, field);

    /// <summary>Missing or foreign: the same answer for both.</summary>
    public static Error NotFound(string what) => new("NOT_FOUND", $"{what} was not found.", ErrorKind.NotFound);

    /// <inheritdoc />
    public sealed override string ToString() => $"{Code}: {Message}";
}
