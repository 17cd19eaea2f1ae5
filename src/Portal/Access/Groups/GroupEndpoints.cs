using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access.Ldap;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary><c>/usergroups</c> of the Harbor v2.0 API, and the members of local groups.</summary>
public static class GroupEndpoints
{
    const string Tag = "usergroup";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["group_name"] = "name", ["creation_time"] = "created" };

    public static void MapUserGroups(this IEndpointRouteBuilder api)
    {
        api.MapGet("/usergroups", ListAsync).Describe("listUserGroups", Tag, "List groups", 400, 422).Answers<UserGroupJson[]>();
        api.MapPost("/usergroups", CreateAsync).Describe("createUserGroup", Tag, "Make a group known: 1 of the directory, 2 local, 3 of the OIDC provider", 400, 404, 409).Answers(201);
        api.MapGet("/usergroups/search", SearchAsync).Describe("searchUserGroups", Tag, "Find groups by name", 422).Answers<UserGroupJson[]>();
        api.MapGet("/usergroups/{group_id}", GetAsync).Describe("getUserGroup", Tag, "One group", 404).Answers<UserGroupJson>();
        api.MapPut("/usergroups/{group_id}", UpdateAsync).Describe("updateUserGroup", Tag, "Rename a group; nothing else of it changes", 400, 404, 409).Answers();
        api.MapDelete("/usergroups/{group_id}", DeleteAsync).Describe("deleteUserGroup", Tag, "Delete a group and the roles it holds", 404).Answers();
    }

    /// <summary>Portal's own additions under <c>/api/portal</c>.</summary>
    public static void MapGroupMembers(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/groups/{id}/members", MembersAsync).Describe("listGroupMembers", Tag, "List the people in a group", 404, 422).Answers<GroupMemberJson[]>();
        portal.MapPost("/groups/{id}/members", AddAsync).Describe("addGroupMember", Tag, "Put a person into a local group", 404, 409, 412).Answers(201);
        portal.MapDelete("/groups/{id}/members/{member_id}", RemoveAsync).Describe("removeGroupMember", Tag, "Take a person out of a local group", 404, 412).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, GroupQueries groups, [AsParameters] ListQuery list, [FromQuery(Name = "ldap_group_dn"), Description("Only the directory's group of this name.")] string? dn,
        [FromQuery(Name = "group_name"), Description("A part of the name.")] string? name, CancellationToken cancellation)
    {
        var request = list.Read(Sorts, "name");
        if (!request.Ok) return request.Error.Reply();
        var page = await groups.ListAsync(http.Caller(), request.Value.Page with { Filter = name }, request.Value.Where, cancellation, string.IsNullOrEmpty(dn) ? null : dn);
        return page.Ok ? http.List(request.Value, page.Value, UserGroupJson.From) : page.Error.Reply();
    }

    static async Task<IResult> CreateAsync(HttpContext http, GroupService groups, LdapAdministration directory, UserGroupReq body, CancellationToken cancellation)
    {
        var name = body.GroupName ?? "";
        var made = body.GroupType switch
        {
            (int)GroupSource.Ldap => await directory.ImportGroupAsync(http.Caller(), body.LdapGroupDn ?? "", name, "", cancellation),
            (int)GroupSource.Oidc => await groups.CreateAsync(http.Caller(), GroupSource.Oidc, name, name, "", cancellation),
            (int)GroupSource.Local => await groups.CreateAsync(http.Caller(), GroupSource.Local, name, name, "", cancellation),
            _ => await groups.RefuseTypeAsync(http.Caller(), cancellation),
        };
        return made.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/v2.0/usergroups/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> SearchAsync(HttpContext http, GroupQueries groups, [FromQuery] string groupname, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(Sorts);
        if (!request.Ok) return request.Error.Reply();
        var page = await groups.SearchAsync(http.Caller(), groupname, request.Value.Page, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, UserGroupJson.Found) : page.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, GroupQueries groups, int group_id, CancellationToken cancellation) =>
        (await groups.FindAsync(http.Caller(), group_id, cancellation)).Reply(UserGroupJson.From);

    static async Task<IResult> UpdateAsync(HttpContext http, GroupService groups, int group_id, UserGroupReq body, CancellationToken cancellation) =>
        (await groups.UpdateAsync(http.Caller(), group_id, body.GroupName ?? "", null, cancellation)).Reply();

    static async Task<IResult> DeleteAsync(HttpContext http, GroupService groups, int group_id, CancellationToken cancellation) =>
        (await groups.DeleteAsync(http.Caller(), group_id, cancellation)).Reply();

    static async Task<IResult> MembersAsync(HttpContext http, GroupQueries groups, int id, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(Sorts);
        if (!request.Ok) return request.Error.Reply();
        var page = await groups.MembersAsync(http.Caller(), id, request.Value.Page, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, GroupMemberJson.From) : page.Error.Reply();
    }

    static async Task<IResult> AddAsync(HttpContext http, GroupService groups, int id, GroupMemberReq body, CancellationToken cancellation)
    {
        var added = await groups.AddMemberAsync(http.Caller(), id, body.Username ?? "", cancellation);
        return added.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/portal/groups/{id}/members")) : added.Error.Reply();
    }

    static async Task<IResult> RemoveAsync(HttpContext http, GroupService groups, int id, int member_id, CancellationToken cancellation) =>
        (await groups.RemoveMemberAsync(http.Caller(), id, member_id, cancellation)).Reply();
}
