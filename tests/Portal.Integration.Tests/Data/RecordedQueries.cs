using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query;
using Portal.Data;

namespace Portal.Integration.Tests.Data;

/// <summary>Keeps every query that a context compiles, so that it can be translated for the other provider too.</summary>
sealed class RecordedQueries : IQueryExpressionInterceptor
{
    static readonly MethodInfo Compile = typeof(RecordedQueries).GetMethod(nameof(CompileAs), BindingFlags.Static | BindingFlags.NonPublic)!;

    readonly ConcurrentDictionary<string, Expression> _queries = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Texts => [.. _queries.Keys];

    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData)
    {
        _queries.TryAdd(ExpressionPrinter.Print(queryExpression), queryExpression);
        return queryExpression;
    }

    /// <summary>Translates all for a context and tells which cannot be.</summary>
    public IReadOnlyList<string> Untranslatable(PortalDbContext db)
    {
        var failed = new List<string>();
        foreach (var (text, query) in _queries)
        {
            try
            {
                var expression = new Rooted(db.Model).Visit(query);
                var element = expression.Type.IsAssignableTo(typeof(IQueryable)) ? typeof(IEnumerable<>).MakeGenericType(expression.Type.GetInterfaces().Append(expression.Type)
                    .First(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IQueryable<>)).GetGenericArguments()[0]) : expression.Type;
                Compile.MakeGenericMethod(element).Invoke(null, [db, expression]);
            }
            catch (TargetInvocationException e)
            {
                failed.Add($"{text}\n{e.InnerException!.Message}");
            }
        }
        return failed;
    }

    static void CompileAs<T>(PortalDbContext db, Expression query) => db.GetService<IQueryCompilationContextFactory>().Create(async: false).CreateQueryExecutor<T>(query);

    /// <summary>Lets a query start from the other context's model.</summary>
    sealed class Rooted(IModel model) : ExpressionVisitor
    {
        protected override Expression VisitExtension(Expression node) =>
            node is EntityQueryRootExpression root ? new EntityQueryRootExpression(model.FindEntityType(root.EntityType.Name)!) : base.VisitExtension(node);
    }
}
