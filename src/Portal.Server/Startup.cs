using Portal.Access;
using Portal.Data;
using Portal.Projects;

namespace Portal.Server;

/// <summary>What must be done before the first request and before background work: migrations, built-in roles, the first account.</summary>
sealed class Startup(DatabaseStart database, AccessStart access, RobotLogins robots) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await database.RunAsync(cancellationToken);
        await access.RunAsync(cancellationToken);
        await robots.RunAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
