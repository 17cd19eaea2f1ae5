using System.Text.RegularExpressions;

namespace Portal.Web.Artifacts;

/// <summary>A line of an image's history as the instruction that made it.</summary>
/// <param name="Verb">The instruction, such as <c>RUN</c>; empty when the line does not tell.</param>
/// <param name="Rest">What follows it.</param>
sealed partial record BuildStep(string Verb, string Rest)
{
    /// <summary>
    /// Reads what builders write: <c>RUN /bin/sh -c apt-get update # buildkit</c>, <c>/bin/sh -c #(nop)  CMD ["sh"]</c>, <c>/bin/sh -c make</c>.
    /// </summary>
    public static BuildStep Parse(string? createdBy)
    {
        var text = (createdBy ?? "").Trim();
        if (text.EndsWith("# buildkit", StringComparison.Ordinal)) text = text[..^"# buildkit".Length].TrimEnd();
        if (Nop().Match(text) is { Success: true } nop) text = text[nop.Length..].Trim();
        else if (Arguments().Match(text) is { Success: true } arguments) text = "RUN " + text[arguments.Length..];
        var instruction = Instruction().Match(text);
        if (!instruction.Success) return new("", text);
        var (verb, rest) = (instruction.Groups[1].Value, text[instruction.Length..].Trim());
        if (verb == "RUN" && Arguments().Match(rest) is { Success: true } shell) rest = rest[shell.Length..];
        return new(verb, rest.Trim());
    }

    [GeneratedRegex(@"^/bin/(?:ba)?sh -c #\(nop\)\s*", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Nop();

    // "|2 A=1 B=2 /bin/sh -c make": the values of build arguments stand before the shell.
    [GeneratedRegex(@"^(?:\|[0-9]+ .*?)?/bin/(?:ba)?sh (?:-[a-z]+ (?:pipefail )?)*-[a-z]*c ", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Arguments();

    [GeneratedRegex(@"^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Instruction();
}
