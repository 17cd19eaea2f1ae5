using System.Globalization;
using System.Net.Http.Headers;
using Portal.Integration.Tests.Api;
using Portal.TestKit;

namespace Portal.Integration.Tests.Security;

/// <summary>Asks what a row of the table is about: in the caller's own project, in a foreign one, and in a missing one.</summary>
/// <param name="send">Sends a request as somebody: method, path and body.</param>
public sealed class EndpointWalk(ApiFixture api, Func<MatrixCaller, string, string, HttpContent?, Task<MatrixAnswer>> send)
{
    /// <summary>A walk of those who have no more than a name and a password, over any server with the people of <see cref="ApiFixture"/>.</summary>
    public EndpointWalk(ApiFixture api) : this(api, async (caller, method, path, content) =>
    {
        var answer = await api.SendAsync(caller.Letter == 'N' ? null : caller.Name, method, path, null, request => request.Content = content);
        return new((int)answer.Status, answer.Text, [.. answer.Headers.Where(h => !MatrixFixture.Changing.Contains(h.Key, StringComparer.OrdinalIgnoreCase)).Select(h => $"{h.Key}: {h.Value}").Order(StringComparer.Ordinal)], []);
    })
    {
    }

    /// <summary>Nobody, an outsider, each role of the own project, and the administrator.</summary>
    public static IReadOnlyList<MatrixCaller> Plain { get; } =
    [
        .. new[] { ('O', "outsider"), ('L', "limited"), ('G', "guest"), ('D', "developer"), ('M', "maintainer"), ('A', "owner") }.Select(c => new MatrixCaller(c.Item1, c.Item2, MatrixFixture.Basic(c.Item2, PortalHost.Password))),
        new('N', "", null), new('S', "admin", MatrixFixture.Basic("admin", PortalHost.AdminPassword)),
    ];

    public MatrixPlace Own => new("own", api.OwnMember, api.UserIds["stranger"], api.OwnRobot);

    public MatrixPlace Foreign => new("foreign", api.ForeignMember, api.UserIds["stranger"], api.ForeignRobot);

    public static MatrixPlace Missing { get; } = new("missing", 999_999, 999_999, 999_999);

    /// <summary>What is wrong with an endpoint for those of <see cref="Plain"/> with these letters.</summary>
    public Task<List<string>> WrongAsync(MatrixRow row, string letters) => WrongAsync(row, Plain.Where(c => letters.Contains(c.Letter, StringComparison.Ordinal)));

    /// <summary>What is wrong with an endpoint for these callers: another status than the row says, or a foreign thing that can be told from a missing one.</summary>
    public async Task<List<string>> WrongAsync(MatrixRow row, IEnumerable<MatrixCaller> callers)
    {
        var wrong = new List<string>();
        foreach (var caller in callers)
        {
            Check(caller, "own", row.Expected(caller), await AskAsync(row, caller, Own));
            // who sees every project is told what is there
            if (caller.SeesAll || !(row.OfProject || row.OfThing)) continue;
            // the own project is a foreign one to the robot of the other
            var other = caller.Letter == 'F' ? Own : Foreign;
            if (row.OfProject) Check(caller, "foreign", caller.Letter == 'N' ? 401 : 404, await AskAsync(row, caller, other));
            string[] names = [other.Project, Missing.Project];
            if (await MatrixFixture.DifferenceAsync(async () => (await AskAsync(row, caller, other), await AskAsync(row, caller, Missing)), names, names) is { } difference) wrong.Add($"{caller}: {difference}");
        }
        return wrong;

        void Check(MatrixCaller caller, string where, int expected, MatrixAnswer answer)
        {
            if (answer.Status != expected) wrong.Add($"{caller} {where}: {answer.Status} instead of {expected}: {answer.Text}");
        }
    }

    public Task<MatrixAnswer> AskAsync(MatrixRow row, MatrixCaller caller, MatrixPlace place) => send(caller, row.Method, Path(row, place), Content(row, place));

    /// <summary>The address that a row asks for.</summary>
    public string Path(MatrixRow row, MatrixPlace place) => Filled(row.Template, place);

    /// <summary>The body that a row sends; null for none.</summary>
    public HttpContent? Content(MatrixRow row, MatrixPlace place) => row.Body is null ? null : new StringContent(Filled(row.Body, place), new MediaTypeHeaderValue("application/json"));

    string Filled(string text, MatrixPlace place) => text.Replace("{p}", place.Project, StringComparison.Ordinal).Replace("{mid}", Text(place.Member), StringComparison.Ordinal)
        .Replace("{robot}", Text(place.Robot), StringComparison.Ordinal).Replace("{user}", Text(place.User), StringComparison.Ordinal).Replace("{admin}", Text(api.Host.Admin.Id), StringComparison.Ordinal);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What the places of a row stand for.</summary>
public sealed record MatrixPlace(string Project, int Member, int User, int Robot);
