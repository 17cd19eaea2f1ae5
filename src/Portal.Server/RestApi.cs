using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Portal.Access;
using Portal.Access.Federation;
using Portal.Access.Oidc;
using Portal.Access.Groups;
using Portal.Access.Ldap;
using Portal.Access.Settings;
using Portal.Api;
using Portal.Artifacts;
using Portal.Audit;
using Portal.GarbageCollection;
using Portal.Immutability;
using Portal.Jobs;
using Portal.Jobs.Upkeep;
using Portal.Projects;
using Portal.Protection;
using Portal.Quotas;
using Portal.Retention;
using Portal.Trash;

namespace Portal.Server;

/// <summary>Where the REST face is: the endpoints of each capability under <c>/api/v2.0</c>, their OpenAPI document, and a page to try them.</summary>
static class RestApi
{
    public const string Prefix = "/api/v2.0";
    const string OwnPrefix = "/api/portal";
    const string Document = "v2.0";
    const string Explorer = "/devcenter-api-2.0";

    public static void AddRestApi(this IServiceCollection services)
    {
        services.AddPortalApi();
        services.AddOpenApi(Document, o =>
        {
            o.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
            o.AddDocumentTransformer(DescribeAsync);
            o.AddSchemaTransformer((schema, context, _) =>
            {
                if (context.JsonPropertyInfo?.PropertyType == typeof(DateTimeOffset)) (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>After UseAuthentication and before anything that may refuse.</summary>
    public static void UseRestApi(this WebApplication app)
    {
        app.UsePortalApi();
        app.UseSwaggerUI(o =>
        {
            o.RoutePrefix = Explorer[1..];
            o.DocumentTitle = "Portal API";
            o.SwaggerEndpoint($"/openapi/{Document}.json", "Portal API");
        });
    }

    public static void MapPortalApi(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapVersion();
        var api = app.MapGroup(Prefix);
        api.MapSystem();
        api.MapProjects();
        api.MapRepositories();
        api.MapArtifacts();
        api.MapUsers();
        api.MapUserGroups();
        api.MapLdap();
        api.MapConfigurations();
        api.MapCurrentPermissions();
        api.MapRobots();
        api.MapOidc();
        api.MapImmutability();
        api.MapAudit();
        api.MapQuotas();
        api.MapJobs();
        api.MapAuditPurge();
        api.MapRetentions();
        api.MapGarbageCollection();
        var portal = app.MapGroup(OwnPrefix);
        portal.MapRoles();
        portal.MapBindings();
        portal.MapRobotSecrets();
        portal.MapTrusts();
        portal.MapAccessTokens();
        portal.MapEffectiveAccess();
        portal.MapGroupMembers();
        portal.MapMappingRules();
        portal.MapPromotion();
        portal.MapPortalImmutability();
        portal.MapProtection();
        portal.MapQuotaExtras();
        portal.MapRuns();
        portal.MapPortalRetention();
        portal.MapTrash();
        portal.MapGarbageExtras();
    }

    static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new() { Title = "Portal API", Version = Document, Description = "The Harbor v2.0 API as far as Portal serves it, and Portal's own additions under /api/portal." };
        document.Servers = [new() { Url = "/" }];
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["basic"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic", Description = "User name and password, user name and access token, or a robot's name and secret. A browser that has signed in needs none." };
        document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A personal access token." };
        document.Security = [new() { [new OpenApiSecuritySchemeReference("basic", document)] = [] }, new() { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }, []];
        return Task.CompletedTask;
    }
}
