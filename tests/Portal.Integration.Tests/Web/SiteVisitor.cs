using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Portal.Integration.Tests.Web;

/// <summary>What a page answered.</summary>
/// <param name="Location">Where it sends on, as a path; null when it does not.</param>
public sealed record SiteAnswer(int Status, string Html, string? Location)
{
    /// <summary>The text of the page's main part, tags left out.</summary>
    public string Text
    {
        get
        {
            var main = Regex.Match(Html, "<main.*</main>", RegexOptions.Singleline).Value;
            return Regex.Replace(WebUtility.HtmlDecode(Regex.Replace(main, "<[^>]*>", " ")), @"\s+", " ");
        }
    }

    public string Heading => WebUtility.HtmlDecode(Regex.Replace(Regex.Match(Html, "<h1[^>]*>(.*?)</h1>", RegexOptions.Singleline).Groups[1].Value, "<[^>]*>|\\s+", " ")).Trim();

    public bool HasForm(string name) => Html.Contains($"name=\"_handler\" value=\"{name}\"", StringComparison.Ordinal);
}

/// <summary>A browser without scripts: it keeps cookies, follows nothing, and posts forms with the token of the page they stand on.</summary>
public sealed class SiteVisitor
{
    readonly Uri _site;
    readonly HttpClient _http;

    public SiteVisitor(Uri site)
    {
        _site = site;
        _http = new(new HttpClientHandler { CookieContainer = Cookies, AllowAutoRedirect = false }) { BaseAddress = site };
    }

    public CookieContainer Cookies { get; } = new();

    /// <summary>Sent with every request.</summary>
    public HttpRequestHeaders Headers => _http.DefaultRequestHeaders;

    /// <summary>A request of the caller's own making, with the visitor's cookies.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

    public async Task<SiteAnswer> GetAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return await ReadAsync(response);
    }

    /// <summary>Opens the page, fills its form and sends it.</summary>
    public async Task<SiteAnswer> PostAsync(string page, string form, params (string Name, string Value)[] fields) =>
        await SendAsync(page, [("_handler", form), ("__RequestVerificationToken", Token(await GetAsync(page))), .. fields]);

    /// <summary>Sends a form as it is, without opening the page.</summary>
    public async Task<SiteAnswer> SendAsync(string path, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), content);
        return await ReadAsync(response);
    }

    public static string Token(SiteAnswer page) => Regex.Match(page.Html, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;

    async Task<SiteAnswer> ReadAsync(HttpResponseMessage response)
    {
        var location = response.Headers.Location;
        var path = location is null ? null : location.IsAbsoluteUri && location.GetLeftPart(UriPartial.Authority) == _site.GetLeftPart(UriPartial.Authority) ? location.PathAndQuery : location.OriginalString;
        return new(Convert.ToInt32(response.StatusCode, CultureInfo.InvariantCulture), await response.Content.ReadAsStringAsync(), path);
    }
}
