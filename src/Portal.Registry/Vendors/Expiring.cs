using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>Keeps something that runs out, and fetches it again shortly before; one fetch at a time.</summary>
#pragma warning disable CA1001 // the gate's wait handle is never asked for, so it holds nothing to free
sealed class Expiring<T>(TimeProvider time, Func<CancellationToken, Task<Result<(T Value, DateTimeOffset Until)>>> fetch)
{
    static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    readonly SemaphoreSlim _gate = new(1);
    (T Value, DateTimeOffset Renew)? _kept;

    public async Task<Result<T>> GetAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            var now = time.GetUtcNow();
            if (_kept is { } kept && now < kept.Renew) return kept.Value;
            var fetched = await fetch(ct);
            if (!fetched.Ok) return fetched.Error;
            var quarter = (fetched.Value.Until - now) / 4;
            _kept = (fetched.Value.Value, fetched.Value.Until - (quarter < Margin ? quarter : Margin));
            return fetched.Value.Value;
        }
        finally
        {
            _gate.Release();
        }
    }
}
#pragma warning restore CA1001

/// <summary>Registry credentials that are fetched and run out.</summary>
sealed class ExpiringCredentials(TimeProvider time, Func<CancellationToken, Task<Result<(RegistryCredentials, DateTimeOffset)>>> fetch) : ICredentialSource
{
    readonly Expiring<RegistryCredentials> _kept = new(time, fetch);

    public async Task<Result<RegistryCredentials?>> CurrentAsync(CancellationToken ct)
    {
        var current = await _kept.GetAsync(ct);
        return current.Ok ? current.Value : current.Error;
    }
}
