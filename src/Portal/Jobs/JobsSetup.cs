using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portal.Jobs.Engine;
using Portal.Jobs.Scheduling;
using Portal.Jobs.Upkeep;

namespace Portal.Jobs;

public static class JobsSetup
{
    /// <summary>Adds the engine, the scheduler and the kinds that Jobs does itself.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<JobOptions>().Bind(configuration.GetSection(JobOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobOptions>, JobOptionsValidation>();
        services.AddSingleton<JobCatalogue>().AddSingleton<JobService>().AddSingleton<QueueService>();
        services.TryAddSingleton<IJobs>(s => s.GetRequiredService<JobService>());
        services.TryAddSingleton<IJobQueries>(s => s.GetRequiredService<JobQueries>());
        services.AddSingleton<JobQueries>().AddSingleton<WorkQueries>().AddSingleton<JobRights>().AddSingleton<RunDoor>().AddSingleton<AuditPurgeService>();
        services.AddSingleton<ScheduleService>().AddSingleton<ScheduleSeed>().AddSingleton<ScheduleFiring>().AddSingleton<ScheduleSync>();
        services.AddSingleton<RunStore>().AddSingleton<RunClaims>().AddSingleton<RunWorker>().AddSingleton<RunStarter>().AddSingleton<NodeLease>().AddSingleton<EngineSettings>();
        services.AddSingleton<SchedulerSurroundings>().AddSingleton<SchedulerHost>().AddSingleton<JobEngine>();
        services.AddHostedService(s => s.GetRequiredService<JobEngine>());
        services.AddHostedService(s => s.GetRequiredService<SchedulerHost>());
        services.AddJobHandler<ExecutionSweep>().AddBuiltInSchedule(new(ExecutionSweep.Name, "0 40 1 * * *"));
        return services.AddJobHandler<AuditPurge>();
    }

    /// <summary>Adds a kind of long work.</summary>
    public static IServiceCollection AddJobHandler<T>(this IServiceCollection services) where T : class, IJobHandler
    {
        services.TryAddSingleton<T>();
        return services.AddSingleton<IJobHandler>(s => s.GetRequiredService<T>());
    }

    /// <summary>Adds a schedule that is there from the start, one for each kind.</summary>
    public static IServiceCollection AddBuiltInSchedule(this IServiceCollection services, BuiltInSchedule schedule) => services.AddSingleton(schedule);
}
