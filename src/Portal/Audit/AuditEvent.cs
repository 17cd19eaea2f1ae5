using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Data;

namespace Portal.Audit;

/// <summary>One thing that happened. Rows are only ever added.</summary>
public sealed class AuditEvent
{
    public long Id { get; set; }
    public DateTimeOffset At { get; set; }

    /// <summary>Who: the account name at that time.</summary>
    public string Actor { get; set; } = "";

    /// <summary>The user's id, when the actor is a user.</summary>
    public int? ActorUserId { get; set; }

    /// <summary>What: one of <see cref="AuditActions"/>.</summary>
    public string Action { get; set; } = "";

    /// <summary>On which kind of thing: project, member, repository, artifact, tag, user, session, configuration.</summary>
    public string ResourceType { get; set; } = "";

    /// <summary>On which one, such as <c>payments/api:2.1</c>.</summary>
    public string Resource { get; set; } = "";
    public int? ProjectId { get; set; }
    public string Address { get; set; } = "";
    public string Client { get; set; } = "";

    /// <summary>The access token or robot secret that was shown, such as <c>token/12</c>; empty for a session or a password.</summary>
    public string Credential { get; set; } = "";

    /// <summary>False for an attempt that was refused.</summary>
    public bool Success { get; set; } = true;

    /// <summary>The state before, as a JSON object; null when there was none. Never holds a secret.</summary>
    public string? Before { get; set; }

    /// <summary>The state after, as a JSON object.</summary>
    public string? After { get; set; }

    /// <summary>The columns of appended rows, in the order of <see cref="Values"/>.</summary>
    internal static IReadOnlyList<AppendColumn> Columns { get; } =
    [
        new(nameof(At), AppendType.Time), new(nameof(Actor), AppendType.Text), new(nameof(ActorUserId), AppendType.Int), new(nameof(Action), AppendType.Text),
        new(nameof(ResourceType), AppendType.Text), new(nameof(Resource), AppendType.Text), new(nameof(ProjectId), AppendType.Int), new(nameof(Address), AppendType.Text),
        new(nameof(Client), AppendType.Text), new(nameof(Success), AppendType.Boolean), new(nameof(Before), AppendType.Json), new(nameof(After), AppendType.Json),
        new(nameof(Credential), AppendType.Text),
    ];

    internal object?[] Values() => [At, Actor, ActorUserId, Action, ResourceType, Resource, ProjectId, Address, Client, Success, Before, After, Credential];

    internal sealed class Configuration : IEntityTypeConfiguration<AuditEvent>
    {
        public void Configure(EntityTypeBuilder<AuditEvent> b)
        {
            b.ToTable("event", "audit");
            b.Property(e => e.Actor).HasMaxLength(255);
            b.Property(e => e.Action).HasMaxLength(50);
            b.Property(e => e.ResourceType).HasMaxLength(50);
            b.Property(e => e.Resource).HasMaxLength(600);
            b.Property(e => e.Address).HasMaxLength(64);
            b.Property(e => e.Client).HasMaxLength(256);
            b.Property(e => e.Credential).HasMaxLength(64);
            b.Property(e => e.Before).HasJson();
            b.Property(e => e.After).HasJson();
            b.HasIndex(e => new { e.ProjectId, e.Id });
            b.HasIndex(e => new { e.Actor, e.Id });
            b.HasIndex(e => new { e.Action, e.Id });
        }
    }
}
