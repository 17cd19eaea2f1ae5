using Portal.Access.Settings;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Protection;

/// <summary>
/// Whether the whole system may be changed, from memory; switching it reaches every node within two seconds. Pulls and signing in go on. Only an administrator
/// switches it, with the setting <c>read_only</c>.
/// </summary>
public sealed class ReadOnlyMode(AuthSettingsStore settings)
{
    public async ValueTask<bool> IsOnAsync(CancellationToken cancellation) => (await settings.CurrentAsync(cancellation)).System.ReadOnly;
}

/// <summary>The gate behind all doors, for background work too. A push that had passed it when the mode came on still ends.</summary>
sealed class ReadOnlyGuard(ReadOnlyMode mode) : IPushGuard, IDeleteGuard, IProjectGuard
{
    public ValueTask<Result> CheckAsync(PushContext push, CancellationToken cancellation) => CheckAsync(cancellation);

    public ValueTask<Result> CheckBlobAsync(BlobPushContext push, CancellationToken cancellation) => CheckAsync(cancellation);

    public ValueTask<Result> CheckAsync(PortalDbContext db, DeleteContext delete, CancellationToken cancellation) => CheckAsync(cancellation);

    public ValueTask<Result> CheckDeletionAsync(PortalDbContext db, ProjectEntry project, CancellationToken cancellation) => CheckAsync(cancellation);

    async ValueTask<Result> CheckAsync(CancellationToken cancellation) => await mode.IsOnAsync(cancellation) ? ProtectionErrors.ReadOnly : Result.Success;
}
