using System.Globalization;
using System.Text.Json;

namespace Portal.Retention.Text;

/// <summary>
/// Reads the part of YAML that policies are written in: maps, lists and single values, one to a line, comments; no anchors, tags, flow collections or texts over several lines.
/// </summary>
sealed class YamlReader
{
    const int MaxDepth = 40;

    readonly List<(int Indent, string Text, int Number)> _lines = [];
    int _next;

    YamlReader(string text)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = WithoutComment(raw.TrimEnd('\r', ' ', '\t'));
            var indent = line.Length - line.TrimStart(' ').Length;
            if (indent == line.Length) continue;
            if (line[indent] == '\t') throw Wrong(number, "indent with spaces, not with tabs");
            _lines.Add((indent, line[indent..], number));
        }
    }

    /// <exception cref="TextException">It is anything else; the message names the line.</exception>
    public static Node Read(string text)
    {
        var reader = new YamlReader(text);
        if (reader._lines.Count == 0) return new Mapping([], "line 1");
        var node = reader.Block(reader._lines[0].Indent, 0);
        if (reader._next < reader._lines.Count) throw Wrong(reader._lines[reader._next].Number, "this line is indented less or more than the ones it belongs to");
        return node;
    }

    Node Block(int indent, int depth)
    {
        if (depth > MaxDepth) throw Wrong(_lines[_next].Number, "this is nested too deep");
        return IsItem(_lines[_next].Text) ? List(indent, depth) : Map(indent, depth);
    }

    Sequence List(int indent, int depth)
    {
        var (items, first) = (new List<Node>(), _lines[_next].Number);
        while (_next < _lines.Count && _lines[_next].Indent == indent && IsItem(_lines[_next].Text))
        {
            var (_, text, number) = _lines[_next];
            var rest = text[1..].TrimStart(' ');
            if (rest.Length == 0)
            {
                _next++;
                items.Add(Deeper(indent, depth, number, "an item"));
                continue;
            }
            if (!IsItem(rest) && Key(rest) is null)
            {
                _next++;
                items.Add(Value(rest, number));
                continue;
            }
            // the item's first line stands beside its dash
            _lines[_next] = (indent + text.Length - rest.Length, rest, number);
            items.Add(Block(_lines[_next].Indent, depth + 1));
        }
        return new(items, At(first));
    }

    Mapping Map(int indent, int depth)
    {
        var (entries, first) = (new List<(string, Node)>(), _lines[_next].Number);
        while (_next < _lines.Count && _lines[_next].Indent == indent && !IsItem(_lines[_next].Text))
        {
            var (_, text, number) = _lines[_next++];
            if (Key(text) is not { } key) throw Wrong(number, $"'{Shown(text)}' is no 'field: value'");
            if (entries.Exists(e => e.Item1 == key)) throw Wrong(number, $"{key} is there twice");
            var rest = text[(key.Length + 1)..].Trim(' ');
            // a list may stand as far left as the field it belongs to
            var list = rest.Length == 0 && _next < _lines.Count && _lines[_next].Indent == indent && IsItem(_lines[_next].Text);
            entries.Add((key, rest.Length > 0 ? Value(rest, number) : list ? Block(indent, depth + 1) : Deeper(indent, depth, number, key)));
        }
        return new(entries, At(first));
    }

    Node Deeper(int indent, int depth, int number, string what)
    {
        if (_next >= _lines.Count || _lines[_next].Indent <= indent) throw Wrong(number, $"{what} has no value");
        return Block(_lines[_next].Indent, depth + 1);
    }

    static Node Value(string text, int number)
    {
        if (text == "[]") return new Sequence([], At(number));
        if (text[0] == '"')
        {
            try
            {
                return new Scalar(JsonSerializer.Deserialize<string>(text)!, At(number));
            }
            catch (JsonException)
            {
                throw Wrong(number, "a text in double quotes is not closed, or has an unknown escape");
            }
        }
        if (text[0] == '\'')
        {
            var inner = text.Length > 1 && text[^1] == '\'' ? text[1..^1] : throw Wrong(number, "a text in single quotes is not closed");
            if (inner.Replace("''", "", StringComparison.Ordinal).Contains('\'', StringComparison.Ordinal)) throw Wrong(number, "write a single quote inside single quotes twice");
            return new Scalar(inner.Replace("''", "'", StringComparison.Ordinal), At(number));
        }
        if ("*&!{[|>%@`,?#".Contains(text[0], StringComparison.Ordinal)) throw Wrong(number, $"put '{Shown(text)}' into double quotes");
        if (text.Contains(": ", StringComparison.Ordinal) || text.EndsWith(':')) throw Wrong(number, $"put '{Shown(text)}' into double quotes, or begin a new line after the colon");
        return new Scalar(text, At(number));
    }

    static bool IsItem(string text) => text == "-" || text.StartsWith("- ", StringComparison.Ordinal);

    static string? Key(string text)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiLetter(text[length]) || (length > 0 && text[length] is '-' or '_'))) length++;
        return length > 0 && length < text.Length && text[length] == ':' && (length + 1 == text.Length || text[length + 1] == ' ') ? text[..length] : null;
    }

    static string WithoutComment(string line)
    {
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            if (quote == '"' && line[i] == '\\') i++;
            else if (quote == '\'' && line[i] == '\'' && i + 1 < line.Length && line[i + 1] == '\'') i++;
            else if (quote != '\0') quote = line[i] == quote ? '\0' : quote;
            // a quote opens only where a value begins
            else if (line[i] is '"' or '\'' && (i == 0 || line[i - 1] == ' ')) quote = line[i];
            else if (line[i] == '#' && (i == 0 || line[i - 1] == ' ')) return line[..i].TrimEnd(' ');
        }
        return line;
    }

    static string At(int number) => string.Create(CultureInfo.InvariantCulture, $"line {number}");

    static string Shown(string text) => text.Length > 60 ? text[..60] + "…" : text;

    static TextException Wrong(int number, string message) => new(At(number), message + ".");
}
