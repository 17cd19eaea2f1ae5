using Microsoft.Extensions.Diagnostics.HealthChecks;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;
using Portal.Protection;

namespace Portal.Server;

/// <summary>What the server says of itself.</summary>
static class SystemEndpoints
{
    /// <summary>The release of Harbor whose contract is followed; clients choose their calls by it.</summary>
    const string ContractVersion = "v2.14.0";

    const string Tag = "systeminfo";

    public static void MapVersion(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/version", () => Results.Ok(new VersionJson { Version = "v2.0" })).Describe("getVersion", Tag, "The version of the API").Answers<VersionJson>();

    public static void MapSystem(this IEndpointRouteBuilder api)
    {
        api.MapGet("/ping", () => Results.Text("Pong")).Describe("getPing", "ping", "Whether the server answers").Answers<string>();
        api.MapGet("/health", HealthAsync).Describe("getHealth", "health", "How each part is; always 200").Answers<HealthJson>();
        api.MapGet("/systeminfo", GetInfoAsync).Describe("getSystemInfo", Tag, "Facts about the server; more for signed-in callers").Answers<FullInfoJson>();
        api.MapGet("/systeminfo/volumes", VolumesAsync).Describe("getVolumes", Tag, "Space on the volume that holds the images", 404).Answers<VolumesJson>();
        api.MapGet("/systeminfo/getcert", () => Error.NotFound("The certificate").Reply()).Describe("getCert", Tag, "The root certificate; this server hands none out", 404);
    }

    static async Task<IResult> HealthAsync(HttpContext http, HealthCheckService health, IAccessPolicy policy, CancellationToken cancellation)
    {
        // What is wrong may name addresses inside; the public learns only that something is.
        var tell = await policy.MayAsync(http.Caller(), Permissions.ConfigurationRead, AccessTarget.System, cancellation);
        var report = await health.CheckHealthAsync(cancellation);
        ComponentHealthJson[] components =
        [
            new() { Name = "core", Status = Text(true) },
            .. report.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => new ComponentHealthJson
            {
                Name = e.Key,
                Status = Text(e.Value.Status == HealthStatus.Healthy),
                Error = e.Value.Status == HealthStatus.Healthy ? "" : tell && e.Value.Description is { } reason ? reason : "it does not answer",
            }),
        ];
        return Results.Ok(new HealthJson { Status = Text(report.Status == HealthStatus.Healthy), Components = components });
    }

    static async Task<IResult> GetInfoAsync(HttpContext http, ReadOnlyMode readOnly, TimeProvider time, CancellationToken cancellation)
    {
        if (http.Caller().IsAnonymous) return Results.Ok(new GeneralInfoJson());
        return Results.Ok(new FullInfoJson
        {
            CurrentTime = time.GetUtcNow(),
            RegistryUrl = http.Request.Host.Value ?? "",
            ExternalUrl = $"{http.Request.Scheme}://{http.Request.Host}",
            ReadOnly = await readOnly.IsOnAsync(cancellation),
            HarborVersion = $"{ContractVersion}-portal.{typeof(SystemEndpoints).Assembly.GetName().Version?.ToString(3)}",
        });
    }

    static async Task<IResult> VolumesAsync(HttpContext http, IAccessPolicy policy, IConfiguration configuration, CancellationToken cancellation)
    {
        if (http.Caller().IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        if (!await policy.MayAsync(http.Caller(), Permissions.SystemVolumesRead, AccessTarget.System, cancellation)) return AccessErrors.Lacks(Permissions.SystemVolumesRead).Reply();
        // Only where Portal stands beside the registry's folder can it see the disk.
        if (configuration["Portal:Registry:RootDirectory"] is not { Length: > 0 } folder || !Directory.Exists(folder)) return Error.NotFound("The volume").Reply();
        var drive = new DriveInfo(folder);
        return Results.Ok(new VolumesJson { Storage = [new() { Total = drive.TotalSize, Free = drive.AvailableFreeSpace }] });
    }

    static string Text(bool healthy) => healthy ? "healthy" : "unhealthy";
}
