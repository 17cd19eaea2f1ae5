using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Integration.Tests.Security;

/// <summary>Keeps the database statements of each request that says by a header that it wants them kept; those of background work belong to no request.</summary>
sealed class StatementCounter : DbCommandInterceptor
{
    public const string Header = "X-Counted";

    readonly IHttpContextAccessor _http = new HttpContextAccessor();
    readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _statements = new(StringComparer.Ordinal);

    /// <summary>What the request of this name asked of the database, in order; forgotten then.</summary>
    public IReadOnlyList<string> Take(string request) => _statements.TryRemove(request, out var statements) ? [.. statements] : [];

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Keep(command);
        return base.ReaderExecutingAsync(command, eventData, result, cancellationToken);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Keep(command);
        return base.NonQueryExecutingAsync(command, eventData, result, cancellationToken);
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Keep(command);
        return base.ScalarExecutingAsync(command, eventData, result, cancellationToken);
    }

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Keep(command);
        return base.ReaderExecuting(command, eventData, result);
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Keep(command);
        return base.NonQueryExecuting(command, eventData, result);
    }

    public override InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        Keep(command);
        return base.ScalarExecuting(command, eventData, result);
    }

    void Keep(DbCommand command)
    {
        if (_http.HttpContext?.Request.Headers[Header] is [{ } request]) _statements.GetOrAdd(request, _ => new()).Enqueue(command.CommandText);
    }
}
