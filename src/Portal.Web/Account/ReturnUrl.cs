namespace Portal.Web.Account;

/// <summary>
/// Where a person goes after signing in. Only a path on this site is taken: nothing that a browser could read as another host, also
/// after it has removed control characters, turned backslashes into slashes or decoded once or twice.
/// </summary>
public static class ReturnUrl
{
    /// <summary>The longest address taken.</summary>
    public const int MaxLength = 2_000;

    /// <summary>True for an address that stays here whichever way it is read.</summary>
    public static bool IsLocal(string? url)
    {
        if (url is null || url.Length > MaxLength) return false;
        for (var decoded = 0; decoded < 3; decoded++)
        {
            if (!IsLocalAsWritten(url)) return false;
            var next = Uri.UnescapeDataString(url);
            if (next == url) return true;
            url = next;
        }
        return IsLocalAsWritten(url);
    }

    /// <summary>The address, or home in its place.</summary>
    public static string OrHome(string? url) => IsLocal(url) ? url! : PortalUrls.Home;

    // "/path" and not "//host" or "/\host"; a control character anywhere may be dropped by a browser and bring two slashes together.
    static bool IsLocalAsWritten(string url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);
}
