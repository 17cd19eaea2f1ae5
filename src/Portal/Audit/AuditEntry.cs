using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Audit;

/// <summary>Who and from where, as Audit needs it; Access's caller turns into one.</summary>
/// <param name="Credential">The access token or robot secret that was shown; empty for a session or a password.</param>
public readonly record struct AuditActor(string Name, int? UserId, string Address, string Client, string Credential = "");

/// <summary>One thing that happened, before it is a row.</summary>
/// <param name="Action">One of <see cref="AuditActions"/>.</param>
/// <param name="ResourceType">One of <see cref="AuditResources"/>.</param>
/// <param name="Resource">Which one; longer than 600 characters is cut.</param>
public sealed record AuditEntry(AuditActor Actor, string Action, string ResourceType, string Resource, int? ProjectId = null)
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public bool Success { get; init; } = true;

    /// <summary>The state before: an anonymous object of plain values. Never put a secret in.</summary>
    public object? Before { get; init; }

    /// <summary>The state after.</summary>
    public object? After { get; init; }

    internal AuditEvent ToEvent(DateTimeOffset at) => new()
    {
        At = at,
        Actor = Cut(Actor.Name, 255),
        ActorUserId = Actor.UserId,
        Action = Action,
        ResourceType = ResourceType,
        Resource = Cut(Resource, 600),
        ProjectId = ProjectId,
        Address = Cut(Actor.Address, 64),
        Client = Cut(Actor.Client, 256),
        Credential = Cut(Actor.Credential ?? "", 64),
        Success = Success,
        Before = Before is null ? null : JsonSerializer.Serialize(Before, Json),
        After = After is null ? null : JsonSerializer.Serialize(After, Json),
    };

    // Control characters would let a client forge lines in an exported log.
    static string Cut(string text, int length)
    {
        var clean = text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
        return clean.Length <= length ? clean : clean[..length];
    }
}
