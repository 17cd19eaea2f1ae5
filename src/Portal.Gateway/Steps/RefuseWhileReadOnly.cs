using Portal.Kernel;
using Portal.Protection;

namespace Portal.Gateway.Steps;

/// <summary>Says early that nothing may be changed now, before a body is read; the guards behind all doors say the same.</summary>
sealed class RefuseWhileReadOnly(ReadOnlyMode mode) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request) => await mode.IsOnAsync(request.Aborted) ? ProtectionErrors.ReadOnly : null;
}
