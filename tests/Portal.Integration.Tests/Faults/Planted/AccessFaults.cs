using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;

namespace Portal.Integration.Tests.Faults.Planted;

/// <summary>Mistakes about ids, fields, names and what is remembered.</summary>
static class AccessFaults
{
    /// <summary>What a body says about the person is written as it is, as a binder of whole rows would do.</summary>
    public static Action<IServiceCollection> BindsEveryField { get; } = Plant.Before(async (http, next) =>
    {
        var body = await BodyAsync(http);
        await next(http);
        if (!HttpMethods.IsPut(http.Request.Method) || http.Response.StatusCode != 200 || http.Request.Path.Value!.Split('/') is not [_, "api", "v2.0", "users", var id] || body?["sysadmin_flag"] is null) return;
        await using var db = await DbAsync(http);
        db.Bindings.Add(new() { SubjectKind = SubjectKind.User, SubjectId = int.Parse(id, null), RoleId = await db.Roles.Where(r => r.Name == BuiltInRoles.SystemAdministrator.Name).Select(r => r.Id).SingleAsync() });
        await db.SaveChangesAsync();
    });

    /// <summary>The owner of a new project is who its body names.</summary>
    public static Action<IServiceCollection> BindsTheOwner { get; } = Plant.Before(async (http, next) =>
    {
        var body = await BodyAsync(http);
        await next(http);
        if (http.Response.StatusCode != 201 || http.Request.Path != "/api/v2.0/projects" || body?["owner_id"] is not { } owner) return;
        var name = (string)body["project_name"]!;
        await using var db = await DbAsync(http);
        await db.Projects.Where(p => p.Name == name).ExecuteUpdateAsync(s => s.SetProperty(p => p.OwnerId, (int)owner));
    });

    /// <summary>A member is looked for by id alone; the project in the path is asked for its rights and then forgotten.</summary>
    public static Action<IServiceCollection> MembersById { get; } = Plant.Sql(sql =>
        sql.Contains("access.binding", StringComparison.Ordinal) && sql.Contains("\"Id\" = @", StringComparison.Ordinal) ? Regex.Replace(sql, "(\\w+)\\.\"ProjectId\" = @\\w+", "TRUE") : sql);

    /// <summary>An account under any name.</summary>
    public static Action<IServiceCollection> AnyName { get; } = Plant.Before(async (http, next) =>
    {
        var body = await BodyAsync(http);
        if (!HttpMethods.IsPost(http.Request.Method) || http.Request.Path != "/api/v2.0/users" || (string?)body?["username"] is not { } name || !name.StartsWith("robot$", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }
        await using var db = await DbAsync(http);
        db.Users.Add(new() { UserName = name, NormalizedUserName = name.ToUpperInvariant(), SecurityStamp = "x", PasswordHash = "x" });
        await db.SaveChangesAsync();
        http.Response.StatusCode = 201;
    });

    /// <summary>Names that differ in case only are two people's.</summary>
    public static Action<IServiceCollection> CaseTellsPeopleApart { get; } = Plant.Before(async (http, next) =>
    {
        var body = await BodyAsync(http);
        if (!HttpMethods.IsPost(http.Request.Method) || http.Request.Path != "/api/v2.0/users" || (string?)body?["username"] is not { } name || name != "ADMIN")
        {
            await next(http);
            return;
        }
        await using var db = await DbAsync(http);
        db.Users.Add(new() { UserName = name, NormalizedUserName = name + "?", SecurityStamp = "x", PasswordHash = "x" });
        await db.SaveChangesAsync();
        http.Response.StatusCode = 201;
    });

    /// <summary>Good answers of the registry are kept in front of it, whatever happens behind.</summary>
    public static Action<IServiceCollection> AnswersAreKept()
    {
        var kept = new ConcurrentDictionary<string, byte[]>();
        return Plant.Before(async (http, next) =>
        {
            var path = http.Request.Path.Value!;
            if (!HttpMethods.IsGet(http.Request.Method) || !path.StartsWith("/v2/own/deleted", StringComparison.Ordinal))
            {
                await next(http);
                return;
            }
            if (kept.TryGetValue(path, out var known))
            {
                await http.Response.Body.WriteAsync(known);
                return;
            }
            var body = http.Response.Body;
            using var answer = new MemoryStream();
            http.Response.Body = answer;
            await next(http);
            http.Response.Body = body;
            if (http.Response.StatusCode == 200) kept[path] = answer.ToArray();
            await body.WriteAsync(answer.ToArray());
        });
    }

    static async Task<JsonObject?> BodyAsync(HttpContext http)
    {
        if (http.Request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true) return null;
        http.Request.EnableBuffering();
        using var reader = new StreamReader(http.Request.Body, leaveOpen: true);
        var text = await reader.ReadToEndAsync();
        http.Request.Body.Position = 0;
        return text.StartsWith('{') ? JsonNode.Parse(text) as JsonObject : null;
    }

    static Task<PortalDbContext> DbAsync(HttpContext http) => http.RequestServices.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
}
