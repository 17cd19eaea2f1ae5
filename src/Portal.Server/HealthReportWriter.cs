using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Portal.Server;

/// <summary>
/// The health report as JSON, for anybody: which parts answer. What is wrong with one names addresses and files inside, so it goes to the log and,
/// for administrators, to <c>/api/v2.0/health</c>.
/// </summary>
static class HealthReportWriter
{
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = Name(report.Status),
        components = report.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new
        {
            name = entry.Key,
            status = Name(entry.Value.Status),
            description = entry.Value.Status == HealthStatus.Healthy ? null : "it does not answer",
        }),
    });

    static string Name(HealthStatus status) => status.ToString().ToLowerInvariant();
}
