using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Artifacts;
using Portal.Data;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>
/// What a caller may not know of answers like what is not there, also in the time that it takes. The security table compares this for each endpoint; here are the ways to
/// find something out that are no endpoint's own: names at the doors, ids, parts of a project. The statements that an answer asks of the database stand for its time; the
/// clock is looked at besides.
/// </summary>
[Collection(MatrixCollection.Name)]
public sealed partial class IndistinguishableTests(MatrixFixture matrix)
{
    const string Nobody = "nobody-of-this-name";

    /// <summary>Two requests of which one is about something that the caller may not know of and the other about nothing, and the names in them that may differ in the answers.</summary>
    sealed record Pair(Func<Task<MatrixAnswer>> Hidden, Func<Task<MatrixAnswer>> Missing, params string[] Names);

    public static TheoryData<string> Cases =>
    [
        "project by name", "project by id", "project on a page", "project in a token's scope", "project of a mounted blob", "repository", "repository in the registry", "repository beside a pattern",
        "artifact", "manifest in the registry", "manifest beside a tag's pattern", "blob beside a tag's pattern", "robot", "robot's secret", "robot at sign-in", "robot of another project on a page",
        "user by id", "user at the API", "disabled user at the API", "user at the token service", "user at the registry", "user at the sign-in page", "access token", "session", "binding", "deletion",
    ];

    [Fact]
    public async Task Statements_AreCounted()
    {
        var answer = await matrix.SendAsync(matrix.Caller('S'), "GET", "/api/v2.0/users");
        Assert.Contains(answer.Statements, s => s.Contains("FROM access", StringComparison.Ordinal));
        Assert.NotEmpty((await matrix.SendAsync(matrix.Wrong, "GET", "/v2/")).Statements);
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Hidden_AnswersAndCostsAsMissing(string name)
    {
        var pair = await PairAsync(name);
        var (hidden, missing) = (await pair.Hidden(), await pair.Missing());
        Assert.True(hidden.Status < 500, hidden.Text);
        for (var attempt = 0; attempt < 3 && hidden.Statements.Count != missing.Statements.Count; attempt++) (hidden, missing) = (await pair.Hidden(), await pair.Missing());
        Assert.Equal(Bare(missing, pair.Names), Bare(hidden, pair.Names));
        Assert.True(hidden.Statements.Count == missing.Statements.Count, $"{hidden.Statements.Count} and {missing.Statements.Count} statements:\n{string.Join('\n', hidden.Statements)}\n---\n{string.Join('\n', missing.Statements)}");
    }

    [Theory]
    [InlineData("project by name", 40), InlineData("project on a page", 25), InlineData("manifest in the registry", 40), InlineData("artifact", 30), InlineData("robot", 30), InlineData("robot at sign-in", 15)]
    [InlineData("user at the API", 8), InlineData("user at the sign-in page", 8), InlineData("access token", 30), InlineData("project in a token's scope", 30)]
    public async Task Hidden_TakesAsLongAsMissing(string name, int samples)
    {
        var pair = await PairAsync(name);
        var said = "";
        // a busy machine may slow one side down by chance, but hardly three times the same
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var (hidden, missing) = (new double[samples], new double[samples]);
            for (var i = -2; i < samples; i++)
            {
                var (first, second) = i % 2 == 0 ? (await TimeAsync(pair.Hidden), await TimeAsync(pair.Missing)) : (await TimeAsync(pair.Missing), await TimeAsync(pair.Hidden));
                if (i >= 0) (hidden[i], missing[i]) = i % 2 == 0 ? (first, second) : (second, first);
            }
            // how often the one takes longer than the other, over all pairs: a half when nothing tells them apart
            var longer = hidden.SelectMany(_ => missing, (h, m) => h > m ? 1.0 : 0.0).Average();
            var (one, other) = (Median(hidden), Median(missing));
            if (longer is > 0.1 and < 0.9 || Math.Max(one, other) < 1.5 * Math.Min(one, other)) return;
            said = string.Create(CultureInfo.InvariantCulture, $"hidden takes {one:F2} ms, missing {other:F2} ms, longer in {longer:P0}");
        }
        Assert.Fail(said);
    }

    static double Median(double[] samples) => samples.Order().ElementAt(samples.Length / 2);

    static async Task<double> TimeAsync(Func<Task<MatrixAnswer>> ask)
    {
        var watch = Stopwatch.StartNew();
        await ask();
        return watch.Elapsed.TotalMilliseconds;
    }

    async Task<Pair> PairAsync(string name)
    {
        var (outsider, guest) = (matrix.Caller('O'), matrix.Caller('G'));
        var digest = matrix.Image.Digest.Text;
        var repository = MatrixFixture.Repository;
        Pair Asked(string hidden, string missing, MatrixCaller? caller = null, string method = "GET", params string[] names) =>
            new(() => matrix.SendAsync(caller ?? outsider, method, hidden), () => matrix.SendAsync(caller ?? outsider, method, missing), names);
        Pair SignedIn(string known, string unknown, string path) =>
            new(() => matrix.SendAsync(Somebody(known), "GET", path), () => matrix.SendAsync(Somebody(unknown), "GET", path), known, unknown);
        switch (name)
        {
            case "project by name": return Asked("/api/v2.0/projects/foreign", "/api/v2.0/projects/missing");
            case "project by id": return Asked($"/api/v2.0/projects/{matrix.Api.Foreign.Id}", "/api/v2.0/projects/999999");
            case "project on a page":
                return new(() => matrix.SendAsync(outsider, "GET", "/projects/foreign", browser: true), () => matrix.SendAsync(outsider, "GET", "/projects/missing", browser: true), "foreign", "missing");
            case "project in a token's scope": return Asked($"/service/token?service=portal-registry&scope=repository:foreign/{repository}:pull", $"/service/token?service=portal-registry&scope=repository:missing/{repository}:pull", guest, "GET", "foreign", "missing");
            // what cannot be mounted becomes an upload
            case "project of a mounted blob":
                return Asked($"/v2/own/{repository}/blobs/uploads/?mount={digest}&from=foreign/{repository}", $"/v2/own/{repository}/blobs/uploads/?mount={digest}&from=missing/{repository}", matrix.Caller('D'), "POST");
            case "repository": return Asked($"/api/v2.0/projects/foreign/repositories/{repository}", "/api/v2.0/projects/foreign/repositories/none");
            case "repository in the registry": return Asked($"/v2/foreign/{repository}/tags/list", "/v2/foreign/none/tags/list", outsider, "GET");
            case "repository beside a pattern": return Asked($"/v2/own/{repository}/tags/list", "/v2/own/none/tags/list", await MatchedAsync("beside", "team/*", ""), "GET", repository, "none");
            case "artifact": return Asked($"/api/v2.0/projects/foreign/repositories/{repository}/artifacts/{digest}", $"/api/v2.0/projects/foreign/repositories/{repository}/artifacts/sha256:{new string('0', 64)}");
            case "manifest in the registry": return Asked($"/v2/foreign/{repository}/manifests/1", $"/v2/missing/{repository}/manifests/1", outsider, "GET", "foreign", "missing");
            case "manifest beside a tag's pattern": return Asked($"/v2/own/{repository}/manifests/1", $"/v2/own/{repository}/manifests/2", await MatchedAsync("tagged", repository, "v*"), "GET", "holds no 1", "holds no 2");
            case "blob beside a tag's pattern":
                return Asked($"/v2/own/{repository}/blobs/{matrix.Image.Blobs[0].Digest}", $"/v2/own/{repository}/blobs/sha256:{new string('0', 64)}", await MatchedAsync("tagged", repository, "v*"), "GET");
            case "robot": return Asked($"/api/v2.0/robots/{matrix.Api.ForeignRobot}", "/api/v2.0/robots/999999");
            case "robot's secret":
                return new(() => matrix.SendAsync(outsider, "POST", $"/api/portal/robots/{matrix.Api.ForeignRobot}/secrets", JsonContent.Create(new { })), () => matrix.SendAsync(outsider, "POST", "/api/portal/robots/999999/secrets", JsonContent.Create(new { })));
            case "robot at sign-in": return SignedIn(matrix.Caller('F').Name, "robot$foreign+none", "/api/v2.0/users/current");
            case "robot of another project on a page":
                return new(() => matrix.SendAsync(guest, "GET", $"/projects/own/robots/{matrix.Api.ForeignRobot}", browser: true), () => matrix.SendAsync(guest, "GET", "/projects/own/robots/999999", browser: true), $"/{matrix.Api.ForeignRobot}", "/999999");
            case "user by id": return Asked($"/api/v2.0/users/{matrix.Api.UserIds["stranger"]}", "/api/v2.0/users/999999");
            case "user at the API": return SignedIn("stranger", Nobody, "/api/v2.0/users/current");
            case "disabled user at the API":
                return new(() => matrix.SendAsync(outsider, "GET", "/api/v2.0/users/current", door: MatrixFixture.Basic("disabled", PortalHost.Password)), () => matrix.SendAsync(Somebody(Nobody), "GET", "/api/v2.0/users/current"));
            case "user at the token service": return SignedIn("stranger", Nobody, "/service/token?service=portal-registry");
            case "user at the registry": return SignedIn("stranger", Nobody, "/v2/");
            case "user at the sign-in page": return new(() => SignInAsync("stranger"), () => SignInAsync(Nobody), "stranger", Nobody);
            case "access token": return Asked($"/api/portal/tokens/{await TokenAsync()}", "/api/portal/tokens/999999", outsider, "DELETE");
            case "session":
                var session = await DatabaseAsync(db => db.Sessions.Where(s => s.User!.UserName == "guest").Select(s => s.Id).FirstAsync());
                return new(() => EndAsync(session), () => EndAsync(Guid.NewGuid()));
            case "binding": return Asked($"/api/portal/bindings/{matrix.Api.ForeignMember}", "/api/portal/bindings/999999", guest);
            case "deletion":
                var deletion = await DatabaseAsync(async db =>
                {
                    var made = new Deletion { ProjectId = matrix.Api.Foreign.Id, RepositoryId = await db.Repositories.Where(r => r.ProjectId == matrix.Api.Foreign.Id).Select(r => r.Id).FirstAsync(), At = DateTimeOffset.UtcNow, Actor = "admin" };
                    db.Deletions.Add(made);
                    await db.SaveChangesAsync();
                    return made.Id;
                });
                return new(() => UndoAsync(deletion), () => UndoAsync(999_999));
            default: throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such case.");
        }
    }

    /// <summary>A request by this name with a secret that is not theirs.</summary>
    MatrixCaller Somebody(string name) => matrix.Wrong with { Name = name, Door = MatrixFixture.Basic(name, "not-the-one") };

    Task<MatrixAnswer> SignInAsync(string name) => PostAsync(matrix.Caller('N'), "/sign-in", $"_handler=sign-in&name={name}&password=not-the-one");

    Task<MatrixAnswer> UndoAsync(long deletion) => PostAsync(matrix.Caller('M'), "/projects/own/repositories", string.Create(CultureInfo.InvariantCulture, $"_handler=undo&deletions={deletion}"));

    Task<MatrixAnswer> EndAsync(Guid session) => PostAsync(matrix.Caller('O'), "/profile", $"_handler=end&session={session}");

    Task<MatrixAnswer> PostAsync(MatrixCaller caller, string page, string form) => matrix.SendAsync(caller, "POST", page,
        new StringContent($"{form}&__RequestVerificationToken={Uri.EscapeDataString(caller.FormToken)}", new MediaTypeHeaderValue("application/x-www-form-urlencoded")), browser: true);

    /// <summary>Somebody who pulls and pushes where patterns match, in the project <c>own</c>.</summary>
    async Task<MatrixCaller> MatchedAsync(string name, string repositories, string tags)
    {
        if (!await DatabaseAsync(db => db.Users.AnyAsync(u => u.UserName == name))) await Host.BindAsync(await Host.CreateUserAsync(name), BuiltInRoles.Developer, matrix.Api.Own, repositories, tags);
        return matrix.Wrong with { Name = name, Door = MatrixFixture.Basic(name, PortalHost.Password) };
    }

    /// <summary>The id of a token of somebody else's.</summary>
    async Task<int> TokenAsync()
    {
        using var client = Host.Client("guest");
        using var made = await client.PostAsJsonAsync("api/portal/tokens", new { name = Guid.NewGuid().ToString("N"), scopes = new[] { "read" }, days = 1 });
        return (int)JsonNode.Parse(await made.Content.ReadAsStringAsync())!["id"]!;
    }

    PortalHost Host => matrix.Host;

    async Task<T> DatabaseAsync<T>(Func<PortalDbContext, Task<T>> read)
    {
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    /// <summary>An answer without what is new each time: tokens, the addresses of uploads, marks of the page, what the server has sealed for itself.</summary>
    static string Bare(MatrixAnswer answer, string[] names) => Changing().Replace(answer.Without(names), "");

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"[^\"]*\"|<!--.*?-->|(?:menu|sec)-[0-9]+|CfDJ8[A-Za-z0-9_-]+|\"(token|access_token|issued_at)\":\"[^\"]*\"|Content-Length: [0-9]+|Docker-Upload-UUID: [^\n]*|uploads/[^\n]*", RegexOptions.Singleline)]
    private static partial Regex Changing();
}
