using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Portal.Data;
using Portal.Gateway;

namespace Portal.Integration.Tests.Faults.Planted;

/// <summary>The ways of putting a mistake into a server.</summary>
static class Plant
{
    /// <summary>Another service in place of the one there is.</summary>
    public static Action<IServiceCollection> Instead<T>(Func<IServiceProvider, T> make) where T : class => services =>
    {
        foreach (var known in services.Where(s => s.ServiceType == typeof(T)).ToList()) services.Remove(known);
        services.AddSingleton(make);
    };

    /// <summary>The real service, made from something wrong: a clock that stands, a feed that nobody hears.</summary>
    public static Action<IServiceCollection> Part<T>(params Func<IServiceProvider, object>[] wrong) where T : class => Part<T, T>(wrong);

    public static Action<IServiceCollection> Part<TService, T>(params Func<IServiceProvider, object>[] wrong) where TService : class where T : class, TService =>
        Instead<TService>(s => ActivatorUtilities.CreateInstance<T>(s, [.. wrong.Select(w => w(s))]));

    /// <summary>Something around the service there is.</summary>
    public static Action<IServiceCollection> Around<T>(Func<IServiceProvider, T, T> wrap) where T : class => services =>
    {
        var real = services.Last(s => s.ServiceType == typeof(T));
        services.Remove(real);
        services.AddSingleton(s => wrap(s, (T)(real.ImplementationFactory?.Invoke(s) ?? real.ImplementationInstance ?? ActivatorUtilities.CreateInstance(s, real.ImplementationType!))));
    };

    /// <summary>Something that comes before all of the server's own handling.</summary>
    public static Action<IServiceCollection> Before(Func<HttpContext, RequestDelegate, Task> handle) => services => services.AddSingleton<IStartupFilter>(new Door(handle));

    /// <summary>Another step in the registry's routes in place of one of them.</summary>
    public static Action<IServiceCollection> Step<TReal, TWrong>() where TWrong : IGatewayStep =>
        Instead<IReadOnlyList<GatewayRoute>>(_ => [.. GatewayRoutes.All.Select(r => r with { Steps = [.. r.Steps.Select(s => s == typeof(TReal) ? typeof(TWrong) : s)] })]);

    /// <summary>A step of the registry's routes left out.</summary>
    public static Action<IServiceCollection> Without<TReal>() =>
        Instead<IReadOnlyList<GatewayRoute>>(_ => [.. GatewayRoutes.All.Select(r => r with { Steps = [.. r.Steps.Where(s => s != typeof(TReal))] })]);

    /// <summary>Statements changed on their way to the database.</summary>
    public static Action<IServiceCollection> Sql(Func<string, string> rewrite) => services => services.ConfigureDbContext<PortalDbContext>(b => b.AddInterceptors(new Rewriter(rewrite)));

    /// <summary>Rows changed when they have been read.</summary>
    public static Action<IServiceCollection> Read<T>(Action<T> change) => services => services.ConfigureDbContext<PortalDbContext>(b => b.AddInterceptors(new Reader<T>(change)));

    public static Action<IServiceCollection> All(params Action<IServiceCollection>[] faults) => services =>
    {
        foreach (var fault in faults) fault(services);
    };

    sealed class Door(Func<HttpContext, RequestDelegate, Task> handle) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(rest => http => handle(http, rest));
            next(app);
        };
    }

    sealed class Reader<T>(Action<T> change) : IMaterializationInterceptor
    {
        public object InitializedInstance(MaterializationInterceptionData materializationData, object entity)
        {
            if (entity is T row) change(row);
            return entity;
        }
    }

    sealed class Rewriter(Func<string, string> rewrite) : DbCommandInterceptor
    {
        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            command.CommandText = rewrite(command.CommandText);
            return new(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            command.CommandText = rewrite(command.CommandText);
            return new(result);
        }
    }
}

/// <summary>A change feed that this part does not listen to, so that what it remembers is never dropped.</summary>
sealed class DeafFeed(IChangeFeed real) : IChangeFeed
{
    public static object Of(IServiceProvider services) => new DeafFeed(services.GetRequiredService<IChangeFeed>());

    public Task AnnounceAsync(PortalDbContext db, CancellationToken cancellation, params ChangeNotice[] notices) => real.AnnounceAsync(db, cancellation, notices);

    public IDisposable Subscribe(Action<ChangeNotice?> handler) => new Nothing();

    sealed class Nothing : IDisposable
    {
        public void Dispose() { }
    }
}

/// <summary>A clock that stands still.</summary>
sealed class StoppedClock : TimeProvider
{
    readonly DateTimeOffset _now = System.GetUtcNow();

    public static object Make(IServiceProvider services) => new StoppedClock();

    public override DateTimeOffset GetUtcNow() => _now;
}
