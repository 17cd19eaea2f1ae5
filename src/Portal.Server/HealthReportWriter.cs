using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Portal.Server;

/// <summary>The health report as JSON: the whole, and each part with what is wrong with it.</summary>
static class HealthReportWriter
{
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = Name(report.Status),
        components = report.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new
        {
            name = entry.Key,
            status = Name(entry.Value.Status),
            description = entry.Value.Description,
        }),
    });

    static string Name(HealthStatus status) => status.ToString().ToLowerInvariant();
}
