using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Integration.Tests.Api;
using Portal.Integration.Tests.Security;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Faults;

/// <summary>
/// One PostgreSQL, one docker-registry and one filled database, which each server gets a copy of; so a server with a fault in it costs about a second.
/// </summary>
public sealed class AttackGround : IAsyncLifetime
{
    readonly ApiFixture _seed = new();
    PostgreSqlProcess _database = null!;
    RegistryProcess _registry = null!;
    string _filled = "";
    Target? _real;

    public async Task InitializeAsync()
    {
        _database = await PostgreSqlProcess.StartAsync();
        _registry = await RegistryProcess.StartAsync();
        await _seed.StartAsync(Configure, _database);
        await using var filling = new Target(_seed.Host, _seed, new(), new());
        await _seed.Host.CreateProjectAsync("open", isPublic: true);
        await filling.PushAsync("maintainer", Target.Vault, Target.Secret, "1", "latest");
        _filled = _seed.Host.Database;
    }

    public async Task DisposeAsync()
    {
        if (_real is not null) await _real.DisposeAsync();
        if (_registry is not null) await _registry.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    /// <summary>Attacks the server as it is.</summary>
    internal async Task AttackAsync(Probe probe)
    {
        if (probe is { Prepare: null, Alone: false, Fresh: false })
        {
            await probe.Run(_real ??= await StartAsync(probe, null));
            return;
        }
        await using var own = await StartAsync(probe, null);
        await probe.Run(own);
    }

    /// <summary>Attacks a server with a fault in it; gives what the probe found, null for nothing.</summary>
    internal async Task<string?> AttackAsync(Probe probe, Fault fault)
    {
        await using var target = await StartAsync(probe, fault);
        try
        {
            await probe.Run(target);
            return null;
        }
        catch (FlawException flaw)
        {
            return flaw.Message;
        }
    }

    async Task<Target> StartAsync(Probe probe, Fault? fault)
    {
        var (time, log) = (new ShiftedTime(), new RecordedLog());
        var host = await PortalHost.StartAsync(_database, builder =>
        {
            Configure(builder);
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddSingleton(log);
            // what a fault throws is the fault's business
            builder.Logging.ClearProviders();
            probe.Prepare?.Invoke(builder);
            if (fault is not null) builder.Host.UseServiceProviderFactory(new PlantingFactory(fault.Plant));
        }, probe.Fresh ? null : _filled);
        return new(host, _seed.On(host), time, log);
    }

    void Configure(WebApplicationBuilder builder)
    {
        builder.WebHost.UseStaticWebAssets();
        // nobody guesses these; the slow hash would be most of what a server costs
        builder.Services.Configure<PasswordHasherOptions>(o => o.IterationCount = 1_000);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Portal:Registry:Address"] = _registry.Url.GetLeftPart(UriPartial.Authority),
            ["Portal:Proxies"] = "127.0.0.1",
            ["Portal:Federation:AllowHttpOnLoopback"] = "true",
        });
    }

    /// <summary>Changes the services when all of them are known.</summary>
    sealed class PlantingFactory(Action<IServiceCollection> plant) : IServiceProviderFactory<IServiceCollection>
    {
        public IServiceCollection CreateBuilder(IServiceCollection services)
        {
            plant(services);
            return services;
        }

        public IServiceProvider CreateServiceProvider(IServiceCollection containerBuilder) => containerBuilder.BuildServiceProvider();
    }
}

[CollectionDefinition(Name)]
public sealed class AttackCollection : ICollectionFixture<AttackGround>
{
    public const string Name = "security classes";
}
