using System.Globalization;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Registry;

namespace Portal.Protection;

/// <summary>The refusals of Protection.</summary>
public static class ProtectionErrors
{
    public static Error LockNotFound { get; } = Error.NotFound("The lock");

    /// <summary>In the words of the Harbor API, which clients and scripts look for. It passes, so what waits is tried again.</summary>
    public static Error ReadOnly { get; } = OciErrors.Denied.Because("The system is in read only mode. Any modification is prohibited.") with { Kind = ErrorKind.Unavailable };

    internal static Error Reason { get; } = Error.Invalid("reason", $"Say why, in 1 to {LockService.MaxReason} characters.");

    internal static Error UntilPast { get; } = Error.Invalid("until", "The end of a lock lies in the future.");

    internal static Error TooMany { get; } = new("PRECONDITION", $"There are {LockService.MaxLocks} locks in this project, and there can be no more. Take one off first, or write an immutability rule.", ErrorKind.Precondition);

    internal static Error Locked(ProtectionLock held) => new("CONFLICT", $"It is locked already: {Words(held)}. Take that lock off first.", ErrorKind.Conflict);

    internal static Error Moves(PushContext push, ProtectionLock held) => OciErrors.Precondition.Because(
        $"The tag {push.Tag} of {push.Repository} is locked and cannot be moved: {Words(held)}. Push another tag, or ask for the lock to be taken off.");

    internal static Error Held(string project, ProtectionLock held) => OciErrors.Precondition.Because(
        $"{new LockTarget(held.Repository, held.Tag, held.Digest).In(project)} is locked, and nothing of it can be deleted: {Words(held)}. Take the lock off first.");

    internal static Error ContentType(PushContext push, string what, IReadOnlyList<string> allowed) => OciErrors.Denied.Because(
        $"The project {push.Project.Name} does not take {what}. It takes: {string.Join(", ", allowed)}. Ask a project admin to allow it.");

    internal static Error ContentEntry(string entry) => Error.Invalid("allowed",
        $"'{(entry.Length > 64 ? entry[..64] : entry)}' is neither a kind ({string.Join(", ", ContentList.Kinds.Keys)}) nor a media type such as application/vnd.example.thing.v1+json.");

    internal static Error ContentCount { get; } = Error.Invalid("allowed", $"A project names at most {ContentList.MaxEntries} kinds and media types.");

    static string Words(ProtectionLock held) => held.Until is { } until
        ? string.Create(CultureInfo.InvariantCulture, $"\"{held.Reason}\" ({held.CreatedBy}, until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC)")
        : $"\"{held.Reason}\" ({held.CreatedBy})";
}
