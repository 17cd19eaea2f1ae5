using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portal.Retention.Text;

/// <summary>Writes what <see cref="YamlReader"/> reads.</summary>
static class YamlWriter
{
    static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Mapping root)
    {
        var text = new StringBuilder();
        Map(text, root, 0, "");
        return text.ToString();
    }

    // The first line follows a dash that stands there already.
    static void Map(StringBuilder text, Mapping map, int indent, string lead)
    {
        foreach (var (key, value) in map.Entries)
        {
            text.Append(lead.Length > 0 ? lead : new string(' ', indent)).Append(key).Append(':');
            lead = "";
            Value(text, value, indent);
        }
    }

    static void Value(StringBuilder text, Node value, int indent)
    {
        switch (value)
        {
            case Scalar scalar: text.Append(' ').Append(Quoted(scalar.Text)).Append('\n'); break;
            case Sequence { Items.Count: 0 }: text.Append(" []\n"); break;
            case Sequence list:
                text.Append('\n');
                foreach (var item in list.Items) Item(text, item, indent + 2);
                break;
            case Mapping map:
                text.Append('\n');
                Map(text, map, indent + 2, "");
                break;
        }
    }

    static void Item(StringBuilder text, Node item, int indent)
    {
        var dash = new string(' ', indent) + "- ";
        if (item is Mapping map) Map(text, map, indent + 2, dash);
        else text.Append(dash).Append(Quoted(((Scalar)item).Text)).Append('\n');
    }

    static string Quoted(string text) => IsPlain(text) ? text : JsonSerializer.Serialize(text, Quoting);

    // What YAML itself would take for this very text.
    static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetterOrDigit(text[0]) || text[0] is '.' or '/' or '^' or '~' or '<' or '=') || text[^1] == ' ') return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && !"._-/*+<>=^~$ ".Contains(c, StringComparison.Ordinal)) return false;
        return true;
    }
}
