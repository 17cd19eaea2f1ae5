using Microsoft.EntityFrameworkCore;
using Portal.Access.Settings;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary>Makes and changes groups. Every change is checked, audited and announced in one transaction.</summary>
public sealed class GroupService(GroupChanges changes, IAccessPolicy policy, AuthSettingsStore settings, GroupGrants grants, LastAdministratorRule rule, IDatabaseProvider provider)
{
    /// <summary>
    /// Makes a group. One of the directory or of the identity provider may be made before anybody in it has signed in, so that it can be given roles;
    /// its external name says which one it is. A local group needs none.
    /// </summary>
    public async Task<Result<int>> CreateAsync(Caller caller, GroupSource source, string name, string externalName, string description, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.Create, cancellation) is { } refusal) return refusal;
        if ((CheckName(name) ?? CheckDescription(description)) is { } wrong) return wrong;
        var external = source == GroupSource.Local ? name : GroupSync.Normalize(source, externalName);
        if (external is null || external.Length > Group.MaxExternalNameLength) return source == GroupSource.Ldap ? GroupErrors.Dn : GroupErrors.ExternalName;
        var present = await settings.CurrentAsync(cancellation);
        if (GroupGrants.IsAdministrators(present, source, external) && await policy.RefuseAllButAdministratorsAsync(caller, GroupRights.Create, cancellation) is { } forbidden) return forbidden;
        return await SaveAsync<int>(name, async db =>
        {
            var group = new Group { Name = name, Source = source, ExternalName = external, Description = description, CreatedAt = changes.Now };
            db.Groups.Add(group);
            changes.Audit(db, caller, AuditActions.Create, name, null, new { name, Source = source.ToString(), ExternalName = external, description });
            await db.SaveChangesAsync(cancellation);
            if (source != GroupSource.Local) await grants.ApplyAsync(db, present, [group], cancellation);
            return group.Id;
        });
    }

    /// <summary>The refusal of a kind of group that there is not, for those who may make groups.</summary>
    internal async Task<Result<int>> RefuseTypeAsync(Caller caller, CancellationToken cancellation) =>
        await policy.RefuseAsync(caller, GroupRights.Create, cancellation) is { } refusal ? refusal : Error.Invalid("group_type", "group_type is 1 (LDAP), 2 (local) or 3 (OIDC).");

    /// <summary>Gives a group another name or description; null leaves one as it is.</summary>
    public async Task<Result> UpdateAsync(Caller caller, int groupId, string? name, string? description, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.Update, cancellation) is { } refusal) return refusal;
        if (((name is null ? null : CheckName(name)) ?? (description is null ? null : CheckDescription(description))) is { } wrong) return wrong;
        var saved = await SaveAsync<int>(name ?? "", async db =>
        {
            if (await db.Groups.FirstOrDefaultAsync(g => g.Id == groupId, cancellation) is not { } group) return GroupErrors.NotFound;
            var before = new { group.Name, group.Description };
            (group.Name, group.Description) = (name ?? group.Name, description ?? group.Description);
            if (group.Source == GroupSource.Local) group.ExternalName = group.Name;
            changes.Audit(db, caller, AuditActions.Update, before.Name, before, new { group.Name, group.Description });
            await db.SaveChangesAsync(cancellation);
            return groupId;
        });
        return saved.Ok ? Result.Success : saved.Error;
    }

    /// <summary>Deletes a group with its roles. An external one comes back, without roles given by hand, when one of its people signs in.</summary>
    public async Task<Result> DeleteAsync(Caller caller, int groupId, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.Delete, cancellation) is { } refusal) return refusal;
        return await changes.RunAsync(async db =>
        {
            if (await db.Groups.FirstOrDefaultAsync(g => g.Id == groupId, cancellation) is not { } group) return GroupErrors.NotFound;
            var members = await db.GroupMembers.Where(m => m.GroupId == groupId).ToListAsync(cancellation);
            var people = members.ConvertAll(m => m.UserId);
            var roles = await db.Bindings.Where(b => b.SubjectKind == SubjectKind.Group && b.SubjectId == groupId).ToListAsync(cancellation);
            db.Bindings.RemoveRange(roles);
            db.GroupMembers.RemoveRange(members);
            db.Groups.Remove(group);
            changes.Audit(db, caller, AuditActions.Delete, group.Name, new { group.Name, Source = group.Source.ToString(), group.ExternalName, Members = people.Count, Roles = roles.Count }, null);
            if (await rule.SaveAsync(db, cancellation) is { } last) return last;
            await changes.AnnounceAsync(db, groupId, people, cancellation);
            return Result.Success;
        }, cancellation);
    }

    /// <summary>Puts a person into a local group.</summary>
    public Task<Result> AddMemberAsync(Caller caller, int groupId, string userName, CancellationToken cancellation) => MemberAsync(caller, groupId, async (db, group) =>
    {
        var normalized = userName.ToUpperInvariant();
        var user = await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.NormalizedUserName == normalized && !u.Deleted, cancellation);
        if (user is null) return Error.NotFound($"The user {userName}") with { Field = "username" };
        if (await db.GroupMembers.AnyAsync(m => m.GroupId == group.Id && m.UserId == user.Id, cancellation)) return GroupErrors.AlreadyIn(user.UserName!);
        db.GroupMembers.Add(new() { GroupId = group.Id, UserId = user.Id });
        changes.AuditMember(db, caller, AuditActions.Create, group.Name, user.UserName!);
        return user.Id;
    }, cancellation);

    /// <summary>Takes a person out of a local group.</summary>
    public Task<Result> RemoveMemberAsync(Caller caller, int groupId, int userId, CancellationToken cancellation) => MemberAsync(caller, groupId, async (db, group) =>
    {
        var member = await db.GroupMembers.Include(m => m.User).FirstOrDefaultAsync(m => m.GroupId == group.Id && m.UserId == userId, cancellation);
        if (member is null) return GroupErrors.NotIn;
        db.GroupMembers.Remove(member);
        changes.AuditMember(db, caller, AuditActions.Delete, group.Name, member.User!.UserName!);
        return userId;
    }, cancellation);

    async Task<Result> MemberAsync(Caller caller, int groupId, Func<PortalDbContext, Group, Task<Result<int>>> change, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.Update, cancellation) is { } refusal) return refusal;
        return await changes.RunAsync(async db =>
        {
            if (await db.Groups.FirstOrDefaultAsync(g => g.Id == groupId, cancellation) is not { } group) return GroupErrors.NotFound;
            if (group.Source != GroupSource.Local) return GroupErrors.NotLocal;
            if (!await policy.CoversAsync(db, caller, groupId, cancellation)) return GroupErrors.GivesMore;
            var user = await change(db, group);
            if (!user.Ok) return user.Error;
            if (await rule.SaveAsync(db, cancellation) is { } last) return last;
            await changes.AnnounceAsync(db, null, [user.Value], cancellation);
            return Result.Success;
        }, cancellation);
    }

    async Task<Result<T>> SaveAsync<T>(string name, Func<PortalDbContext, Task<Result<T>>> work)
    {
        try
        {
            return await changes.OnceAsync(work);
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            return GroupErrors.Taken(name);
        }
    }

    static Error? CheckName(string name) => name.Length is 0 or > Group.MaxNameLength || name.Any(char.IsControl) || name.Trim() != name ? GroupErrors.Name : null;

    static Error? CheckDescription(string text) => text.Length > Group.MaxDescriptionLength || text.Any(char.IsControl) ? GroupErrors.Description : null;
}
