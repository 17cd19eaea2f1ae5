using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Gateway;
using Portal.Gateway.Tokens;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>Every route of the registry's face and of the token service, as everybody, on the caller's own project, a foreign one and a missing one.</summary>
[Collection(MatrixCollection.Name)]
public sealed partial class GatewayMatrixTests(MatrixFixture matrix)
{
    static readonly string[] Names = ["foreign", "missing"];
    // the own project is a foreign one to the robot of the other; the missing one is named as shortly, so that even lengths are alike
    static readonly string[] OwnNames = ["own", "non"];

    public static TheoryData<string> Routes => [.. GatewayMatrixTable.Rows.Select(r => r.Route)];

    [Fact]
    public void EveryRoute_HasARow() =>
        Assert.Equal(GatewayRoutes.All.SelectMany(r => r.Methods.Split(' ').Select(m => $"{m} {r.Resource}")).Order(StringComparer.Ordinal), GatewayMatrixTable.Rows.Select(r => r.Route).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Routes))]
    public async Task Route_EverybodyByNameAndSecret_AnswersAsTheTableSays(string route)
    {
        var row = GatewayMatrixTable.Rows.Single(r => r.Route == route);
        var wrong = new List<string>();
        foreach (var caller in matrix.Living)
        {
            Check(row, wrong, caller, "own", row.Expected(caller), await AskAsync(row, caller, "own"));
            if (!row.OfProject || caller.SeesAll) continue;
            var (other, names) = caller.Letter == 'F' ? ("own", OwnNames) : ("foreign", Names);
            Check(row, wrong, caller, "foreign", caller.Letter == 'N' ? 401 : 404, await AskAsync(row, caller, other));
            if (await MatrixFixture.DifferenceAsync(async () => (await AskAsync(row, caller, other), await AskAsync(row, caller, names[1])), names, names) is { } difference) wrong.Add($"{caller}: {difference}");
        }
        foreach (var place in (string[])["own", .. Names])
        {
            await CompareAsync(row, wrong, place, (matrix.Caller('X'), null), (matrix.Caller('O'), null));
            foreach (var dead in matrix.Dead) await CompareAsync(row, wrong, place, (dead, null), (matrix.Wrong, null));
        }
        Check(row, wrong, matrix.Wrong, "own", 401, await AskAsync(row, matrix.Wrong, "own"));
        Assert.True(wrong.Count == 0, $"{route}\n{string.Join('\n', wrong)}");
    }

    [Theory, MemberData(nameof(Routes))]
    public async Task Route_EverybodyByToken_AnswersAsTheTableSays(string route)
    {
        var row = GatewayMatrixTable.Rows.Single(r => r.Route == route);
        var wrong = new List<string>();
        foreach (var caller in matrix.Living)
        {
            var own = await TokenAsync(row, caller, "own");
            // a token for nobody is for what is public, and makes the bearer nobody
            Check(row, wrong, caller, "own", row.Expected(caller), await AskAsync(row, caller, "own", own));
            if (!row.OfProject || caller.SeesAll) continue;
            var (other, names) = caller.Letter == 'F' ? ("own", OwnNames) : ("foreign", Names);
            var (foreign, missing) = (await TokenAsync(row, caller, other), await TokenAsync(row, caller, names[1]));
            if (await MatrixFixture.DifferenceAsync(async () => (await AskAsync(row, caller, other, foreign), await AskAsync(row, caller, names[1], missing)), names, names) is { } difference) wrong.Add($"{caller}: {difference}");
        }
        var never = new AuthenticationHeaderValue("Bearer", "a.b.c");
        foreach (var place in (string[])["own", .. Names])
        {
            foreach (var dead in matrix.Dead) await CompareAsync(row, wrong, place, (dead, Bearer(matrix.RegistryTokens[dead.Letter])), (matrix.Wrong, never));
            // whoever was a member answers as one who never was, although the token once covered it
            if (row.Scope.StartsWith("repository:", StringComparison.Ordinal)) await CompareAsync(row, wrong, place, (matrix.Caller('X'), Bearer(matrix.RegistryTokens['X'])), (matrix.Caller('O'), null));
        }
        Check(row, wrong, matrix.Wrong, "own", 401, await AskAsync(row, matrix.Wrong, "own", never));
        Assert.True(wrong.Count == 0, $"{route}\n{string.Join('\n', wrong)}");
    }

    [Theory, InlineData("GET"), InlineData("POST")]
    public async Task TokenService_Everybody_GetsWhatTheyMay(string method)
    {
        var wrong = new List<string>();
        foreach (var caller in matrix.Living)
        {
            var letter = caller.Letter == 'X' ? 'O' : caller.Letter;
            // a form without a name is a login, and nobody logs in as nobody
            if (letter == 'N' && method == "POST") continue;
            var own = await TokenServiceAsync(method, caller, "own");
            var expected = $"repository:own/{MatrixFixture.Repository}:{GatewayMatrixTable.Actions.GetValueOrDefault(letter, "")}";
            if (own.Status != 200 || (string?)JsonNode.Parse(own.Text)!["scope"] != expected) wrong.Add($"{caller}: {own.Status} {own.Text} instead of {expected}");
            if (caller.SeesAll) continue;
            var (other, names) = caller.Letter == 'F' ? ("own", OwnNames) : ("foreign", Names);
            if (await MatrixFixture.DifferenceAsync(async () => (Bare(await TokenServiceAsync(method, caller, other)), Bare(await TokenServiceAsync(method, caller, names[1]))), names, names) is { } difference) wrong.Add($"{caller}: {difference}");
        }
        foreach (var dead in matrix.Dead)
        {
            var (one, other) = (Alike(await TokenServiceAsync(method, dead, "own")), Alike(await TokenServiceAsync(method, matrix.Wrong, "own")));
            if (one != other || !one.StartsWith("401", StringComparison.Ordinal)) wrong.Add($"{dead} and a wrong credential differ:\n{MatrixFixture.FirstDifference(one, other)}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Exchange_Everybody_IsRefusedWithoutAWorkloadsToken()
    {
        foreach (var caller in matrix.Living.Concat(matrix.Dead).Append(matrix.Wrong))
        {
            // who asks does not matter here, only whose token is brought
            var answer = await matrix.SendAsync(caller, "POST", ExchangeEndpoint.Path, Form($"grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:jwt&subject_token=a.b.c&scope=repository:own/{MatrixFixture.Repository}:pull"));
            Assert.True(answer.Status == 400 && answer.Text.Contains("invalid_grant", StringComparison.Ordinal), $"{caller}: {answer.Status} {answer.Text}");
        }
    }

    [Theory, InlineData("/v2/", "TRACE"), InlineData(Answers.TokenPath, "PUT"), InlineData(ExchangeEndpoint.Path, "GET")]
    public async Task OtherMethod_Everybody_IsRefused(string path, string method)
    {
        foreach (var caller in matrix.Living) Assert.Equal(405, (await matrix.SendAsync(caller, method, path)).Status);
    }

    static void Check(GatewayRow row, List<string> wrong, MatrixCaller caller, string where, int expected, MatrixAnswer answer)
    {
        if (answer.Status != expected) wrong.Add($"{row.Route}: {caller} {where}: {answer.Status} instead of {expected}: {answer.Text}");
        // the same status tells who may not from who may, where the answer to the latter is that there is no such thing
        else if (where == "own" && expected == 404 && answer.Text.Length > 0 && answer.Text.Contains("NAME_UNKNOWN", StringComparison.Ordinal) == row.Who.Contains(caller.Letter, StringComparison.Ordinal)) wrong.Add($"{row.Route}: {caller} {where}: {answer.Text}");
    }

    async Task CompareAsync(GatewayRow row, List<string> wrong, string place, (MatrixCaller Caller, AuthenticationHeaderValue? Door) one, (MatrixCaller Caller, AuthenticationHeaderValue? Door) other)
    {
        var (a, b) = (Alike(await AskAsync(row, one.Caller, place, one.Door)), Alike(await AskAsync(row, other.Caller, place, other.Door)));
        if (a != b) wrong.Add($"{place}: {one.Caller} and {other.Caller} differ:\n{MatrixFixture.FirstDifference(a, b)}");
    }

    Task<MatrixAnswer> AskAsync(GatewayRow row, MatrixCaller caller, string project, AuthenticationHeaderValue? door = null) => matrix.SendAsync(caller, row.Method,
        row.Url.Replace("{p}", project, StringComparison.Ordinal).Replace("{digest}", matrix.Image.Blobs[0].Digest.Text, StringComparison.Ordinal),
        row.Body is null ? null : new StringContent(row.Body, new MediaTypeHeaderValue("application/vnd.oci.image.manifest.v1+json")), door: door);

    /// <summary>A token for the row's scope; one for nobody has none where no scope is asked for.</summary>
    async Task<AuthenticationHeaderValue?> TokenAsync(GatewayRow row, MatrixCaller caller, string project)
    {
        if (caller.Letter == 'N' && row.Scope.Length == 0) return null;
        var answer = await matrix.SendAsync(caller, "GET", $"{Answers.TokenPath}?service=portal-registry&scope={row.Scope.Replace("{p}", project, StringComparison.Ordinal)}");
        Assert.Equal(200, answer.Status);
        return Bearer((string)JsonNode.Parse(answer.Text)!["token"]!);
    }

    Task<MatrixAnswer> TokenServiceAsync(string method, MatrixCaller caller, string project)
    {
        var scope = $"repository:{project}/{MatrixFixture.Repository}:pull,push,delete";
        if (method == "GET") return matrix.SendAsync(caller, "GET", $"{Answers.TokenPath}?service=portal-registry&scope={scope}");
        var (name, secret) = Encoding.UTF8.GetString(Convert.FromBase64String(caller.Door!.Parameter!)) is var both && both.Split(':', 2) is [var n, var s] ? (n, s) : ("", "");
        return matrix.SendAsync(matrix.Caller('N'), "POST", Answers.TokenPath, Form($"grant_type=password&service=portal-registry&username={Uri.EscapeDataString(name)}&password={Uri.EscapeDataString(secret)}&scope={scope}"));
    }

    static StringContent Form(string text) => new(text, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

    static AuthenticationHeaderValue Bearer(string token) => new("Bearer", token);

    /// <summary>An answer of the token service without the token, which is new each time.</summary>
    static MatrixAnswer Bare(MatrixAnswer answer) => answer with { Text = New().Replace(answer.Text, ""), Headers = [.. answer.Headers.Where(h => !h.StartsWith("Content-Length", StringComparison.Ordinal))] };

    static string Alike(MatrixAnswer answer) => Length().Replace(answer.Without(), "").Replace("This access token has expired. Make a new one in your profile.", "The user name or password is wrong.", StringComparison.Ordinal);

    [GeneratedRegex("\"(token|access_token|issued_at)\":\"[^\"]*\",?")]
    private static partial Regex New();

    [GeneratedRegex("Content-Length: .*\n")]
    private static partial Regex Length();
}
