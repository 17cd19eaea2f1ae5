using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Jobs;
using Portal.Jobs.Upkeep;
using Portal.Projects;
using Portal.Web.Jobs;
using Portal.Web.Tests.Pages;
using Xunit;

namespace Portal.Web.Tests.Jobs;

[Collection(PagesCollection.Name)]
public sealed class JobPagesTests(PagesFixture portal) : PageContext(portal)
{
    T Service<T>() where T : notnull => Portal.Host.Services.GetRequiredService<T>();

    /// <summary>A run that has ended.</summary>
    async Task<long> RunAsync(int? project = null)
    {
        var id = (await Service<IJobs>().StartAsync(Portal.Host.Admin, new(AuditPurgeParameters.Kind, 0, project, AuditPurgeParameters.Create(240_000, null, true).Value.ToJson()), default)).Value;
        for (var wait = 0; wait < 1_200 && (await Service<IJobQueries>().RunAsync(id, default))!.EndedAt is null; wait++) await Task.Delay(50);
        Assert.Equal(JobStatus.Success, (await Service<IJobQueries>().RunAsync(id, default))!.Status);
        return id;
    }

    [Fact]
    public async Task Dashboard_OfAnAdministrator_ShowsQueuesSchedulesAndHistoryWithActions()
    {
        var id = await RunAsync();
        var page = Open<JobsPage>(Portal.Host.Admin, "/jobs?q=purge");
        Says(page, "Nothing is under way.");
        Says(page, "Sweep of old runs");
        Says(page, "Every day at 01:40 (UTC)");
        Says(page, "0 rows would be deleted.");
        Shows(page, $"a[href='/jobs/{id}']");
        Shows(page, "button[form='pause-form'][value='PURGE_AUDIT_LOG']");
        Shows(page, "[data-live='/jobs/live']");
        Shows(page, "[data-opens='purge']");
    }

    [Fact]
    public async Task Dashboard_FiltersByItsAddress()
    {
        await RunAsync();
        Says(Open<JobsPage>(Portal.Host.Admin, "/jobs?state=failed"), "No runs match this filter.");
    }

    [Fact]
    public void Dashboard_OfAnybodyElse_IsMissing() => IsMissing(Open<JobsPage>(Portal.Developer, "/jobs"));

    [Fact]
    public async Task Pausing_ShowsTheQueueAsPaused_AndOffersToResume()
    {
        var queues = Service<QueueService>();
        await queues.PauseAsync(Portal.Host.Admin, ExecutionSweepKind, true, default);
        await queues.PauseAsync(Portal.Host.Admin, JobQueue.Schedules, true, default);
        try
        {
            var page = Open<JobsPage>(Portal.Host.Admin, "/jobs");
            Shows(page, $"button[form='resume-form'][value='{ExecutionSweepKind}']");
            Says(page, "All schedules are paused");
        }
        finally
        {
            await queues.PauseAllAsync(Portal.Host.Admin, false, default);
        }
    }

    const string ExecutionSweepKind = "EXECUTION_SWEEP";

    [Fact]
    public async Task Run_ShowsItsLogAndParameters_AndNoLongerMoves()
    {
        var id = await RunAsync();
        var page = Open<JobPage>(Portal.Host.Admin, $"/jobs/{id}", more: ("Id", id));
        Says(page, "Counts rows from before");
        Says(page, "\"dry_run\":true");
        Says(page, "Succeeded");
        Assert.Empty(page.FindAll("[data-live]"));
        Assert.Empty(page.FindAll("form"));
    }

    [Fact]
    public async Task Run_OfTheSystem_IsMissingForAMember() => IsMissing(Open<JobPage>(Portal.Developer, "/jobs/1", more: ("Id", await RunAsync())));

    [Fact]
    public async Task Card_OfAnOpenRun_MovesAndOffersToStop()
    {
        var queues = Service<QueueService>();
        await queues.PauseAsync(Portal.Host.Admin, AuditPurgeParameters.Kind, true, default);
        var id = (await Service<IJobs>().StartAsync(Portal.Host.Admin, new(AuditPurgeParameters.Kind, 0, null, AuditPurgeParameters.Create(1, null, true).Value.ToJson()), default)).Value;
        try
        {
            var card = Open<RunCard>(Portal.Host.Admin, "/anywhere", more: ("Run", id));
            Shows(card, $"[data-live='/jobs/{id}/live']");
            Says(card, "Waiting");
            Shows(card, "button[type=submit]");
            Assert.Equal("", Open<RunCard>(Portal.Developer, "/anywhere", more: ("Run", id)).Markup.Trim());
        }
        finally
        {
            await Service<IJobs>().StopAsync(Portal.Host.Admin, id, default);
            await queues.PauseAllAsync(Portal.Host.Admin, false, default);
        }
    }

    [Fact]
    public async Task ProjectJobs_AreForThoseWhoReadTheRecord()
    {
        var shop = (await Service<ProjectDirectory>().FindAsync("shop", default))!;
        await RunAsync();
        var id = await RunAsync(shop.Id);
        var page = Open<ProjectJobsPage>(Portal.Host.Admin, "/projects/shop/jobs", "shop");
        Rows(page, 1);
        Shows(page, $"a[href='/jobs/{id}']");
        Says(Open<ProjectJobsPage>(Portal.Developer, "/projects/shop/jobs", "shop"), "You can see this project, but not its jobs");
    }
}
