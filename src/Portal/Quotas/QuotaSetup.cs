using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;

namespace Portal.Quotas;

public static class QuotaSetup
{
    public static IServiceCollection AddQuotas(this IServiceCollection services) =>
        services.AddSingleton<QuotaMemory>().AddSingleton<QuotaFacts>().AddSingleton<IPushGuard, QuotaGuard>()
            .AddSingleton<UploadReservations>().AddSingleton<IUploadLimit>(s => s.GetRequiredService<UploadReservations>())
            .AddSingleton<QuotaService>().AddSingleton<QuotaRequestService>().AddSingleton<QuotaQueries>();
}
