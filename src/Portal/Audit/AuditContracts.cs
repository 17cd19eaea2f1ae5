using Portal.Api;

namespace Portal.Audit;

[Wire]
public sealed class AuditLogJson
{
    public long Id { get; init; }
    public string Username { get; init; } = "";
    public string Resource { get; init; } = "";
    public string ResourceType { get; init; } = "";
    public string Operation { get; init; } = "";
    public DateTimeOffset OpTime { get; init; }

    internal static AuditLogJson From(AuditEvent row) => new() { Id = row.Id, Username = row.Actor, Resource = row.Resource, ResourceType = row.ResourceType, Operation = row.Action, OpTime = row.At };
}

[Wire]
public sealed class AuditLogExtJson
{
    public long Id { get; init; }
    public string Username { get; init; } = "";
    public string Resource { get; init; } = "";
    public string ResourceType { get; init; } = "";
    public string Operation { get; init; } = "";
    public string OperationDescription { get; init; } = "";
    [Always] public bool OperationResult { get; init; }
    public DateTimeOffset OpTime { get; init; }

    internal static AuditLogExtJson From(AuditEvent row) => new()
    {
        Id = row.Id,
        Username = row.Actor,
        Resource = row.Resource,
        ResourceType = row.ResourceType,
        Operation = row.Action,
        OperationDescription = $"{row.Action} {row.ResourceType} {row.Resource}",
        OperationResult = row.Success,
        OpTime = row.At,
    };
}

[Wire]
public sealed class AuditEventTypeJson
{
    public string EventType { get; init; } = "";
}
