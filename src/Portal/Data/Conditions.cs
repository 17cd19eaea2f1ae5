using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Portal.Kernel;

namespace Portal.Data;

/// <summary>How a condition compares.</summary>
public enum ConditionKind
{
    Equal,
    Contains,
    AtLeast,
    AtMost,
    Above,
    Below,
    OneOf,
    AllOf,
}

/// <summary>One condition that a client typed. The field is a name, never a column: only a <see cref="FieldMap{T}"/> gives it a meaning.</summary>
public sealed record Condition(string Field, ConditionKind Kind, IReadOnlyList<string> Values)
{
    public string Value => Values[0];
}

/// <summary>The fields of a list that clients may filter by. Others are ignored; a value that does not fit its field is refused.</summary>
sealed class FieldMap<T>
{
    delegate Result<Expression> Build(Condition condition, Expression column);

    static readonly System.Reflection.MethodInfo Like3 = ((Func<DbFunctions, string, string, string, bool>)DbFunctionsExtensions.Like).Method;
    static readonly System.Reflection.MethodInfo Lower = typeof(string).GetMethod(nameof(string.ToLower), Type.EmptyTypes)!;

    readonly Dictionary<string, (LambdaExpression Column, Build Build)> _fields = new(StringComparer.OrdinalIgnoreCase);

    public FieldMap<T> Text(string name, Expression<Func<T, string>> column) => Add(name, column, static (condition, body) => condition.Kind switch
    {
        ConditionKind.Contains => Expression.Call(Like3, Expression.Constant(EF.Functions), Expression.Call(body, Lower), Held(Like.Contains(condition.Value.ToLowerInvariant())), Expression.Constant(Like.Escape)),
        ConditionKind.Equal => Expression.Equal(body, Held(condition.Value)),
        ConditionKind.OneOf => OneOf(body, [.. condition.Values]),
        _ => Unfit(condition, "text, which has no order here"),
    });

    public FieldMap<T> Flag(string name, Expression<Func<T, bool>> column) => Add(name, column, static (condition, body) =>
        condition.Kind == ConditionKind.Equal && Flag(condition.Value) is { } value ? Expression.Equal(body, Held(value)) : Unfit(condition, "true or false"));

    public FieldMap<T> Number(string name, Expression<Func<T, long>> column) => Add(name, column, static (condition, body) =>
        Ordered<long>(condition, body, "a whole number", text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null));

    public FieldMap<T> Time(string name, Expression<Func<T, DateTimeOffset>> column) => Add(name, column, static (condition, body) => Ordered(condition, body, "a time such as 2006-01-02T15:04:05", ParseTime));

    /// <summary>Narrows a list to what fulfils every condition that the map knows, or says which value does not fit.</summary>
    public Error? Narrow(ref IQueryable<T> rows, IReadOnlyList<Condition> conditions)
    {
        foreach (var condition in conditions)
        {
            if (!_fields.TryGetValue(condition.Field, out var field)) continue;
            var built = field.Build(condition, field.Column.Body);
            if (!built.Ok) return built.Error;
            rows = rows.Where(Expression.Lambda<Func<T, bool>>(built.Value, field.Column.Parameters));
        }
        return null;
    }

    FieldMap<T> Add(string name, LambdaExpression column, Build build)
    {
        _fields.Add(name, (column, build));
        return this;
    }

    static Result<Expression> Ordered<V>(Condition condition, Expression body, string wanted, Func<string, V?> parse) where V : struct
    {
        var values = condition.Values.Select(parse).ToList();
        if (values.Any(v => v is null) || condition.Kind is ConditionKind.Contains or ConditionKind.AllOf) return Unfit(condition, wanted);
        var value = Held(values[0]!.Value);
        return condition.Kind switch
        {
            ConditionKind.AtLeast => Expression.GreaterThanOrEqual(body, value),
            ConditionKind.AtMost => Expression.LessThanOrEqual(body, value),
            ConditionKind.Above => Expression.GreaterThan(body, value),
            ConditionKind.Below => Expression.LessThan(body, value),
            ConditionKind.OneOf => OneOf<V>(body, [.. values.Select(v => v!.Value)]),
            _ => Expression.Equal(body, value),
        };
    }

    static MethodCallExpression OneOf<V>(Expression body, List<V> values) => Expression.Call(Held(values), nameof(List<V>.Contains), null, body);

    // A member of a held object becomes a parameter of the statement; a constant would become part of its text.
    static MemberExpression Held<V>(V value) => Expression.Property(Expression.Constant(new Holder<V>(value)), nameof(Holder<V>.Value));

    static Error Unfit(Condition condition, string wanted) => Error.Invalid("q", $"{condition.Field} in the query string is {wanted}");

    static bool? Flag(string text) => text.ToLowerInvariant() switch { "true" or "1" => true, "false" or "0" => false, _ => null };

    internal static DateTimeOffset? ParseTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    sealed record Holder<V>(V Value);
}
