using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Portal.Access;

namespace Portal.Benchmarks;

/// <summary>
/// Decisions a second on one core, in this process: somebody with 50 roles, 20 of them on patterns, asks for rights on tags in 200 repositories of 40 projects. Answers are warm: this
/// is what each request adds once the caller is known.
/// </summary>
static class AccessDecisions
{
    const double Floor = 200_000;
    const int Bindings = 50;
    const int Patterned = 20;

    /// <summary>Prints a row; true when the floor was held.</summary>
    public static async Task<bool> RunAsync(int windows, int seconds)
    {
        var policy = new AccessPolicy(new FixedGrants(Grants()), new SilentFeed(), TimeProvider.System);
        var caller = new Caller(SubjectKind.User, 1, "bench");
        AccessTarget[] targets = [.. Enumerable.Range(0, 1_000).Select(i => AccessTarget.Project(i % 40, $"team-{i % 40}", false).In($"app{i % 5}/service-{i % 200}").Tagged($"v1.{i % 30}"))];
        var allowed = await WindowAsync(policy, caller, targets, 2);
        if (allowed.Yes == 0 || allowed.Yes == allowed.Total) throw new InvalidOperationException("Every answer is the same, so this measures nothing.");
        List<double> rates = [];
        for (var i = 0; i < windows; i++)
        {
            var (total, _, cpu) = await WindowAsync(policy, caller, targets, seconds);
            rates.Add(total / cpu);
        }
        var median = Row.Median(rates);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {windows} windows of {seconds} s\n"));
        Console.WriteLine("| scenario | decisions per CPU second, median | worst window | allowed | floor |");
        Console.WriteLine("|---|---|---|---|---|");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| access, {Bindings} roles, {Patterned} on patterns | {median:N0} | {rates.Min():N0} | {100.0 * allowed.Yes / allowed.Total:N0} % | {Floor:N0} {(median >= Floor ? "held" : "MISSED")} |"));
        return median >= Floor;
    }

    // one thread; its processor time and not the clock, since the machine has other work too
    static async Task<(long Total, long Yes, double Cpu)> WindowAsync(AccessPolicy policy, Caller caller, AccessTarget[] targets, int seconds)
    {
        var (total, yes) = (0L, 0L);
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
            foreach (var target in targets)
            {
                total++;
                if ((await policy.RightsAsync(caller, target, CancellationToken.None)).Has(Permissions.RepositoryPush)) yes++;
            }
        process.Refresh();
        return (total, yes, (process.TotalProcessorTime - before).TotalSeconds);
    }

    // thirty whole projects as guest; ten patterns on the system, which every question has to try, and ten in a project each
    static Grants Grants()
    {
        var guest = BuiltInRoles.Guest.Permissions;
        var developer = BuiltInRoles.Developer.Permissions;
        var until = DateTimeOffset.UtcNow.AddYears(1);
        return GrantLoader.Build(
        [
            .. Enumerable.Range(0, Bindings - Patterned).Select(i => new HeldRole(i, "", "", i == 0 ? until : null, guest)),
            .. Enumerable.Range(0, Patterned / 2).Select(i => new HeldRole(null, $"team-{i}*/app{i % 5}/**", i % 2 == 0 ? "v*" : "", null, developer)),
            .. Enumerable.Range(0, Patterned / 2).Select(i => new HeldRole(i, $"app*/service-{i}*", "*.1*", null, developer)),
        ], [], null);
    }

    sealed class FixedGrants(Grants grants) : IGrantSource
    {
        public Task<Grants> LoadAsync(SubjectKind kind, int id, CancellationToken cancellation) => Task.FromResult(grants);
    }

    sealed class SilentFeed : Data.IChangeFeed
    {
        public Task AnnounceAsync(Data.PortalDbContext db, CancellationToken cancellation, params Data.ChangeNotice[] notices) => Task.CompletedTask;
        public IDisposable Subscribe(Action<Data.ChangeNotice?> handler) => new MemoryStream();
    }
}
