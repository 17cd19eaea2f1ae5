using Portal.Kernel;
using Portal.Registry.Images;
using Portal.Registry.Manifests;

namespace Portal.Benchmarks;

/// <summary>B1: 1,000 tags over 100 repositories in 20 projects, Zipf 1.0, GET by tag, a token per user, 32 connections.</summary>
static class HotManifests
{
    const int Projects = 20, RepositoriesPerProject = 5, TagsPerRepository = 10, Users = 50, RepositoriesPerUser = 20, Connections = 32;

    public static async Task<IReadOnlyList<Row>> RunAsync(PortalPeer portal, IReadOnlyList<IPeer> others, int pairs, int seconds)
    {
        using var http = new HttpClient();
        for (var p = 0; p < Projects; p++) await portal.CreateProjectAsync(http, Project(p));
        for (var u = 0; u < Users; u++) await portal.CreateUserAsync(http, User(u), Enumerable.Range(0, Projects).Select(Project));
        var scripts = new Dictionary<IPeer, string>();
        foreach (var peer in (IPeer[])[portal, .. others])
        {
            await FillAsync(peer);
            var tokens = new List<string?>();
            for (var u = 0; u < Users; u++) tokens.Add(await peer.AuthorizationAsync(http, User(u), string.Join('&', RepositoriesOf(u).Select(r => $"scope=repository:{r}:pull"))));
            scripts[peer] = await Wrk.ScriptAsync([.. Requests(tokens)]);
            await Wrk.RunAsync(peer, scripts[peer], Connections, 3);
        }
        var rows = new List<Row>();
        foreach (var other in others)
            rows.Add(await Measure.PairAsync("B1 hot manifest pull", "req/s", other is NginxPeer ? 20 : 25, pairs, portal, other, p => Wrk.RunAsync(p, scripts[p], Connections, seconds)));
        return rows;
    }

    // A token names at most twenty repositories; every repository is read by ten users.
    static IEnumerable<string> RepositoriesOf(int user) => Repositories().Concat(Repositories()).Skip(user * Repositories().Count() / Users).Take(RepositoriesPerUser);

    static string Project(int p) => $"hot{p:D2}";
    static string User(int u) => $"bench{u:D2}";
    static IEnumerable<string> Repositories() => Enumerable.Range(0, Projects).SelectMany(p => Enumerable.Range(0, RepositoriesPerProject).Select(r => $"{Project(p)}/app{r}"));

    static async Task FillAsync(IPeer peer)
    {
        foreach (var repository in Repositories())
        {
            for (var t = 0; t < TagsPerRepository; t++)
            {
                var image = new OciImageBuilder(DateTimeOffset.UnixEpoch).On("linux", "amd64").File("app.txt", $"{repository} {t / 2}").Cmd("/app").Build();
                if (!TagName.TryParse($"v{t}", out var tag)) throw new InvalidOperationException("v is no tag.");
                var pushed = await ImagePusher.PushAsync(peer.Client, repository, image, [tag], default);
                if (!pushed.Ok) throw new InvalidOperationException(pushed.Error.ToString());
            }
        }
    }

    static IEnumerable<WrkRequest> Requests(List<string?> tokens)
    {
        var paths = Repositories().SelectMany(r => Enumerable.Range(0, TagsPerRepository).Select(t => (Repository: r, Path: $"/v2/{r}/manifests/v{t}"))).ToArray();
        var readers = Enumerable.Range(0, tokens.Count).SelectMany(u => RepositoriesOf(u).Select(r => (r, u))).ToLookup(x => x.r, x => x.u);
        var accept = string.Join(", ", MediaTypes.AcceptAll);
        var random = new Random(7);
        random.Shuffle(paths);
        var weights = Enumerable.Range(1, paths.Length).Select(rank => 1.0 / rank).ToArray();
        var sum = weights.Sum();
        for (var i = 0; i < 8_000; i++)
        {
            var at = random.NextDouble() * sum;
            var index = 0;
            while ((at -= weights[index]) > 0 && index < weights.Length - 1) index++;
            var (repository, path) = paths[index];
            yield return new(path, tokens[readers[repository].ElementAt(random.Next(readers[repository].Count()))], accept);
        }
    }
}
