using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Portal.Data;
using Portal.Gateway.Uploads;

namespace Portal.Gateway.Tokens;

/// <summary>The keys of tokens and uploads, read once when the server starts; the same on every node.</summary>
sealed class TokenKeys(SharedKeys keys, IOptions<GatewayOptions> options) : IHostedService
{
    TokenCodec? _tokens;
    UploadSeal? _uploads;

    public TokenCodec Tokens => _tokens ?? throw new InvalidOperationException("The gateway serves before it has started.");
    public UploadSeal Uploads => _uploads ?? throw new InvalidOperationException("The gateway serves before it has started.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _uploads = new(await keys.GetAsync("gateway-upload", cancellationToken));
        _tokens = new(await keys.GetAsync("gateway-token", cancellationToken), options.Value.Service);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
