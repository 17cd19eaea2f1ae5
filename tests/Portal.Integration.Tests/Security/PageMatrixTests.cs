using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portal.Architecture.Tests.Packaging;
using Portal.Web;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>Every page with every action, and every other address for browsers, as everybody, on the caller's own project, a foreign one and a missing one.</summary>
[Collection(MatrixCollection.Name)]
public sealed partial class PageMatrixTests(MatrixFixture matrix)
{
    static readonly string[] Names = ["foreign", "missing"];

    IEnumerable<MatrixCaller> People => matrix.Living.Where(c => c.Letter is not ('R' or 'F')).Append(matrix.Caller('d'));

    public static TheoryData<string> Routes => [.. PageMatrixTable.Rows.Select(r => r.Route)];

    [Fact]
    public void EveryAddressForBrowsers_HasARow()
    {
        var mapped = matrix.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => !Path(e).StartsWith("/api/", StringComparison.Ordinal) && !Path(e).StartsWith("/_", StringComparison.Ordinal) && !Path(e).EndsWith(":file}", StringComparison.Ordinal) && !e.Metadata.Any(m => m.GetType().Name == "StaticAssetDescriptor"))
            .SelectMany(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null ? [Path(e)] : (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]).Select(m => $"{m} {Path(e)}")).Distinct();
        Assert.Equal(PageMatrixTable.Rows.Select(r => r.Route.Split('?')[0]).Distinct().Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    /// <summary>The rows say which forms each page draws; this finds those that no state of the walk draws.</summary>
    [Fact]
    public void EveryNamedForm_HasARow()
    {
        var known = PageMatrixTable.Rows.SelectMany(r => r.Forms).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var found = 0;
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.Combine(PackagingFiles.Root, "src/Portal.Web"), "*.razor", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/Kit/", StringComparison.Ordinal)))
        {
            foreach (var name in NamedForm().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value + m.Groups[2].Value))
            {
                found++;
                // a name that is computed is that of a constant, or of the changes that a page goes through
                if (name.StartsWith('@')) Assert.True(Constants(file, name).All(known.Contains), $"{file}: {name}");
                else Assert.True(known.Contains(name), $"{file}: the form {name} has no row");
            }
        }
        Assert.True(found > 50, $"only {found} forms were found");
    }

    [Theory, MemberData(nameof(Routes))]
    public async Task Page_Everybody_GetsItOrNotAsTheTableSays(string route)
    {
        var row = PageMatrixTable.Rows.Single(r => r.Route == route);
        var method = row.IsPage || row.Route.StartsWith("ANY ", StringComparison.Ordinal) ? "GET" : row.Route[..row.Route.IndexOf(' ', StringComparison.Ordinal)];
        var wrong = new List<string>();
        foreach (var caller in People)
        {
            var page = await AskAsync(method, row, caller, "own");
            if (page.Status != row.Expected(caller)) wrong.Add($"{caller}: {page.Status} instead of {row.Expected(caller)}");
            else if (page.Status == 302 && !row.Gets(caller) && caller.Letter is 'N' or 'd' && row.Status == 200 && !page.Headers.Any(h => h.Contains("/sign-in", StringComparison.Ordinal))) wrong.Add($"{caller} is not sent to sign in");
            var drawn = page.Status == 200 ? DrawnForm().Matches(page.Text).Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal).ToList() : [];
            var expected = page.Status == 200 ? row.Forms.Where(f => f.Drawn && (f.May(caller) || f.IsRefused(caller))).Select(f => f.Name).Order(StringComparer.Ordinal).ToList() : [];
            if (!drawn.SequenceEqual(expected)) wrong.Add($"{caller} is shown the forms {string.Join(' ', drawn)}, and should be {string.Join(' ', expected)}");
            if (!row.OfProject || caller.SeesAll) continue;
            if (await MatrixFixture.DifferenceAsync(async () => (Bare(await AskAsync(method, row, caller, "foreign")), Bare(await AskAsync(method, row, caller, "missing"))), Names, Names) is { } difference) wrong.Add($"{caller}: {difference}");
        }
        var (former, outsider) = (Main(await AskAsync(method, row, matrix.Caller('X'), "own")), Main(await AskAsync(method, row, matrix.Caller('O'), "own")));
        if (row.OfProject && former != outsider) wrong.Add($"a former member and an outsider differ:\n{MatrixFixture.FirstDifference(former, outsider)}");
        Assert.True(wrong.Count == 0, $"{route}\n{string.Join('\n', wrong)}");
    }

    [Theory, MemberData(nameof(Routes))]
    public async Task Form_Everybody_PostsItOrNotAsTheTableSays(string route)
    {
        var row = PageMatrixTable.Rows.Single(r => r.Route == route);
        if (!row.IsPage) return;
        var open = Endpoint(row).Metadata.GetMetadata<IAllowAnonymous>() is not null;
        var wrong = new List<string>();
        foreach (var caller in People)
        {
            foreach (var form in row.Forms)
            {
                var posted = await PostAsync(row, form, caller, "own");
                var expected = row.Expected(form, caller, open);
                if (posted.Status != expected) wrong.Add($"{form.Name}: {caller}: {posted.Status} instead of {expected}");
                if (form.IsRefused(caller) && !Refusal().IsMatch(posted.Text)) wrong.Add($"{form.Name}: {caller} is not told which right is missing");
                if (!row.OfProject || caller.Letter is not ('O' or 'A' or 'N')) continue;
                if (await MatrixFixture.DifferenceAsync(async () => (Bare(await PostAsync(row, form, caller, "foreign")), Bare(await PostAsync(row, form, caller, "missing"))), Names, Names) is { } difference) wrong.Add($"{form.Name}: {caller}: {difference}");
            }
            // a form that no page has is nobody's
            if (row.Expected(caller) == 200 && (await PostAsync(row, new("no-such-form", ""), caller, "own")).Status != 400) wrong.Add($"{caller}: a form that does not exist is answered");
        }
        Assert.True(wrong.Count == 0, $"{route}\n{string.Join('\n', wrong)}");
    }

    /// <summary>Pages know sessions only: what opens the API opens none of them.</summary>
    [Fact]
    public async Task Page_ByNameAndSecret_IsNobodys()
    {
        foreach (var caller in matrix.Living.Concat(matrix.Dead).Where(c => c.Door is not null))
        {
            var answer = await matrix.SendAsync(caller, "GET", "/projects/own/members");
            Assert.True(answer.Status == 302 && answer.Headers.Any(h => h.Contains("/sign-in", StringComparison.Ordinal)), $"{caller}: {answer.Status}");
        }
    }

    static string Path(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    RouteEndpoint Endpoint(PageRow row) => matrix.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().First(e => Path(e) == row.Route.Split('?')[0]);

    Task<MatrixAnswer> AskAsync(string method, PageRow row, MatrixCaller caller, string project) => matrix.SendAsync(caller, method, Url(row, project), browser: true);

    Task<MatrixAnswer> PostAsync(PageRow row, FormRow form, MatrixCaller caller, string project) => matrix.SendAsync(caller, "POST", Url(row, project),
        new StringContent($"_handler={form.Name}&__RequestVerificationToken={Uri.EscapeDataString(caller.FormToken)}&{form.Fields}", new MediaTypeHeaderValue("application/x-www-form-urlencoded")), browser: true);

    string Url(PageRow row, string project) => row.Template.Replace("{p}", project, StringComparison.Ordinal).Replace("{Digest}", matrix.Image.Digest.Text, StringComparison.Ordinal)
        .Replace("{robot}", Text(project switch { "own" => matrix.Api.OwnRobot, "foreign" => matrix.Api.ForeignRobot, _ => 999_999 }), StringComparison.Ordinal)
        .Replace("{system-robot}", Text(matrix.SystemRobot), StringComparison.Ordinal).Replace("{group}", Text(matrix.Group), StringComparison.Ordinal);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A page without what is new each time and the robot that the address names.</summary>
    MatrixAnswer Bare(MatrixAnswer answer) => answer with
    {
        Text = Changing().Replace(answer.Text, "").Replace(Text(999_999), Text(matrix.Api.ForeignRobot), StringComparison.Ordinal),
        Headers = [.. answer.Headers.Where(h => !h.StartsWith("Content-Length", StringComparison.Ordinal)).Select(h => h.Replace(Text(999_999), Text(matrix.Api.ForeignRobot), StringComparison.Ordinal))],
    };

    /// <summary>Status and the page's own part; the shell around it names the reader.</summary>
    string Main(MatrixAnswer answer) => $"{answer.Status}\n{Regex.Match(Bare(answer).Text, "<main.*</main>", RegexOptions.Singleline).Value}";

    /// <summary>The names that a computed one can have: the constant of its component, or those of the changes that it goes through.</summary>
    static IEnumerable<string> Constants(string file, string name)
    {
        var web = typeof(WebSetup).Assembly;
        var parts = name[1..].Split('.');
        var type = web.GetTypes().SingleOrDefault(t => t.Name == (parts.Length == 1 ? System.IO.Path.GetFileNameWithoutExtension(file) : parts[0]));
        const System.Reflection.BindingFlags Static = System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;
        if (type?.GetField(parts[^1], Static)?.GetRawConstantValue() is string constant) return [constant];
        // "@change.Form": the form of an element of the static lists of changes
        Assert.True(parts is [_, "Form"], $"{file}: the name of the form {name} is not a constant");
        var changes = web.GetTypes().Where(t => t.GetProperty("Form", typeof(string)) is not null).SelectMany(t => t.GetProperties(Static))
            .Select(p => p.GetValue(null)).SelectMany(v => v is System.Collections.IEnumerable many and not string ? many.Cast<object>() : [v!]).Where(v => v?.GetType().GetProperty("Form", typeof(string)) is not null).ToList();
        Assert.NotEmpty(changes);
        return changes.Select(c => (string)c.GetType().GetProperty("Form")!.GetValue(c)!);
    }

    [GeneratedRegex("<(?:PostForm|ConfirmDialog|BulkBar)\\b[^>]*?\\sName=\"([^\"]+)\"|<form\\b[^>]*?@formname=\"([^\"]+)\"")]
    private static partial Regex NamedForm();

    [GeneratedRegex("This needs the right|Only a system administrator may do this")]
    private static partial Regex Refusal();

    [GeneratedRegex("name=\"_handler\" value=\"([^\"]*)\"")]
    private static partial Regex DrawnForm();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"[^\"]*\"|<!--.*?-->|(?:menu|sec)-[0-9]+", RegexOptions.Singleline)]
    private static partial Regex Changing();
}
