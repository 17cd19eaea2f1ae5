namespace Portal.Web.Account;

/// <summary>A user agent in words, as far as it tells: the browser and the system.</summary>
static class ClientWords
{
    // Order matters: most browsers also claim to be Chrome or Safari.
    static readonly (string Mark, string Name)[] Browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")];

    static readonly (string Mark, string Name)[] Systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"), ("Linux", "Linux")];

    public static string Of(string client)
    {
        var browser = Find(Browsers, client) ?? "Unknown browser";
        return Find(Systems, client) is { } system ? $"{browser} on {system}" : browser;
    }

    static string? Find((string Mark, string Name)[] known, string client) =>
        Array.Find(known, k => client.Contains(k.Mark, StringComparison.Ordinal)) is { Name: { } name } ? name : null;
}
