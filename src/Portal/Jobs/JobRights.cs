using Portal.Access;

namespace Portal.Jobs;

/// <summary>Who may see and stop which runs. Overseers of the system see all; those in a project see the project's.</summary>
public sealed class JobRights(IAccessPolicy policy, JobCatalogue catalogue)
{
    /// <summary>Everything about runs, queues, schedules and workers.</summary>
    public static Permission Oversee { get; } = Permissions.Named("jobservice-monitor:list");

    /// <summary>Stop, retry, pause and resume.</summary>
    public static Permission Operate { get; } = Permissions.Named("jobservice-monitor:stop");

    public ValueTask<bool> MayOverseeAsync(Caller caller, CancellationToken cancellation) => policy.MayAsync(caller, Oversee, AccessTarget.System, cancellation);

    public ValueTask<bool> MayOperateAsync(Caller caller, CancellationToken cancellation) => policy.MayAsync(caller, Operate, AccessTarget.System, cancellation);

    /// <summary>The projects whose runs a caller sees; null for all of them and the system's.</summary>
    public async ValueTask<IReadOnlyList<int>?> SeenProjectsAsync(Caller caller, CancellationToken cancellation)
    {
        if (await MayOverseeAsync(caller, cancellation)) return null;
        return (await policy.ScopeAsync(caller, Permissions.LogList, cancellation)).Projects;
    }

    public async ValueTask<bool> MaySeeAsync(Caller caller, string kind, int? project, CancellationToken cancellation)
    {
        if (await MayOverseeAsync(caller, cancellation)) return true;
        if (project is not null && await HoldsAsync(caller, Permissions.LogList, project, cancellation)) return true;
        return catalogue.Find(kind)?.SeenWith is { } right && await HoldsAsync(caller, right, project, cancellation);
    }

    public async ValueTask<bool> MayStopAsync(Caller caller, string kind, int? project, CancellationToken cancellation) =>
        await MayOperateAsync(caller, cancellation) || (catalogue.Find(kind)?.StoppedWith is { } right && await HoldsAsync(caller, right, project, cancellation));

    async ValueTask<bool> HoldsAsync(Caller caller, Permission right, int? project, CancellationToken cancellation)
    {
        if (project is not { } id) return await policy.MayAsync(caller, right, AccessTarget.System, cancellation);
        var scope = await policy.ScopeAsync(caller, right, cancellation);
        return scope.Everywhere || scope.Projects.Contains(id);
    }
}
