using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Gateway.Steps;
using Portal.Gateway.Tokens;
using Portal.Gateway.Uploads;

namespace Portal.Gateway;

public static class GatewaySetup
{
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidation>();
        services.AddHttpForwarder();
        services.AddSingleton<TokenKeys>().AddHostedService(s => s.GetRequiredService<TokenKeys>());
        services.AddSingleton<TokenHolders>().AddSingleton<TokenVerifier>().AddSingleton<TokenService>().AddSingleton<TokenEndpoint>().AddSingleton<ExchangeEndpoint>();
        services.AddSingleton<BackendForwarder>().AddSingleton<BackendUploads>().AddSingleton<BlobReceiver>();
        services.AddSingleton(GatewayRoutes.All).AddSingleton<RefusalWords>().AddSingleton<Answers>().AddSingleton<GatewayDispatcher>();
        return services;
    }

    /// <summary>
    /// Serves <c>/v2</c> and the token service ahead of the general pipeline: no routing, session, antiforgery or scope. Comes right behind the
    /// forwarded headers.
    /// </summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        var registry = app.Services.GetRequiredService<GatewayDispatcher>();
        var tokens = app.Services.GetRequiredService<TokenEndpoint>();
        var exchange = app.Services.GetRequiredService<ExchangeEndpoint>();
        app.Use(next => http => OciPath.IsOurs(http.Request.Path.Value) ? registry.RunAsync(Unsniffed(http))
            : http.Request.Path == Answers.TokenPath ? tokens.RunAsync(Unsniffed(http))
            : http.Request.Path == ExchangeEndpoint.Path ? exchange.RunAsync(Unsniffed(http))
            : next(http));
        return app;
    }

    /// <summary>What people push must not become a page of this site because a browser guesses at its type.</summary>
    static HttpContext Unsniffed(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http;
    }
}

sealed class GatewayOptionsValidation : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options) =>
        options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
}
