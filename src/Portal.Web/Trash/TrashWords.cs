using Portal.Artifacts;
using Portal.Trash;
using Portal.Web.Kit;

namespace Portal.Web.Trash;

/// <summary>The trash in words.</summary>
public static class TrashWords
{
    /// <summary>What kind of thing lies there.</summary>
    public static string Kind(DeletionKind kind) => kind switch
    {
        DeletionKind.Tag => "Tag",
        DeletionKind.Artifact => "Artifact",
        DeletionKind.Repository => "Repository",
        _ => "Project",
    };

    /// <summary>Why it was deleted, without the reason in words.</summary>
    public static string Cause(DeletionCause cause) => cause switch
    {
        DeletionCause.Retention => "Retention",
        DeletionCause.Untagged => "Had no tag",
        DeletionCause.Bulk => "Bulk deletion",
        _ => "By hand",
    };

    /// <summary>The name without what nobody reads: the middle of a digest.</summary>
    public static string Name(TrashRow row)
    {
        var at = row.Name.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? row.Name : $"{row.Name[..at]}@{Format.ShortDigest(row.Name[(at + 1)..])}";
    }

    /// <summary>What goes with it: "3 artifacts, 2 tags".</summary>
    public static string Content(TrashRow row) => row.Kind switch
    {
        DeletionKind.Tag => "the tag alone",
        DeletionKind.Project => "members, rules and limits",
        _ => $"{Format.Count(row.Artifacts, "artifact")}, {Format.Count(row.Tags, "tag")}",
    };

    /// <summary>How long it can be taken back.</summary>
    public static string Expires(TrashRow row, DateTimeOffset now) =>
        row.ExpiresAt <= now ? "with the next collection" : row.ExpiresAt - now < TimeSpan.FromDays(1) ? $"in {Format.Duration(row.ExpiresAt - now)}" : $"in {Format.Count((long)Math.Ceiling((row.ExpiresAt - now).TotalDays), "day")}";

    /// <summary>How long deletions lie there: "14 days", or that they do not.</summary>
    public static string Window(int days) => days == 0 ? "until the next garbage collection" : $"for {Format.Count(days, "day")}";

    /// <summary>What a restore brought back, for the toast.</summary>
    public static string Restored(RestoreSummary done)
    {
        var parts = new[] { done.Artifacts > 0 ? Format.Count(done.Artifacts, "artifact") : "", done.Tags > 0 ? Format.Count(done.Tags, "tag") : "" }.Where(p => p.Length > 0).ToList();
        var what = parts.Count == 0 ? "Everything" : string.Join(" and ", parts);
        return $"{what} restored{(done.TagsTaken.Count == 0 ? "" : $". Used again meanwhile and left alone: {string.Join(", ", done.TagsTaken.Take(3))}")}";
    }

    /// <summary>The tag of a deleted tag's name.</summary>
    public static string TagOf(string name) => name[(name.LastIndexOf(':') + 1)..];
}
