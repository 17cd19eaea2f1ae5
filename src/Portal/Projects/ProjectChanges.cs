using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Audit;
using Portal.Data;

namespace Portal.Projects;

/// <summary>What changing projects brings with it: audit rows, announcements, and the roles that group rules give in a new one.</summary>
public sealed class ProjectChanges(AuditLog audit, IChangeFeed feed, AuthSettingsStore settings, GroupGrants grants, TimeProvider time)
{
    internal DateTimeOffset Now => time.GetUtcNow();

    internal void Audit(PortalDbContext db, AuditEntry entry) => audit.Add(db, entry);

    internal Task AnnounceAsync(PortalDbContext db, CancellationToken cancellation, params ChangeNotice[] notices) => feed.AnnounceAsync(db, cancellation, notices);

    internal async Task GiveGroupsTheirRolesAsync(PortalDbContext db, Project project, CancellationToken cancellation) =>
        await grants.ApplyToProjectAsync(db, await settings.CurrentAsync(cancellation), project.Name, cancellation);
}
