using System.Diagnostics;
using System.Globalization;
using System.Text;
using Portal.Kernel;
using Portal.Registry.Images;
using Portal.Registry.Manifests;

namespace Portal.Benchmarks;

/// <summary>B1: 1,000 tags over 100 repositories in 20 projects, Zipf 1.0, GET by tag, a token per user, wrk with 32 connections. (wrk waits for a body after HEAD, so HEAD is left out.)</summary>
static class HotManifests
{
    const int Projects = 20, RepositoriesPerProject = 5, TagsPerRepository = 10, Users = 50, RepositoriesPerUser = 20, Connections = 32;

    public static async Task<Row> RunAsync(PortalPeer portal, IPeer distribution, int pairs, int seconds)
    {
        using var http = new HttpClient();
        for (var p = 0; p < Projects; p++) await portal.CreateProjectAsync(http, Project(p));
        for (var u = 0; u < Users; u++) await portal.CreateUserAsync(http, User(u), Enumerable.Range(0, Projects).Select(Project));
        foreach (var peer in (IPeer[])[portal, distribution]) await FillAsync(peer);
        var scripts = new Dictionary<IPeer, string>();
        foreach (var peer in (IPeer[])[portal, distribution])
        {
            var tokens = new List<string?>();
            for (var u = 0; u < Users; u++) tokens.Add(await peer.AuthorizationAsync(http, User(u), string.Join('&', RepositoriesOf(u).Select(r => $"scope=repository:{r}:pull"))));
            scripts[peer] = await ScriptAsync(tokens);
            await WrkAsync(peer, scripts[peer], 3);
        }
        return await Measure.PairAsync("B1 hot manifest pull", "req/s", 5, pairs, portal, distribution, p => WrkAsync(p, scripts[p], seconds));
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

    static async Task<string> ScriptAsync(List<string?> tokens)
    {
        var paths = Repositories().SelectMany(r => Enumerable.Range(0, TagsPerRepository).Select(t => (Repository: r, Path: $"/v2/{r}/manifests/v{t}"))).ToArray();
        var readers = Enumerable.Range(0, tokens.Count).SelectMany(u => RepositoriesOf(u).Select(r => (r, u))).ToLookup(x => x.r, x => x.u);
        var random = new Random(7);
        random.Shuffle(paths);
        var weights = Enumerable.Range(1, paths.Length).Select(rank => 1.0 / rank).ToArray();
        var sum = weights.Sum();
        // wrk knows the Host header only when it calls init, so requests are made there.
        var lua = new StringBuilder("local requests = {}\ninit = function(args)\n");
        for (var i = 0; i < 8_000; i++)
        {
            var at = random.NextDouble() * sum;
            var index = 0;
            while ((at -= weights[index]) > 0 && index < weights.Length - 1) index++;
            var authorization = tokens[readers[paths[index].Repository].ElementAt(random.Next(readers[paths[index].Repository].Count()))] is { } token ? $", [\"Authorization\"]=\"{token}\"" : "";
            lua.Append(CultureInfo.InvariantCulture, $"requests[{i + 1}] = wrk.format(\"GET\", \"{paths[index].Path}\", {{[\"Accept\"]=\"{string.Join(", ", MediaTypes.AcceptAll)}\"{authorization}}})\n");
        }
        lua.Append("end\nlocal n = 0\nrequest = function() n = n % 8000 + 1 return requests[n] end\n");
        lua.Append("done = function(s, l, r) print(string.format('RESULT %d %d %f %d', s.requests, s.duration, l:percentile(99) / 1000, s.errors.status + s.errors.connect + s.errors.read + s.errors.timeout)) end\n");
        var file = Path.Combine(Directory.CreateTempSubdirectory("portal-wrk-").FullName, "hot.lua");
        await File.WriteAllTextAsync(file, lua.ToString());
        return file;
    }

    static async Task<(double, double, double?, long)> WrkAsync(IPeer peer, string script, int seconds)
    {
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", $"-c{Connections}", $"-d{seconds}s", "-s", script, peer.Url.AbsoluteUri]) { RedirectStandardOutput = true })!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var result = output.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal)) ?? throw new InvalidOperationException(output);
        var parts = result.Split(' ').Skip(1).Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return (parts[0], parts[1] / 1e6, parts[2], (long)parts[3]);
    }
}
