using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Portal.Integration.Tests.Faults.Planted;

/// <summary>Bounds that are not there.</summary>
static class BoundFaults
{
    /// <summary>Options beyond what they may be.</summary>
    public static Action<IServiceCollection> Of<T>(Action<T> change) where T : class => services =>
    {
        foreach (var check in services.Where(s => s.ServiceType == typeof(IValidateOptions<T>)).ToList()) services.Remove(check);
        services.PostConfigure(change);
    };

    public static Action<IServiceCollection> LongHeaders { get; } = Of<KestrelServerOptions>(k => k.Limits.MaxRequestHeadersTotalSize = 1024 * 1024);

    public static Action<IServiceCollection> DeepBodies { get; } = Of<Microsoft.AspNetCore.Http.Json.JsonOptions>(o => o.SerializerOptions.MaxDepth = 10_000);

    public static Action<IServiceCollection> LargeBodies { get; } = Plant.Before((http, next) =>
    {
        http.Features.Set<IHttpMaxRequestBodySizeFeature>(null);
        return next(http);
    });

    public static Action<IServiceCollection> LongPages { get; } = Plant.Sql(sql =>
        sql.Contains("\"NormalizedUserName\"", StringComparison.Ordinal) || sql.Contains("\"UserName\"", StringComparison.Ordinal) ? Regex.Replace(sql, "LIMIT @\\w+", "LIMIT 1000") : sql);
}
