using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Registry.Manifests;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>
/// Replays what a client sends, line by line, from a file in <c>Flows</c>: <c>METHOD address [option=value…] -> status [Header=pattern…]</c>. <c>{name}</c> stands for a
/// digest or address, <c>{location}</c> for where the last answer pointed. <c>token GET|POST scopes</c> asks for a token as somebody, <c>anonymous</c> drops it.
/// </summary>
/// <param name="bodies">Contents by name; their digests have the same names.</param>
sealed partial class ClientFlow(GatewayFixture portal, Dictionary<string, string> words, IReadOnlyDictionary<string, byte[]> bodies)
{
    string? _token;

    public async Task RunAsync(string file)
    {
        foreach (var (line, number) in (await File.ReadAllLinesAsync(file)).Select((l, i) => (l.Trim(), i + 1)))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            try
            {
                await StepAsync(Filled(line));
            }
            catch (Exception e) when (e is Xunit.Sdk.XunitException or InvalidOperationException or NullReferenceException)
            {
                throw new Xunit.Sdk.XunitException($"{Path.GetFileName(file)} line {number}, {line}: {e.Message}");
            }
        }
    }

    string Filled(string line) => Word().Replace(line, m => words[m.Groups[1].Value]);

    Task StepAsync(string line)
    {
        var parts = line.Split(' ');
        switch (parts[0])
        {
            case "anonymous":
                _token = null;
                return Task.CompletedTask;
            case "token":
                return TokenAsync(parts[1], parts[2..]);
            case "refuse":
                return RefuseAsync(parts[1], int.Parse(parts[3], System.Globalization.CultureInfo.InvariantCulture));
            default:
                var arrow = Array.IndexOf(parts, "->");
                return RequestAsync(parts[..arrow], parts[(arrow + 1)..]);
        }
    }

    async Task RequestAsync(string[] ask, string[] expect)
    {
        using var http = portal.Host.Client();
        using var request = new HttpRequestMessage(new HttpMethod(ask[0]), ask[1]);
        if (_token is not null) request.Headers.Authorization = new("Bearer", _token);
        if (ask[0] is "POST" or "PUT" or "PATCH") request.Content = new ByteArrayContent([]);
        foreach (var (name, value) in ask[2..].Select(Pair))
        {
            if (name == "body") request.Content = new ByteArrayContent(bodies[value]) { Headers = { ContentType = new(MediaTypes.OctetStream) } };
            else if (name == "type") request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else if (name == "accept") request.Headers.TryAddWithoutValidation("Accept", value);
            else if (name == "range") request.Headers.TryAddWithoutValidation("Range", value);
            else throw new InvalidOperationException($"'{name}' is no option");
        }
        using var answer = await http.SendAsync(request);
        var content = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(expect[0] == ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture), $"answered {(int)answer.StatusCode} {System.Text.Encoding.UTF8.GetString(content)}");
        if (answer.Headers.Location is { } location) words["location"] = location.OriginalString;
        // a header's pattern may hold blanks, so it is taken up to the next NAME=
        foreach (Match match in Expectation().Matches(string.Join(' ', expect[1..])))
        {
            var (name, value) = (match.Groups[1].Value, match.Groups[2].Value);
            if (name == "is") Assert.Equal(bodies[value], content);
            else if (name == "code") Assert.Equal(value, JsonNode.Parse(content)!["errors"]![0]!["code"]!.GetValue<string>());
            else if (name == "json") AssertJson(JsonNode.Parse(content)!, value);
            else Assert.Matches(value, answer.Headers.TryGetValues(name, out var all) || answer.Content.Headers.TryGetValues(name, out all) ? string.Join(", ", all) : "");
        }
    }

    static void AssertJson(JsonNode json, string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        foreach (var step in text[..colon].Split('.')) json = int.TryParse(step, out var index) ? json[index]! : json[step]!;
        Assert.Equal(text[(colon + 1)..], json.GetValue<string>());
    }

    async Task TokenAsync(string method, string[] scopes)
    {
        if (method == "GET")
        {
            _token = await portal.TokenAsync("dev", scopes);
            return;
        }
        using var answer = await FormAsync("password", scopes);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        _token = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["access_token"]!.GetValue<string>();
    }

    async Task RefuseAsync(string grant, int status)
    {
        using var answer = await FormAsync(grant, []);
        Assert.Equal(status, (int)answer.StatusCode);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(("unsupported_grant_type", body["errors"]![0]!["message"]!.GetValue<string>()), (body["error"]!.GetValue<string>(), body["error_description"]!.GetValue<string>()));
    }

    async Task<HttpResponseMessage> FormAsync(string grant, string[] scopes)
    {
        using var http = portal.Host.Client();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = grant,
            ["service"] = "portal-registry",
            ["client_id"] = "flow",
            ["scope"] = string.Join(' ', scopes),
            ["username"] = "dev",
            ["password"] = PortalHost.Password,
            ["access_type"] = "offline",
        });
        return await http.PostAsync("service/token", form);
    }

    static (string Name, string Value) Pair(string text) => (text[..text.IndexOf('=', StringComparison.Ordinal)], text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..]);

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<=^| )([A-Za-z-]+)=(.*?)(?= [A-Za-z-]+=|$)")]
    private static partial Regex Expectation();
}
