using System.Collections.Concurrent;
using System.Diagnostics;
using Portal.Jobs;
using Portal.TestKit;

namespace Portal.Integration.Tests.Jobs;

/// <summary>A kind of work that does what a test wants, on every node that it is given to.</summary>
sealed class ProbeJob(string name, JobLane lane = JobLane.Upkeep, int most = 100) : IJobHandler
{
    int _now;
    int _highest;

    public JobKind Kind { get; init; } = new(name, name + " probe", lane, most) { OnePerOwner = false };

    /// <summary>What a run does; ends at once when nothing else is said.</summary>
    public Func<IJobRun, CancellationToken, Task> Work { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Ids of runs as they began, one for each attempt.</summary>
    public ConcurrentQueue<long> Begun { get; } = new();

    /// <summary>Most runs at the same time.</summary>
    public int Highest => _highest;

    public async Task<JobOutcome> RunAsync(IJobRun run, CancellationToken cancellation)
    {
        Begun.Enqueue(run.Id);
        var now = Interlocked.Increment(ref _now);
        for (int before; (before = Volatile.Read(ref _highest)) < now && Interlocked.CompareExchange(ref _highest, now, before) != before;) { }
        try
        {
            await Work(run, cancellation);
            return new(JobStatus.Success, "Done.");
        }
        finally
        {
            Interlocked.Decrement(ref _now);
        }
    }
}

/// <summary>Several nodes on one database.</summary>
static class Nodes
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<PortalHost> StartAsync(PostgreSqlProcess? database, string name, params ProbeJob[] jobs) => PortalHost.StartAsync(database, builder => Add(builder, name, jobs));

    /// <summary>Another node on the database of this one.</summary>
    public static Task<PortalHost> JoinAsync(this PortalHost first, PostgreSqlProcess database, string name, params ProbeJob[] jobs) => PortalHost.StartAsync(database, builder =>
    {
        builder.Configuration["Portal:Database:ConnectionString"] = first.Database;
        Add(builder, name, jobs);
    });

    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (var watch = Stopwatch.StartNew(); !await holds(); await Task.Delay(25))
            if (watch.Elapsed > Patience) throw new TimeoutException($"This did not come about: {what}");
    }

    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    static void Add(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder, string name, ProbeJob[] jobs)
    {
        (builder.Configuration["Portal:Jobs:NodeName"], builder.Configuration["Portal:Jobs:LeaseSeconds"], builder.Configuration["Portal:Jobs:RetrySeconds"]) = (name, "5", "1");
        foreach (var job in jobs) Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<IJobHandler>(builder.Services, job);
    }
}
