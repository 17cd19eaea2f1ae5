using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access.Groups;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Access.Ldap;

/// <summary><c>/ldap</c> of the Harbor v2.0 API.</summary>
public static class LdapEndpoints
{
    const string Tag = "Ldap";

    public static void MapLdap(this IEndpointRouteBuilder api)
    {
        api.MapPost("/ldap/ping", PingAsync).Describe("pingLdap", Tag, "Try a connection, with the stored settings or those sent", 400).Answers<LdapPingResult>().Accepts<LdapConf>(true, "application/json");
        api.MapGet("/ldap/users/search", UsersAsync).Describe("searchLdapUser", Tag, "Find people in the directory", 400).Answers<LdapUserJson[]>();
        api.MapPost("/ldap/users/import", ImportAsync).Describe("importLdapUser", Tag, "Make accounts for people of the directory", 400).Answers().Answers<LdapFailedImportUser[]>(404);
        api.MapGet("/ldap/groups/search", GroupsAsync).Describe("searchLdapGroup", Tag, "Find groups in the directory", 400).Answers<UserGroupJson[]>();
    }

    static async Task<IResult> PingAsync(HttpContext http, LdapAdministration directory, CancellationToken cancellation)
    {
        LdapConf? body = null;
        if (http.Request.ContentLength is > 0 || http.Request.Headers.TransferEncoding.Count > 0)
        {
            try
            {
                body = await JsonSerializer.DeserializeAsync<LdapConf>(http.Request.Body, WireJson.Options, cancellation);
            }
            catch (JsonException)
            {
                return Error.Invalid("body", "the request body is not the documented JSON").Reply();
            }
        }
        var ping = await directory.PingAsync(http.Caller(), body is null ? null : body.Over, cancellation);
        // a connection that fails is an answer too
        return ping.Ok ? Results.Ok(new LdapPingResult { Success = true })
            : ping.Error.Kind is ErrorKind.Unavailable or ErrorKind.Invalid && ping.Error.Field is not "ldap_url" and not "ldap_search_password" ? Results.Ok(new LdapPingResult { Message = ping.Error.Message })
            : ping.Error.Reply();
    }

    static async Task<IResult> UsersAsync(HttpContext http, LdapAdministration directory, [FromQuery] string? username, CancellationToken cancellation) =>
        (await directory.SearchPeopleAsync(http.Caller(), username ?? "", cancellation)).Reply(people => people.Select(LdapUserJson.From));

    static async Task<IResult> ImportAsync(HttpContext http, LdapAdministration directory, LdapImportUsers body, CancellationToken cancellation)
    {
        var done = await directory.ImportAsync(http.Caller(), body.LdapUidList ?? [], cancellation);
        if (!done.Ok) return done.Error.Reply();
        return done.Value.Failures.Count == 0 ? Results.Ok() : Results.Json(done.Value.Failures.Select(f => new LdapFailedImportUser { Uid = f.Uid, Error = f.Reason }), statusCode: StatusCodes.Status404NotFound);
    }

    static async Task<IResult> GroupsAsync(HttpContext http, LdapAdministration directory, [FromQuery] string? groupname, [FromQuery] string? groupdn, CancellationToken cancellation) =>
        (await directory.SearchGroupsAsync(http.Caller(), groupname ?? "", groupdn ?? "", cancellation))
            .Reply(groups => groups.Select(g => new UserGroupJson { GroupName = g.Name, GroupType = (int)GroupSource.Ldap, LdapGroupDn = g.Dn }));
}
