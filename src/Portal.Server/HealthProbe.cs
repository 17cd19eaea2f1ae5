using System.Net;

namespace Portal.Server;

/// <summary>
/// Asks a running server for its health and says it by the exit code, for images without curl:
/// <c>dotnet Portal.Server.dll --health http://127.0.0.1:8080/healthz</c>.
/// </summary>
static class HealthProbe
{
    public const string Option = "--health";
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>0 when the address answers 200, 1 when it does not, 2 when the address is none.</summary>
    public static async Task<int> RunAsync(string? address, TextWriter errors)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            await errors.WriteLineAsync($"{Option} needs an http or https address, for example {Option} http://127.0.0.1:8080/healthz.");
            return 2;
        }

        try
        {
            using var client = new HttpClient { Timeout = Timeout };
            using var response = await client.GetAsync(url);
            if (response.StatusCode == HttpStatusCode.OK)
                return 0;
            await errors.WriteLineAsync($"{url} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await errors.WriteLineAsync($"{url} did not answer: {e.Message}");
        }

        return 1;
    }
}
