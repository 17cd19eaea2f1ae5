using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Portal.Benchmarks;

/// <summary>A GET that wrk sends.</summary>
readonly record struct WrkRequest(string Path, string? Authorization, string? Accept = null);

/// <summary>Runs wrk, with one thread, over a list of requests again and again. (It waits for a body after HEAD, so HEAD is left out.)</summary>
static class Wrk
{
    /// <summary>Writes the script that sends the requests in turn.</summary>
    public static async Task<string> ScriptAsync(IReadOnlyCollection<WrkRequest> requests)
    {
        // wrk knows the Host header only when it calls init, so requests are made there
        var lua = new StringBuilder("local requests = {}\ninit = function(args)\n");
        var i = 0;
        foreach (var request in requests)
        {
            string?[] headers = [request.Accept is { } accept ? $"[\"Accept\"]=\"{accept}\"" : null, request.Authorization is { } token ? $"[\"Authorization\"]=\"{token}\"" : null];
            lua.Append(CultureInfo.InvariantCulture, $"requests[{++i}] = wrk.format(\"GET\", \"{request.Path}\", {{{string.Join(", ", headers.Where(h => h is not null))}}})\n");
        }
        lua.Append(CultureInfo.InvariantCulture, $"end\nlocal n = 0\nrequest = function() n = n % {requests.Count} + 1 return requests[n] end\n");
        lua.Append("done = function(s, l, r) print(string.format('RESULT %d %d %f %d', s.requests, s.duration, l:percentile(99) / 1000, s.errors.status + s.errors.connect + s.errors.read + s.errors.timeout)) end\n");
        var file = Path.Combine(Directory.CreateTempSubdirectory("portal-wrk-").FullName, "requests.lua");
        await File.WriteAllTextAsync(file, lua.ToString());
        return file;
    }

    /// <summary>Sends them for a time.</summary>
    public static async Task<(double, double, double?, long)> RunAsync(IPeer peer, string script, int connections, int seconds)
    {
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", $"-c{connections}", $"-d{seconds}s", "-s", script, peer.Url.AbsoluteUri]) { RedirectStandardOutput = true })!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var result = output.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal)) ?? throw new InvalidOperationException(output);
        var parts = result.Split(' ').Skip(1).Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return (parts[0], parts[1] / 1e6, parts[2], (long)parts[3]);
    }
}
