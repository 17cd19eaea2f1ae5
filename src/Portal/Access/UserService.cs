using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>Creates and changes accounts. Every change is checked, audited and announced in one transaction.</summary>
public sealed class UserService(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, IAccessPolicy policy, AccountEffects effects, IOptions<AccessOptions> options, IPasswordHasher<User> hasher)
{
    readonly LastAdministratorRule _rule = effects.LastAdministrator;

    /// <summary>Creates an account. The person must choose an own password at first sign-in when <paramref name="mustChange"/>.</summary>
    public async Task<Result<int>> CreateAsync(Caller caller, string name, string password, UserProfile profile, bool mustChange, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.UserCreate, cancellation) is { } refusal) return refusal;
        if ((UserRules.Name(name) ?? UserRules.Password(name, password, options.Value.MinPasswordLength) ?? UserRules.Profile(profile)) is { } wrong) return wrong;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var user = effects.NewUser(name, profile, mustChange);
        user.PasswordHash = hasher.HashPassword(user, password);
        db.Users.Add(user);
        effects.Audit(db, caller, AuditActions.Create, name, null, new { name, profile.DisplayName, profile.Email, profile.Comment });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            return AccessErrors.UserNameTaken(name);
        }
        return user.Id;
    }

    /// <summary>Changes a profile: one's own, or anybody's with the right.</summary>
    public Task<Result> UpdateProfileAsync(Caller caller, int userId, UserProfile profile, CancellationToken cancellation) =>
        ChangeAsync(caller, userId, Permissions.UserUpdate, true, (_, user) =>
        {
            if (UserRules.Profile(profile) is { } wrong) return Task.FromResult<(Error?, object?, object?)>((wrong, null, null));
            var before = new { user.DisplayName, user.Email, user.Comment };
            (user.DisplayName, user.Email, user.Comment) = (profile.DisplayName.Trim(), profile.Email.Length == 0 ? null : profile.Email, profile.Comment);
            user.NormalizedEmail = user.Email?.ToUpperInvariant();
            return Task.FromResult<(Error?, object?, object?)>((null, before, new { user.DisplayName, user.Email, user.Comment }));
        }, cancellation);

    /// <summary>Replaces one's own password; all other sessions end. Wrong present passwords count and wait like wrong passwords at sign-in.</summary>
    public Task<Result> ChangeOwnPasswordAsync(Caller caller, string present, string wanted, Guid? keepSession, CancellationToken cancellation) =>
        ChangeAsync(caller, caller.Id, Permissions.UserUpdate, true, async (db, user) =>
        {
            if (caller.Kind != SubjectKind.User) return (AccessErrors.SignInNeeded, null, null);
            if (user.Source != UserSource.Local) return (AccessErrors.PasswordKeptElsewhere, null, null);
            if (await RefusePresentAsync(caller, user, present, cancellation) is { } refused) return (refused, null, null);
            if (UserRules.Password(user.UserName!, wanted, options.Value.MinPasswordLength) is { } wrong) return (wrong, null, null);
            if (wanted == present) return (Error.Invalid("new_password", "The new password is the present one."), null, null);
            user.PasswordHash = hasher.HashPassword(user, wanted);
            user.SecurityStamp = AccountEffects.NewStamp();
            user.MustChangePassword = false;
            await effects.EndSessionsAsync(db, user.Id, keepSession, cancellation);
            return (null, null, new { Password = "changed" });
        }, cancellation);

    /// <summary>
    /// Replaces a first password that somebody else chose by one's own, without asking for it again: the session was opened with it a moment ago.
    /// Refused once an own password is set. All other sessions end.
    /// </summary>
    public async Task<Result> ChooseFirstPasswordAsync(Caller caller, string wanted, Guid? keepSession, CancellationToken cancellation)
    {
        var result = await ChangeAsync(caller, caller.Id, Permissions.UserUpdate, true, async (db, user) =>
        {
            if (caller.Kind != SubjectKind.User) return (AccessErrors.SignInNeeded, null, null);
            if (!user.MustChangePassword) return (AccessErrors.PasswordIsOwn, null, null);
            if (UserRules.Password(user.UserName!, wanted, options.Value.MinPasswordLength) is { } wrong) return (wrong, null, null);
            if (user.PasswordHash is not null && hasher.VerifyHashedPassword(user, user.PasswordHash, wanted) != PasswordVerificationResult.Failed)
                return (Error.Invalid("password", "This is the password that was given to you. Choose another."), null, null);
            user.PasswordHash = hasher.HashPassword(user, wanted);
            user.SecurityStamp = AccountEffects.NewStamp();
            user.MustChangePassword = false;
            await effects.EndSessionsAsync(db, user.Id, keepSession, cancellation);
            return (null, null, new { Password = "chosen" });
        }, cancellation);
        if (result.Ok) effects.FirstPasswordReplaced(caller);
        return result;
    }

    /// <summary>Sets somebody's password, normally to one that must be changed at the next sign-in; all their sessions end.</summary>
    public Task<Result> ResetPasswordAsync(Caller caller, int userId, string password, CancellationToken cancellation, bool mustChange = true) =>
        ChangeAsync(caller, userId, Permissions.UserUpdate, false, async (db, user) =>
        {
            if (user.Source != UserSource.Local) return (AccessErrors.PasswordKeptElsewhere, null, null);
            if (UserRules.Password(user.UserName!, password, options.Value.MinPasswordLength) is { } wrong) return (wrong, null, null);
            user.PasswordHash = hasher.HashPassword(user, password);
            user.SecurityStamp = AccountEffects.NewStamp();
            user.MustChangePassword = mustChange;
            await effects.EndSessionsAsync(db, user.Id, null, cancellation);
            return (null, null, new { Password = "reset" });
        }, cancellation);

    /// <summary>Lets an account sign in again, or stops it: sessions, passwords and registry tokens die within two seconds.</summary>
    public Task<Result> SetDisabledAsync(Caller caller, int userId, bool disabled, CancellationToken cancellation) =>
        ChangeAsync(caller, userId, Permissions.UserUpdate, false, async (db, user) =>
        {
            if (userId == caller.Id && caller.Kind == SubjectKind.User) return (AccessErrors.Yourself, null, null);
            var before = new { Disabled = user.DisabledAt is not null };
            user.DisabledAt = disabled ? effects.Now : null;
            if (disabled) await effects.EndSessionsAsync(db, user.Id, null, cancellation);
            return (null, before, new { Disabled = disabled });
        }, cancellation);

    /// <summary>Gives or takes the system administrator role.</summary>
    public Task<Result> SetAdministratorAsync(Caller caller, int userId, bool administrator, CancellationToken cancellation) =>
        ChangeAsync(caller, userId, Permissions.UserUpdate, false, async (db, user) =>
        {
            if (!(await policy.RightsAsync(caller, AccessTarget.System, cancellation)).Covers(PermissionSet.Everything)) return (AccessErrors.Lacks(Permissions.UserUpdate), null, null);
            if (userId == caller.Id && caller.Kind == SubjectKind.User) return (AccessErrors.Yourself, null, null);
            var role = await db.Roles.SingleAsync(r => r.Name == BuiltInRoles.SystemAdministrator.Name, cancellation);
            var held = await LastAdministratorRule.Everything(db).FirstOrDefaultAsync(b => b.SubjectKind == SubjectKind.User && b.SubjectId == userId, cancellation);
            if (administrator && held is null) db.Bindings.Add(effects.NewBinding(caller, userId, role.Id, null));
            if (administrator && held is not null) held.Until = null;
            if (!administrator && held is not null) db.Bindings.Remove(held);
            return (null, new { Administrator = held is not null }, new { Administrator = administrator });
        }, cancellation);

    /// <summary>Removes an account for good from every list; its name is free again and what it did stays in the audit log.</summary>
    public Task<Result> DeleteAsync(Caller caller, int userId, CancellationToken cancellation) =>
        ChangeAsync(caller, userId, Permissions.UserDelete, false, async (db, user) =>
        {
            if (userId == caller.Id && caller.Kind == SubjectKind.User) return (AccessErrors.Yourself, null, null);
            var name = user.UserName!;
            user.UserName = FormattableString.Invariant($"{name}#{user.Id}");
            user.NormalizedUserName = user.UserName.ToUpperInvariant();
            user.DisabledAt ??= effects.Now;
            user.Deleted = true;
            user.PasswordHash = null;
            user.ExternalSubject = null; // who signs in again after this is a new person
            user.SecurityStamp = AccountEffects.NewStamp();
            db.GroupMembers.RemoveRange(await db.GroupMembers.Where(m => m.UserId == userId).ToListAsync(cancellation));
            await effects.EndSessionsAsync(db, user.Id, null, cancellation);
            db.Bindings.RemoveRange(await db.Bindings.Where(b => b.SubjectKind == SubjectKind.User && b.SubjectId == userId).ToListAsync(cancellation));
            return (null, new { name }, null);
        }, cancellation);

    async Task<Result> ChangeAsync(Caller caller, int userId, Permission right, bool orOwn, Func<PortalDbContext, User, Task<(Error? Refusal, object? Before, object? After)>> change, CancellationToken cancellation)
    {
        var own = orOwn && caller.Kind == SubjectKind.User && caller.Id == userId;
        if (own && caller.Credential.Length > 0) return AccessErrors.NotWithToken;
        if (!own && await RefuseAsync(caller, right, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var user = await db.Users.FirstOrDefaultAsync(u => u.Id == userId && !u.Deleted, cancellation);
        if (user is null) return Error.NotFound("The user");
        var name = user.UserName!;
        var (refused, before, after) = await change(db, user);
        if (refused is not null) return refused;
        user.UpdatedAt = effects.Now;
        effects.Audit(db, caller, right == Permissions.UserDelete ? AuditActions.Delete : AuditActions.Update, name, before, after);
        try
        {
            if (await _rule.SaveAsync(db, cancellation) is { } last) return last;
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            return AccessErrors.ChangedMeanwhile;
        }
        await effects.AnnounceAsync(db, userId, cancellation);
        await transaction.CommitAsync(cancellation);
        return Result.Success;
    }

    async Task<Error?> RefusePresentAsync(Caller caller, User user, string present, CancellationToken cancellation)
    {
        var attempt = await effects.Attempts.BeginAsync(user.UserName!, caller, cancellation);
        if (!attempt.Ok) return attempt.Error;
        if (user.PasswordHash is null || hasher.VerifyHashedPassword(user, user.PasswordHash, present) == PasswordVerificationResult.Failed)
        {
            await effects.Attempts.LostAsync(attempt.Value, AuditResources.User, caller, cancellation);
            return AccessErrors.WrongPassword;
        }
        await effects.Attempts.WonAsync(attempt.Value, caller, cancellation);
        return null;
    }

    async ValueTask<Error?> RefuseAsync(Caller caller, Permission right, CancellationToken cancellation) =>
        caller.IsAnonymous ? AccessErrors.SignInNeeded
        : await policy.MayAsync(caller, right, AccessTarget.System, cancellation) ? null : AccessErrors.Lacks(right);
}
