using Portal.Api;

namespace Portal.Quotas;

/// <summary>A quota of <c>/quotas</c>: <c>hard</c> and <c>used</c> map <c>storage</c> to bytes, -1 for no limit.</summary>
[Wire]
public sealed class QuotaJson
{
    public int Id { get; init; }
    public QuotaRefJson Ref { get; init; } = new();
    public IReadOnlyDictionary<string, long> Hard { get; init; } = new Dictionary<string, long>();
    public IReadOnlyDictionary<string, long> Used { get; init; } = new Dictionary<string, long>();
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }

    internal static QuotaJson From(QuotaRow row) => new()
    {
        Id = row.Id,
        Ref = new() { Id = row.Id, Name = row.Project, OwnerName = row.Owner },
        Hard = new Dictionary<string, long> { ["storage"] = row.Limit },
        Used = new Dictionary<string, long> { ["storage"] = row.Used },
        CreationTime = row.CreatedAt,
        UpdateTime = row.ChangedAt,
    };
}

/// <summary>The project of a quota.</summary>
[Wire]
public sealed class QuotaRefJson
{
    public int Id { get; init; }
    public string Name { get; init; } = "";
    public string OwnerName { get; init; } = "";
}

[Wire]
public sealed class QuotaUpdateReq
{
    /// <summary><c>storage</c> alone: bytes, -1 for no limit.</summary>
    public Dictionary<string, long>? Hard { get; init; }
}

/// <summary>The limits of each repository of a project; one left out is the system's default again.</summary>
[Wire]
public sealed class RepositoryLimitsReq
{
    /// <summary>Bytes, -1 for no limit.</summary>
    public long? RepositoryStorage { get; init; }

    /// <summary>Tags, -1 for no limit.</summary>
    public int? RepositoryTags { get; init; }
}

/// <summary>A quota in full, as those in its project see it.</summary>
[Wire]
public sealed class QuotaDetailsJson
{
    public int ProjectId { get; init; }
    [Always] public long Limit { get; init; }

    /// <summary>What counts against the limit: each blob once.</summary>
    [Always] public long UniqueBytes { get; init; }

    /// <summary>What the artifacts would take if each had blobs of its own.</summary>
    [Always] public long LogicalBytes { get; init; }

    /// <summary>Those of the unique bytes that more than one artifact names.</summary>
    [Always] public long SharedBytes { get; init; }

    /// <summary>Left out where the system's default counts.</summary>
    public long? RepositoryStorage { get; init; }

    /// <summary>Left out where the system's default counts.</summary>
    public int? RepositoryTags { get; init; }
}

/// <summary>What a recount found, in bytes.</summary>
[Wire]
public sealed class RecountJson
{
    [Always] public long Booked { get; init; }
    [Always] public long Counted { get; init; }
    [Always] public bool Mended { get; init; }
}

/// <summary>A request for a higher limit.</summary>
[Wire]
public sealed class QuotaRequestJson
{
    public int Id { get; init; }
    public int ProjectId { get; init; }
    public string ProjectName { get; init; } = "";
    public long Bytes { get; init; }
    public string Reason { get; init; } = "";

    /// <summary>open, granted or declined.</summary>
    public string State { get; init; } = "";
    public string RequestedBy { get; init; } = "";
    public DateTimeOffset RequestedAt { get; init; }
    public string DecidedBy { get; init; } = "";
    public string Answer { get; init; } = "";

    internal static QuotaRequestJson From(QuotaRequestRow row) => new()
    {
        Id = row.Id,
        ProjectId = row.ProjectId,
        ProjectName = row.Project,
        Bytes = row.Bytes,
        Reason = row.Reason,
        State = row.State switch { QuotaRequestState.Granted => "granted", QuotaRequestState.Declined => "declined", _ => "open" },
        RequestedBy = row.RequestedBy,
        RequestedAt = row.RequestedAt,
        DecidedBy = row.DecidedBy,
        Answer = row.Answer,
    };
}

[Wire]
public sealed class QuotaRequestReq
{
    public long Bytes { get; init; }
    public string? Reason { get; init; }
}

[Wire]
public sealed class QuotaDecisionReq
{
    public bool Grant { get; init; }
    public string? Answer { get; init; }
}
