using Portal.Registry.Client;
using Portal.TestKit;
using Xunit;

namespace Portal.Tests.Registry.Client;

/// <summary>One real registry, with a password, for the tests of a class.</summary>
public sealed class RegistryFixture : IAsyncLifetime
{
    readonly HttpMessageInvoker _http = new(RegistryClient.CreateHandler());
    RegistryProcess? _registry;

    public RegistryProcess Registry => _registry!;

    public RegistryClient Client { get; private set; } = null!;

    public RegistryClient ClientWith(RegistryCredentials? credentials) => new(_http, new(Registry.Url, credentials));

    public async Task InitializeAsync()
    {
        _registry = await RegistryProcess.StartAsync(new("portal", "s3cret:pass"));
        Client = ClientWith(_registry.Credentials);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        if (_registry is not null) await _registry.DisposeAsync();
    }
}
