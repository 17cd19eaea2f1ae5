namespace Portal.Web.Audit;

/// <summary>Comma-separated text that spreadsheets show and never run (RFC 4180; OWASP, "CSV injection").</summary>
public static class Csv
{
    /// <summary>One line, every cell quoted, ending in CR LF.</summary>
    public static string Line(params ReadOnlySpan<string?> cells)
    {
        var line = new System.Text.StringBuilder();
        foreach (var cell in cells)
        {
            if (line.Length > 0) line.Append(',');
            line.Append('"').Append(Text(cell ?? "").Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }
        return line.Append("\r\n").ToString();
    }

    // A cell that begins like a formula gets an apostrophe, also behind blanks, which spreadsheets skip, and in its full-width form.
    static string Text(string cell) =>
        cell.TrimStart(' ', '\u00A0', '\uFEFF') is [var first, ..] && first is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠' ? "'" + cell : cell;
}
