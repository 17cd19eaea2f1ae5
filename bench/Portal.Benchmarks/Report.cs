using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Portal.Benchmarks;

/// <summary>A run's rows as Markdown, JSON and a picture.</summary>
sealed class Report(IReadOnlyList<Row> rows, string circumstances)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Circumstances(double load, int pairs, int seconds) => string.Create(CultureInfo.InvariantCulture,
        $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, load {load:N1} at the start, {pairs} pairs of {seconds} s");

    public string Markdown()
    {
        var text = new StringBuilder().AppendLine(circumstances).AppendLine();
        text.AppendLine("| scenario | portal | peer | ratio (median of pairs) | worst pair | per server CPU | p99 portal / peer | portal's memory grew by at most | errors | target |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var row in rows) text.AppendLine(row.ToString());
        return text.ToString();
    }

    /// <summary>Writes <c>NAME.md</c>, <c>NAME.json</c> and <c>NAME.svg</c>.</summary>
    public void Write(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".md"), Markdown());
        File.WriteAllText(Path.Combine(folder, name + ".json"), JsonSerializer.Serialize(new { circumstances, rows }, Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, name + ".svg"), Picture());
    }

    // One bar a row: how many times its target the ratio is, with a line where the target stands.
    string Picture()
    {
        const int line = 26, left = 330, unit = 160, most = 3;
        var height = (rows.Count * line) + 40;
        var svg = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"900\" height=\"{height}\" fill=\"white\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"8\" y=\"18\">ratio to the peer; the line is the target</text>\n");
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, y) = (rows[i], 30 + (i * line));
            var width = Math.Min(most, row.Ratio / row.Target) * unit;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"8\" y=\"{y + 15}\">{System.Security.SecurityElement.Escape($"{row.Name} / {row.Other}")}</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{left}\" y=\"{y + 3}\" width=\"{width:0}\" height=\"16\" fill=\"{(row.Holds ? "#2f7d5d" : "#b5472f")}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left + width + 6:0}\" y=\"{y + 15}\">{row.Ratio:0.##}x (target {row.Target:0.##}x)</text>\n");
        }
        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{left + unit}\" x2=\"{left + unit}\" y1=\"28\" y2=\"{height - 6}\" stroke=\"#333\" stroke-dasharray=\"3 3\"/>\n</svg>\n");
        return svg.ToString();
    }
}
