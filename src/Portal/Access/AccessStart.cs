namespace Portal.Access;

/// <summary>What must be there before the first request: the built-in roles and the first account.</summary>
public sealed class AccessStart
{
    readonly RoleSeeder _roles;
    readonly FirstRun _firstRun;

    internal AccessStart(RoleSeeder roles, FirstRun firstRun) => (_roles, _firstRun) = (roles, firstRun);

    public async Task RunAsync(CancellationToken cancellation)
    {
        await _roles.RunAsync(cancellation);
        await _firstRun.RunAsync(cancellation);
    }
}
