using Portal.Access.Federation;
using Portal.Kernel;

namespace Portal.Web.Federation;

/// <summary>Conditions as people type them, one a line: <c>repository = acme/app</c> letter by letter, <c>ref ~ refs/tags/*</c> as a pattern.</summary>
public static class ConditionLines
{
    public static string Write(IEnumerable<ClaimCondition> conditions) => string.Join('\n', conditions.Select(c => $"{c.Claim} {(c.Match == ClaimMatch.Equals ? "=" : "~")} {c.Value}"));

    /// <summary>Reads what was typed; empty lines count for nothing.</summary>
    public static Result<IReadOnlyList<ClaimCondition>> Read(string? text)
    {
        var conditions = new List<ClaimCondition>();
        foreach (var line in (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var sign = line.IndexOfAny(['=', '~']);
            if (sign <= 0) return Error.Invalid("conditions", $"'{(line.Length > 80 ? line[..80] + "…" : line)}' is no condition; write claim = value, or claim ~ pattern.");
            conditions.Add(new(line[..sign].Trim(), line[sign] == '=' ? ClaimMatch.Equals : ClaimMatch.Glob, line[(sign + 1)..].Trim()));
        }
        return conditions;
    }
}
