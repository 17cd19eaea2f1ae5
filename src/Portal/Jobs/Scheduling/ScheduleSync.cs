using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Quartz;

namespace Portal.Jobs.Scheduling;

/// <summary>Makes Quartz's timers those of the schedules. Every node may do it at any time: what is as it should be is left alone.</summary>
sealed class ScheduleSync(IDbContextFactory<PortalDbContext> contexts)
{
    const string Group = "portal";
    const string Schedule = "schedule";

    static readonly JobKey Fire = new("fire", Group);

    public async Task RunAsync(IScheduler scheduler, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.JobSchedules.AsNoTracking().ToListAsync(cancellation);
        if (!await scheduler.Exists(Fire, cancellation))
            await scheduler.AddJob(JobBuilder.Create<FireSchedule>().WithIdentity(Fire).StoreDurably().RequestRecovery().Build(), AddJobOptions.Replacing, cancellation);
        var wanted = rows.ToDictionary(r => new TriggerKey(r.Id.ToString(CultureInfo.InvariantCulture), Group));
        foreach (var key in await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.GroupEquals(Group), cancellation))
            if (!wanted.ContainsKey(key)) await scheduler.UnscheduleJob(key, cancellation);
        foreach (var (key, row) in wanted)
        {
            var revision = row.Revision.ToString(CultureInfo.InvariantCulture);
            if ((await scheduler.GetTrigger(key, cancellation))?.Description == revision) continue;
            if (Trigger(key, row, revision) is { } trigger) await scheduler.ScheduleJob(trigger, ScheduleJobOptions.Replacing, cancellation);
        }
    }

    // A time that nobody was there for is made up for once.
    static ITrigger? Trigger(TriggerKey key, JobSchedule row, string revision)
    {
        var cron = CronText.Parse(row.Cron, DateTimeOffset.UtcNow);
        var zone = CronText.Zone(row.TimeZone);
        if (!cron.Ok || !zone.Ok) return null;
        return TriggerBuilder.Create().WithIdentity(key).ForJob(Fire).WithDescription(revision).UsingJobData(Schedule, key.Name)
            .WithCronSchedule(cron.Value.Quartz, c => c.InTimeZone(zone.Value).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build();
    }

    /// <summary>The time that a firing is for; of one that is made up for because its node died, the time that it had.</summary>
    public static DateTimeOffset DueOf(IJobExecutionContext context) =>
        context.Recovering && context.MergedJobDataMap.TryGetValue(SchedulerConstants.FailedJobOriginalTriggerScheduledFireTime, out var text)
            && long.TryParse(text as string, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : context.ScheduledFireTimeUtc ?? context.FireTimeUtc;

    /// <summary>The schedule that a firing is for.</summary>
    public static int? ScheduleOf(IJobExecutionContext context) =>
        int.TryParse(context.MergedJobDataMap.TryGetValue(Schedule, out var text) ? text as string : null, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}

/// <summary>What Quartz calls when a schedule is due.</summary>
sealed class FireSchedule(ScheduleFiring firing) : IJob
{
    const int Attempts = 5;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        if (ScheduleSync.ScheduleOf(context) is not { } schedule) return;
        var due = ScheduleSync.DueOf(context);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await firing.FireAsync(schedule, due, cancellationToken);
                return;
            }
            catch (Exception e) when (Engine.Outage.Is(e) && attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt), cancellationToken);
            }
        }
    }
}
