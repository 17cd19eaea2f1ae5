namespace Portal.Artifacts;

/// <summary>Where the backing registry is.</summary>
public sealed class RegistryOptions
{
    public const string Section = "Portal:Registry";

    /// <summary><c>http://host:port</c>, <c>https://host:port</c>, or <c>unix:/absolute/path</c> of its socket.</summary>
    public string Address { get; set; } = "";

    /// <summary>For a registry that asks for a user; empty for none.</summary>
    public string Username { get; set; } = "";

    /// <summary>Of that user.</summary>
    public string Password { get; set; } = "";

    /// <summary>The registry's folder, when Portal may read it: blobs are then read from their files. Empty for none.</summary>
    public string RootDirectory { get; set; } = "";

    internal const string Unix = "unix:";

    internal IEnumerable<string> Problems()
    {
        if (Address.StartsWith(Unix, StringComparison.Ordinal))
        {
            if (!Path.IsPathRooted(Address[Unix.Length..])) yield return $"{Section}:Address is '{Address}'; behind 'unix:' stands an absolute path.";
        }
        else if (!Uri.TryCreate(Address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.AbsolutePath != "/" || url.UserInfo.Length > 0)
        {
            yield return $"{Section}:Address is '{Address}'; it is http://host:port, https://host:port or unix:/absolute/path.";
        }
        if (Password.Length > 0 && Username.Length == 0) yield return $"{Section}:Password is set without {Section}:Username.";
        if (RootDirectory.Length > 0 && !Path.IsPathRooted(RootDirectory)) yield return $"{Section}:RootDirectory is an absolute path.";
    }
}
