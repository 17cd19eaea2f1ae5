using System.Text.RegularExpressions;
using Portal.Kernel;

namespace Portal.Registry.Vendors;

/// <summary>One thing a vendor wants to know, described for a form.</summary>
/// <param name="Name">Key of the value, in lower case with underscores.</param>
/// <param name="Label">For people.</param>
/// <param name="Hint">What to put there, in a sentence.</param>
public sealed record CredentialField(string Name, string Label, string Hint)
{
    static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>Kept encrypted and never shown again.</summary>
    public bool Secret { get; init; }
    /// <summary>May not be left empty.</summary>
    public bool Required { get; init; }
    /// <summary>Several lines, such as a key file.</summary>
    public bool Multiline { get; init; }
    /// <summary>Most characters.</summary>
    public int MaxLength { get; init; } = 2_000;
    /// <summary>A pattern the whole value must match; null for any.</summary>
    public string? Pattern { get; init; }
    /// <summary>An http or https address.</summary>
    public bool IsAddress { get; init; }

    /// <summary>Why a value is refused; null when it may stand.</summary>
    public Error? Check(string? value)
    {
        if (string.IsNullOrEmpty(value)) return Required ? Error.Invalid(Name, $"{Label} is required.") : null;
        if (value.Length > MaxLength) return Error.Invalid(Name, $"{Label} has at most {MaxLength} characters.");
        if (!Multiline && value.Any(char.IsControl)) return Error.Invalid(Name, $"{Label} is one line.");
        if (IsAddress && !(Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Fragment.Length == 0 && address.Query.Length == 0))
            return Error.Invalid(Name, $"{Label} is an address such as https://host.example.com, without a name, a query or a fragment.");
        return Pattern is null || Regex.IsMatch(value, $"^(?:{Pattern})\\z", RegexOptions.CultureInvariant, MatchLimit) ? null : Error.Invalid(Name, $"{Label} is not valid: {Hint}");
    }
}

/// <summary>Values for a vendor's <see cref="CredentialField"/>s, by name. Empty ones count as absent.</summary>
public sealed class VendorCredential(IReadOnlyDictionary<string, string> values)
{
    /// <summary>No values: anonymous.</summary>
    public static VendorCredential None { get; } = new(new Dictionary<string, string>());

    /// <summary>A value, or null.</summary>
    public string? this[string name] => values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The names that have values.</summary>
    public IEnumerable<string> Names => values.Where(v => v.Value.Length > 0).Select(v => v.Key);

    /// <summary>The values stay out of logs.</summary>
    public override string ToString() => $"values for {string.Join(", ", Names)}";
}
