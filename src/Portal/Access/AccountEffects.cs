using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Data;

namespace Portal.Access;

/// <summary>What changing an account brings with it: sessions, announcements, audit rows.</summary>
public sealed class AccountEffects(AuditLog audit, IChangeFeed feed, TimeProvider time, IOptions<FirstRunOptions> firstRun, LastAdministratorRule rule, SignInAttempts attempts)
{
    /// <summary>The first administrator has an own password now, so the one that was written down goes.</summary>
    internal void FirstPasswordReplaced(Caller caller)
    {
        if (caller.Name == FirstRun.Account) firstRun.Value.Forget();
    }

    internal LastAdministratorRule LastAdministrator => rule;

    internal SignInAttempts Attempts => attempts;

    internal DateTimeOffset Now => time.GetUtcNow();

    internal static string NewStamp() => Convert.ToHexString(RandomNumberGenerator.GetBytes(20));

    internal User NewUser(string name, UserProfile profile, bool mustChange) => new()
    {
        UserName = name,
        NormalizedUserName = name.ToUpperInvariant(),
        DisplayName = profile.DisplayName.Trim(),
        Email = profile.Email.Length == 0 ? null : profile.Email,
        NormalizedEmail = profile.Email.Length == 0 ? null : profile.Email.ToUpperInvariant(),
        Comment = profile.Comment,
        SecurityStamp = NewStamp(),
        MustChangePassword = mustChange,
        CreatedAt = Now,
        UpdatedAt = Now,
    };

    internal Binding NewBinding(Caller caller, int userId, int roleId, int? projectId) => new()
    {
        SubjectKind = SubjectKind.User,
        SubjectId = userId,
        RoleId = roleId,
        ProjectId = projectId,
        CreatedAt = Now,
        UpdatedAt = Now,
        CreatedBy = caller.Name,
    };

    internal void Audit(PortalDbContext db, Caller caller, string action, string name, object? before, object? after) =>
        audit.Add(db, new(caller.Actor, action, AuditResources.User, name) { Before = before, After = after });

    internal Task AnnounceAsync(PortalDbContext db, int userId, CancellationToken cancellation) =>
        feed.AnnounceAsync(db, cancellation, AccessTopics.OfSubject(SubjectKind.User, userId));

    internal Task AnnounceSettingsAsync(PortalDbContext db, CancellationToken cancellation) => feed.AnnounceAsync(db, cancellation, new ChangeNotice(AccessTopics.Settings, "*"));

    internal async Task EndSessionsAsync(PortalDbContext db, int userId, Guid? keep, CancellationToken cancellation)
    {
        var now = Now;
        await db.Sessions.Where(s => s.UserId == userId && s.EndedAt == null && s.Id != keep).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), cancellation);
    }
}
