namespace Portal.Integration.Tests.Security;

/// <summary>
/// One route of the registry's face: who may, and what the answer then is; letters as in <see cref="MatrixRow"/>. What changes something is asked for such that it is
/// refused after the right was checked.
/// </summary>
/// <param name="Route">Method and resource, as the gateway's own table has them.</param>
/// <param name="Url">What to ask for; <c>{p}</c> is the project, <c>{digest}</c> a blob of its image.</param>
/// <param name="Scope">The scope of a token for it.</param>
public sealed record GatewayRow(string Route, string Who, int Status, string Url, string Scope = "")
{
    public string Method => Route[..Route.IndexOf(' ', StringComparison.Ordinal)];

    public bool OfProject => Url.Contains("{p}", StringComparison.Ordinal);

    public string? Body { get; init; }

    /// <summary>Who sees the project and is told that this is not there, where others hear that they may not.</summary>
    public string NotThere { get; init; } = "";

    /// <summary>
    /// The status for a living caller who asks about the own project. Nobody is asked who they are; who does not see the project is told that there is none; a robot that
    /// may not do this does not see it either, because its rights are to pull and to push and nothing more.
    /// </summary>
    public int Expected(MatrixCaller caller)
    {
        var letter = caller.Letter == 'X' ? 'O' : caller.Letter;
        return Who.Contains(letter, StringComparison.Ordinal) ? Status : letter == 'N' ? 401 : caller.Outside || NotThere.Contains(letter, StringComparison.Ordinal) ? 404 : 403;
    }
}

/// <summary>What a token is asked for, and who gets which of its actions in the own project.</summary>
public sealed record TokenRow(string Door, string Method, string Url, string? Form = null);

static class GatewayMatrixTable
{
    const string SignedIn = "OLGDMASUVRF";
    const string Pull = "LGDMASR";
    const string Push = "DMASR";
    const string Delete = "MAS";
    const string Repository = "/v2/{p}/" + MatrixFixture.Repository;
    const string PullScope = "repository:{p}/" + MatrixFixture.Repository + ":pull";
    const string PushScope = "repository:{p}/" + MatrixFixture.Repository + ":pull,push";
    const string DeleteScope = "repository:{p}/" + MatrixFixture.Repository + ":delete";

    public static IReadOnlyList<GatewayRow> Rows { get; } =
    [
        new("GET Base", SignedIn, 200, "/v2/"),
        new("HEAD Base", SignedIn, 200, "/v2/"),
        new("GET Catalog", SignedIn, 200, "/v2/_catalog", "registry:catalog:*"),
        new("HEAD Catalog", SignedIn, 200, "/v2/_catalog", "registry:catalog:*"),
        new("GET Manifest", Pull, 200, Repository + "/manifests/1", PullScope),
        new("HEAD Manifest", Pull, 200, Repository + "/manifests/1", PullScope),
        new("PUT Manifest", Push, 400, Repository + "/manifests/1", PushScope) { Body = "{}" },
        new("DELETE Manifest", Delete, 404, Repository + "/manifests/none", DeleteScope),
        new("GET Tags", Pull, 200, Repository + "/tags/list", PullScope),
        new("HEAD Tags", Pull, 200, Repository + "/tags/list", PullScope),
        new("HEAD Referrers", Pull, 200, Repository + "/referrers/{digest}", PullScope),
        new("GET Referrers", Pull, 200, Repository + "/referrers/{digest}", PullScope),
        new("GET Blob", Pull, 200, Repository + "/blobs/{digest}", PullScope),
        new("HEAD Blob", Pull, 200, Repository + "/blobs/{digest}", PullScope) { NotThere = "UV" },
        new("DELETE Blob", Delete, 405, Repository + "/blobs/{digest}", DeleteScope),
        new("POST Uploads", Push, 400, Repository + "/blobs/uploads/?digest=none", PushScope),
        new("GET Upload", Push, 404, Repository + "/blobs/uploads/none", PushScope),
        new("PATCH Upload", Push, 404, Repository + "/blobs/uploads/none", PushScope),
        new("PUT Upload", Push, 404, Repository + "/blobs/uploads/none?digest={digest}", PushScope),
        new("DELETE Upload", Push, 404, Repository + "/blobs/uploads/none", PushScope),
    ];

    /// <summary>What a token for everything in the own project holds, by caller; the others get a token that opens nothing.</summary>
    public static IReadOnlyDictionary<char, string> Actions { get; } = new Dictionary<char, string>
    {
        ['L'] = "pull",
        ['G'] = "pull",
        ['D'] = "pull,push",
        ['R'] = "pull,push",
        ['M'] = "pull,push,delete",
        ['A'] = "pull,push,delete",
        ['S'] = "pull,push,delete",
    };
}
