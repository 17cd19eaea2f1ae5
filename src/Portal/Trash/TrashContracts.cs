using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using Portal.Artifacts;

namespace Portal.Trash;

/// <summary>A deletion in the trash.</summary>
public sealed class TrashJson
{
    public long Id { get; init; }
    public int ProjectId { get; init; }
    public string Project { get; init; } = "";
    public string Repository { get; init; } = "";

    /// <summary>tag, artifact, repository or project.</summary>
    public string Kind { get; init; } = "";

    /// <summary>asked, retention, untagged or bulk.</summary>
    public string Cause { get; init; } = "";
    public string Reason { get; init; } = "";
    public string Name { get; init; } = "";
    public string DeletedBy { get; init; } = "";
    public DateTimeOffset DeletedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public int Artifacts { get; init; }
    public int Tags { get; init; }
    public long OwnBytes { get; init; }
    public long SharedBytes { get; init; }

    /// <summary>The bulk deletion it belongs to.</summary>
    public Guid? Batch { get; init; }

    internal static TrashJson From(TrashRow row) => new()
    {
        Id = row.Id,
        ProjectId = row.ProjectId,
        Project = row.Project,
        Repository = row.Repository,
        Kind = row.Kind.ToString().ToLowerInvariant(),
        Cause = row.Cause.ToString().ToLowerInvariant(),
        Reason = row.Reason,
        Name = row.Name,
        DeletedBy = row.Actor,
        DeletedAt = row.At,
        ExpiresAt = row.ExpiresAt,
        Artifacts = row.Artifacts,
        Tags = row.Tags,
        OwnBytes = row.OwnBytes,
        SharedBytes = row.SharedBytes,
        Batch = row.Batch,
    };
}

/// <summary>A deletion with what is in it.</summary>
public sealed class TrashDetailJson
{
    public TrashJson Entry { get; init; } = new();

    /// <summary>Its artifacts, or for a tag alone that tag: at most one page.</summary>
    public IReadOnlyList<TrashItemJson> Items { get; init; } = [];
    public long ItemCount { get; init; }

    /// <summary>Of its tags, those whose names are used again.</summary>
    public IReadOnlyList<string> TagsUsed { get; init; } = [];

    internal static TrashDetailJson From(TrashDetail detail) => new()
    {
        Entry = TrashJson.From(detail.Row),
        Items = [.. detail.Items.Items.Select(i => new TrashItemJson { Digest = i.Digest, Size = i.Size, Tags = i.Tags })],
        ItemCount = detail.Items.Total,
        TagsUsed = detail.TagsUsed,
    };
}

/// <summary>One thing in a deletion.</summary>
public sealed class TrashItemJson
{
    public string Digest { get; init; } = "";
    public long Size { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>Where a deletion is to come back.</summary>
public sealed class RestoreReq
{
    /// <summary>Other names for tags, by the old ones.</summary>
    public Dictionary<string, string>? Tags { get; init; }

    /// <summary>Another repository of the project, by its path, that was never used.</summary>
    public string? Repository { get; init; }

    /// <summary>Another name for a project.</summary>
    public string? Project { get; init; }
}

/// <summary>What came back.</summary>
public sealed class RestoreJson
{
    public int Artifacts { get; init; }
    public int Tags { get; init; }

    /// <summary>Tags that stayed away because the name is used again.</summary>
    public IReadOnlyList<string> TagsTaken { get; init; } = [];

    internal static RestoreJson From(RestoreSummary done) => new() { Artifacts = done.Artifacts, Tags = done.Tags, TagsTaken = done.TagsTaken };
}

/// <summary>Asks to delete for good.</summary>
public sealed class DestroyReq
{
    /// <summary>The name of what was deleted, as the trash has it.</summary>
    public string? Name { get; init; }
}

/// <summary>The window of a project.</summary>
public sealed class TrashWindowReq
{
    /// <summary>Days, 0 to 3,650; null for the system's default.</summary>
    public int? Days { get; init; }
}

/// <summary>The system's settings of the trash.</summary>
public sealed class TrashSettingsJson
{
    /// <summary>Days that a deletion can be taken back; 0 to 3,650.</summary>
    public int? Days { get; init; }

    /// <summary>Whether what lies in the trash counts against quotas.</summary>
    public bool? CountsAgainstQuota { get; init; }
}

/// <summary>What lies in a project's trash altogether.</summary>
public sealed class TrashTotalsJson
{
    public int Entries { get; init; }

    /// <summary>Bytes that would be freed if all of it went now.</summary>
    public long Bytes { get; init; }

    /// <summary>Days that new deletions can be taken back.</summary>
    public int Days { get; init; }
    public bool CountsAgainstQuota { get; init; }

    internal static TrashTotalsJson From(TrashTotals totals) => new() { Entries = totals.Entries, Bytes = totals.Bytes, Days = totals.Days, CountsAgainstQuota = totals.Counted };
}

/// <summary>Which deletions to list.</summary>
public sealed class TrashQuery
{
    [FromQuery(Name = "kind"), Description("tag, artifact, repository or project.")]
    public string? Kind { get; init; }

    [FromQuery(Name = "cause"), Description("asked, retention, untagged or bulk.")]
    public string? Cause { get; init; }

    [FromQuery(Name = "text"), Description("Part of the name, of who deleted it, or of the reason.")]
    public string? Text { get; init; }

    [FromQuery(Name = "batch"), Description("Only those of one bulk deletion.")]
    public Guid? Batch { get; init; }
}

/// <summary>Patterns of a bulk deletion.</summary>
public sealed class BulkReq
{
    /// <summary>A glob over repositories.</summary>
    public string? Repositories { get; init; }

    /// <summary>A glob over tags.</summary>
    public string? Tags { get; init; }

    /// <summary>Why, in words.</summary>
    public string? Reason { get; init; }

    /// <summary>The fingerprint of the preview that this carries out.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>What a bulk deletion takes and leaves.</summary>
public sealed class BulkJson
{
    public IReadOnlyList<BulkLineJson> Lines { get; init; } = [];
    public long FreedBytes { get; init; }
    public string Fingerprint { get; init; } = "";

    /// <summary>Takes it back; null for a preview.</summary>
    public Guid? Batch { get; init; }
}

/// <summary>One line of it.</summary>
public sealed class BulkLineJson
{
    public string Repository { get; init; } = "";
    public string Digest { get; init; } = "";
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The artifact goes with its tags; otherwise only they do.</summary>
    public bool Artifact { get; init; }
    public long Size { get; init; }

    /// <summary>Why it stays; empty when it goes.</summary>
    public string Refused { get; init; } = "";

    internal static BulkLineJson From(BulkLine line) => new() { Repository = line.Repository, Digest = line.Digest, Tags = line.Tags, Artifact = line.Whole, Size = line.Size, Refused = line.Refusal };
}
