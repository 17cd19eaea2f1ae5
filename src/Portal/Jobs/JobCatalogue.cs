using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Portal.Data;

namespace Portal.Jobs;

/// <summary>A schedule that is there from the start and can be changed or taken away like any other.</summary>
/// <param name="Kind"><see cref="JobKind.Name"/>.</param>
/// <param name="Cron">See <see cref="CronText"/>; in UTC.</param>
/// <param name="Parameters">JSON.</param>
public sealed record BuiltInSchedule(string Kind, string Cron, string Parameters = "{}");

/// <summary>The kinds that this server can do. Handlers are made at the first question, since they may ask for runs themselves.</summary>
public sealed class JobCatalogue(IServiceProvider services)
{
    readonly Lazy<FrozenDictionary<string, IJobHandler>> _handlers = new(() => services.GetServices<IJobHandler>().ToFrozenDictionary(h => h.Kind.Name, StringComparer.Ordinal));
    readonly Lazy<FrozenDictionary<string, BuiltInSchedule>> _schedules = new(() => services.GetServices<BuiltInSchedule>().ToFrozenDictionary(s => s.Kind, StringComparer.Ordinal));

    /// <summary>By title.</summary>
    public IReadOnlyList<JobKind> Kinds => [.. _handlers.Value.Values.Select(h => h.Kind).OrderBy(k => k.Title, StringComparer.Ordinal)];

    public JobKind? Find(string name) => Handler(name)?.Kind;

    /// <summary>As pages call it; the name itself for a kind of another version.</summary>
    public string Title(string name) => Find(name)?.Title ?? name;

    internal IJobHandler? Handler(string name) => _handlers.Value.GetValueOrDefault(name);

    internal BuiltInSchedule? Schedule(string kind) => _schedules.Value.GetValueOrDefault(kind);
}

/// <summary>What the parts of Jobs tell each other on all nodes.</summary>
static class JobTopics
{
    /// <summary>Something waits; the key is the kind.</summary>
    public const string Queue = "jobs.queue";

    /// <summary>A run under way is to stop; the key is its id.</summary>
    public const string Stop = "jobs.stop";

    /// <summary>A schedule has changed; the key is its kind.</summary>
    public const string Schedule = "jobs.schedule";

    public static ChangeNotice Queued(string kind) => new(Queue, kind);

    public static ChangeNotice Stopping(long run) => new(Stop, run.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static ChangeNotice Scheduled(string kind) => new(Schedule, kind);
}
