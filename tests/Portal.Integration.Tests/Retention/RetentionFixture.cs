using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Artifacts;
using Portal.Data;
using Portal.Integration.Tests.Api;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.Retention;

/// <summary>A server whose runs are carried out by the test, one by one, when it says so.</summary>
public sealed class RetentionFixture : IAsyncLifetime
{
    int _next;

    public ApiFixture Api { get; } = new();
    public FakeJobs Jobs { get; } = new();

    public Task InitializeAsync() => Api.StartAsync(b => b.Services.AddSingleton<IJobs>(Jobs).AddSingleton<IJobQueries>(Jobs));

    public Task DisposeAsync() => Api.DisposeAsync();

    /// <summary>A project of its own with an owner, so that tests do not meet.</summary>
    public async Task<ProjectEntry> ProjectAsync()
    {
        var project = await Api.Host.CreateProjectAsync($"keep-{Interlocked.Increment(ref _next)}");
        await Api.Host.AddMemberAsync(project, "owner", BuiltInRoles.ProjectAdmin);
        return project;
    }

    /// <summary>An artifact to put into a repository.</summary>
    /// <param name="Tags">Names with the days since they were pushed: <c>v1@40</c>; an artifact without tags is <c>@40</c>.</param>
    /// <param name="Blobs">Names of blobs with their sizes: <c>base:100</c>. Equal names are the same blob in the same project.</param>
    public sealed record Seed(string Key, string Tags, string Blobs = "", ArtifactKind Kind = ArtifactKind.Image, string Children = "", string Subject = "");

    public static string DigestOf(string key) => Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(key)).Text;

    public async Task SeedAsync(ProjectEntry project, string path, params Seed[] seeds)
    {
        await using var db = await ContextAsync();
        var now = DateTimeOffset.UtcNow;
        var repository = new Repository { ProjectId = project.Id, Name = path, CreatedAt = now, UpdatedAt = now };
        db.Repositories.Add(repository);
        await db.SaveChangesAsync();
        foreach (var seed in seeds)
        {
            var tags = seed.Tags.Split(' ').Select(t => (Name: t[..t.IndexOf('@', StringComparison.Ordinal)], At: now.AddDays(-int.Parse(t[(t.IndexOf('@', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture)).AddHours(-1))).ToList();
            var artifact = new Artifact
            {
                ProjectId = project.Id,
                RepositoryId = repository.Id,
                Digest = DigestOf(seed.Key),
                MediaType = "application/vnd.oci.image.manifest.v1+json",
                Kind = seed.Kind,
                ManifestSize = 100,
                Size = 100,
                PushedAt = tags.Min(t => t.At),
                PushedBy = "dev",
                SubjectDigest = seed.Subject.Length > 0 ? DigestOf(seed.Subject) : null,
                Tags = [.. tags.Where(t => t.Name.Length > 0).Select(t => new Tag { RepositoryId = repository.Id, Name = t.Name, PushedAt = t.At, PushedBy = "dev" })],
                Children = [.. seed.Children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((c, i) => new ArtifactChild { Position = i, ChildDigest = DigestOf(c), MediaType = "application/vnd.oci.image.manifest.v1+json", Size = 100 })],
            };
            var position = 0;
            foreach (var part in seed.Blobs.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var (name, size) = (part.Split(':')[0], long.Parse(part.Split(':')[1], CultureInfo.InvariantCulture));
                var digest = DigestOf($"{project.Name}/{name}");
                var blob = await db.Blobs.FirstOrDefaultAsync(b => b.Digest == digest) ?? db.Blobs.Add(new() { Digest = digest, Size = size, FirstSeenAt = now }).Entity;
                await db.SaveChangesAsync();
                artifact.Blobs.Add(new() { BlobId = blob.Id, Position = position++, Role = BlobRole.Layer, MediaType = "application/vnd.oci.image.layer.v1.tar+gzip" });
            }
            db.Artifacts.Add(artifact);
        }
        await db.SaveChangesAsync();
    }

    public Task<PortalDbContext> ContextAsync() => Api.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();

    /// <summary>The live tags of a project, as <c>repository:tag</c>.</summary>
    public async Task<List<string>> TagsAsync(ProjectEntry project)
    {
        await using var db = await ContextAsync();
        return await db.Tags.Where(t => t.Artifact!.ProjectId == project.Id && t.Artifact.DeletionId == null).OrderBy(t => t.Artifact!.Repository!.Name).ThenBy(t => t.Name).Select(t => t.Artifact!.Repository!.Name + ":" + t.Name).ToListAsync();
    }

    /// <summary>Carries out the run that was asked for last in a project (0 for the system).</summary>
    public async Task<FakeJobRun> CarryOutAsync(int project)
    {
        var run = Jobs.Take(project);
        run.Outcome = await Api.Host.Services.GetServices<IJobHandler>().Single(h => h.Kind.Name == "RETENTION").RunAsync(run, CancellationToken.None);
        return run;
    }
}

/// <summary>Holds what was asked for until the test carries it out. Strict: what nobody asked for is not there.</summary>
public sealed class FakeJobs : IJobs, IJobQueries
{
    readonly ConcurrentDictionary<long, FakeJobRun> _runs = new();
    readonly ConcurrentDictionary<(string, long), JobScheduleRequest> _schedules = new();
    long _next;

    public Task<Result<long>> StartAsync(Caller caller, JobRequest request, CancellationToken cancellation)
    {
        var run = new FakeJobRun(Interlocked.Increment(ref _next), request, caller.Name);
        _runs[run.Id] = run;
        return Task.FromResult<Result<long>>(run.Id);
    }

    public FakeJobRun Take(int project) => _runs.Values.OrderByDescending(r => r.Id).First(r => (r.ProjectId ?? 0) == project && r.Outcome is null);

    public Task<Result> StopAsync(Caller caller, long run, CancellationToken cancellation) =>
        Task.FromResult(_runs.TryGetValue(run, out var found) && (found.Stopped = true) ? Result.Success : Error.NotFound("The run"));

    public Task<Result> ScheduleAsync(Caller caller, JobScheduleRequest request, CancellationToken cancellation)
    {
        _schedules[(request.Kind, request.Owner)] = request;
        return Task.FromResult(Result.Success);
    }

    public Task UnscheduleAsync(Caller caller, string kind, long owner, CancellationToken cancellation)
    {
        _schedules.TryRemove((kind, owner), out _);
        return Task.CompletedTask;
    }

    public JobScheduleRequest? Schedule(long owner) => _schedules.GetValueOrDefault(("RETENTION", owner));

    public Task<JobRunPage> RunsAsync(JobRunFilter filter, CancellationToken cancellation)
    {
        var found = _runs.Values.Where(r => (filter.Kind is null || r.Request.Kind == filter.Kind) && (filter.Owner is null || r.Owner == filter.Owner) && (filter.ProjectId is null || r.ProjectId == filter.ProjectId)).OrderByDescending(r => r.Id).ToList();
        return Task.FromResult(new JobRunPage([.. found.Skip((filter.Page - 1) * filter.PageSize).Take(filter.PageSize).Select(r => r.Row)], found.Count));
    }

    public Task<JobRunRow?> RunAsync(long id, CancellationToken cancellation) => Task.FromResult(_runs.GetValueOrDefault(id)?.Row);

    public Task<JobTaskPage> TasksAsync(long run, int page, int pageSize, CancellationToken cancellation) => throw new InvalidOperationException("Retention shows its own repositories.");

    public Task<string?> LogAsync(long run, CancellationToken cancellation) => Task.FromResult(_runs.TryGetValue(run, out var found) ? string.Join('\n', found.Lines) : null);

    public Task<JobScheduleRow?> ScheduleAsync(string kind, long owner, CancellationToken cancellation) => Task.FromResult(_schedules.TryGetValue((kind, owner), out var s)
        ? new JobScheduleRow(kind, owner, s.ProjectId, s.Cron, s.TimeZone ?? "UTC", s.Cron, s.Parameters, "somebody", DateTimeOffset.UnixEpoch, [DateTimeOffset.UtcNow.AddHours(1)]) : null);
}

/// <summary>A run that writes down what its handler tells. Strict: a task that was not begun cannot end.</summary>
public sealed class FakeJobRun(long id, JobRequest request, string actor) : IJobRun
{
    readonly Dictionary<long, string> _open = [];

    public JobRequest Request => request;
    public long Id => id;
    public long Owner => request.Owner;
    public int? ProjectId => request.ProjectId;
    public JobTrigger Trigger => request.Trigger;
    public string Actor => actor;
    public string Parameters => request.Parameters;
    public int Attempt { get; set; } = 1;
    public string? Checkpoint { get; set; }
    public JobOutcome? Outcome { get; set; }
    public bool Stopped { get; set; }
    public List<string> Lines { get; } = [];
    public Dictionary<string, string?> Tasks { get; } = [];

    public JobRunRow Row => new(id, request.Kind, Owner, ProjectId, Trigger, Outcome?.Status ?? JobStatus.Pending, actor, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, Outcome is null ? null : DateTimeOffset.UtcNow, 0, 0, "tags", null, Stopped, 1, "here", Outcome?.Summary ?? "", Parameters);

    public Task SaveCheckpointAsync(string json, CancellationToken cancellation)
    {
        Checkpoint = json;
        return Task.CompletedTask;
    }

    public void Progress(long done, long total, string unit)
    {
        if (done < 0 || (total > 0 && done > total)) throw new InvalidOperationException($"{done} of {total}");
    }

    public void Log(string line) => Lines.Add(line);

    public Task<long> BeginTaskAsync(string name, CancellationToken cancellation)
    {
        _open.Add(_open.Count + Tasks.Count + 1, name);
        return Task.FromResult((long)(_open.Count + Tasks.Count));
    }

    public Task EndTaskAsync(long task, JobStatus status, string? detail, CancellationToken cancellation)
    {
        Tasks.Add(_open[task], detail);
        _open.Remove(task);
        return Task.CompletedTask;
    }
}
