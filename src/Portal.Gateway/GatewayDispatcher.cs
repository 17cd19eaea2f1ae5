using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Registry;

namespace Portal.Gateway;

/// <summary>Finds a request's line in the table and runs its steps. The steps are made once; nothing is resolved while serving.</summary>
sealed class GatewayDispatcher
{
    readonly FrozenDictionary<(string Method, OciResource Resource), (GatewayRoute Route, IGatewayStep[] Steps)> _routes;
    readonly FrozenDictionary<OciResource, string> _methods;
    readonly Answers _answers;
    readonly ILogger<GatewayDispatcher> _log;

    public GatewayDispatcher(IServiceProvider services, IReadOnlyList<GatewayRoute> routes, Answers answers, ILogger<GatewayDispatcher> log)
    {
        (_answers, _log) = (answers, log);
        var made = new Dictionary<Type, IGatewayStep>();
        _routes = routes.SelectMany(r => r.Methods.Split(' ').Select(m => (Key: (m, r.Resource), Value: (r, r.Steps.Select(Step).ToArray())))).ToFrozenDictionary(r => r.Key, r => r.Value);
        _methods = routes.GroupBy(r => r.Resource).ToFrozenDictionary(r => r.Key, r => string.Join(", ", r.SelectMany(x => x.Methods.Split(' ')).Append("OPTIONS")));

        IGatewayStep Step(Type type) => made.TryGetValue(type, out var known) ? known : made[type] = (IGatewayStep)ActivatorUtilities.CreateInstance(services, type);
    }

    /// <summary>Says which methods there are, which is the same for everybody; anything else is refused.</summary>
    Task AnswerOtherAsync(HttpContext http, OciResource resource)
    {
        if (!_methods.TryGetValue(resource, out var methods)) return _answers.RefuseAsync(http, null, GatewayErrors.Route);
        http.Response.Headers.Allow = methods;
        if (!HttpMethods.IsOptions(http.Request.Method)) return _answers.RefuseAsync(http, null, OciErrors.Unsupported.Because($"{http.Request.Method} is not offered here; {methods} are."));
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public async Task RunAsync(HttpContext http)
    {
        http.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        var resource = OciPath.Parse(http.Request.Path.Value).Resource;
        if (!_routes.TryGetValue((http.Request.Method, resource), out var found))
        {
            await AnswerOtherAsync(http, resource);
            return;
        }
        var request = new GatewayRequest(http, found.Route);
        try
        {
            foreach (var step in found.Steps)
            {
                if (await step.RunAsync(request) is { } error)
                {
                    await _answers.RefuseAsync(http, request, error);
                    return;
                }
                if (request.Answered) return;
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // the client has gone; there is nobody to answer
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            var away = e is System.Data.Common.DbException { IsTransient: true } or TimeoutException;
            if (e is BadHttpRequestException bad)
            {
                await _answers.RefuseAsync(http, request, (bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? OciErrors.TooLarge : OciErrors.SizeInvalid).Because());
                return;
            }
            _log.LogError(e, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            await _answers.RefuseAsync(http, request, away ? OciErrors.Unavailable.Because() : OciErrors.Unknown.Because());
        }
    }
}
