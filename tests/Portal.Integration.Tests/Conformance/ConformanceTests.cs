using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Portal.Integration.Tests.Gateway;
using Xunit;

namespace Portal.Integration.Tests.Conformance;

/// <summary>Every requirement through Portal, and the page that sets Portal beside the registry behind it.</summary>
public sealed class ConformanceTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    const string Head = """
        # What the registry protocol asks, and who keeps it

        Every line is tried against Portal and against the registry behind it alone (docker-registry 2.8, which Debian ships), by the same code in
        `tests/Portal.Integration.Tests/Conformance`. A test writes this page anew and fails when it differs; `PORTAL_WRITE_PAGES=1` keeps what it wrote.
        The weight is that of the OCI distribution specification 1.1; *may* stands for what it allows and for what clients rely on besides.

        What Portal answers where the specification leaves a choice:
        - A manifest is sent as it was pushed, whatever `Accept` says: never converted, never 406.
        - Lists are in the order of bytes, as docker-registry's are, so capital letters come before small ones.
        - Content is stored by sha256. A sha512 digest is refused in words: the registry's own garbage collection does not know blobs by it and would take them away.
        - Blobs are not deleted one by one; garbage collection frees what no manifest names.
        - A list kept under the referrers tag (`sha256-<hex>`) is stored like any tag. What it lists is found by its `subject`, also when it was pushed by an old client
          or copied from an old registry, so nothing has to be moved; the answer to its push carries a `Warning`.
        - HEAD of a blob is 404 for whoever may not read there, so that a client goes on to the upload, whose refusal has a body with a sentence.
        """;

    public static TheoryData<string> Ids => [.. Requirement.ById.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Portal_Keeps(string id)
    {
        using var probe = new Clients(portal);
        await Requirement.ById[id].Check(probe.Portal);
    }

    [Fact]
    public async Task Page_OfPortalAndTheRegistryAlone_IsTrue()
    {
        using var probe = new Clients(portal);
        var text = new StringBuilder(Head).Append('\n');
        foreach (var (section, items) in Requirement.Sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {section}\n\n| requirement | weight | Portal | docker-registry |\n|---|---|---|---|\n");
            foreach (var item in items)
                text.Append(CultureInfo.InvariantCulture, $"| {item.Text} | {item.Level.ToString().ToLowerInvariant()} | {await VerdictAsync(item, probe.Portal)} | {await VerdictAsync(item, probe.Registry)} |\n");
        }
        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/conformance.md"));
        if (Environment.GetEnvironmentVariable("PORTAL_WRITE_PAGES") == "1") await File.WriteAllTextAsync(path, text.ToString());
        Assert.Equal(await File.ReadAllTextAsync(path), text.ToString());
    }

    static async Task<string> VerdictAsync(Requirement requirement, Probe probe)
    {
        try
        {
            await requirement.Check(probe);
            return "yes";
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or System.Text.Json.JsonException or NullReferenceException or InvalidOperationException or HttpRequestException)
        {
            // however it fails, the requirement is not kept
            return "no";
        }
    }

    static string Here([CallerFilePath] string path = "") => path;

    sealed class Clients : IDisposable
    {
        readonly List<HttpClient> _all = [];

        public Clients(GatewayFixture fixture)
        {
            Portal = new(Keep(fixture.Http()), Keep(fixture.Http(null)), Keep(fixture.Http("guest")), "team");
            var alone = Keep(new HttpClient { BaseAddress = fixture.Registry.Url });
            Registry = new(alone, alone, alone, "alone");
        }

        public Probe Portal { get; }
        public Probe Registry { get; }

        HttpClient Keep(HttpClient client)
        {
            _all.Add(client);
            return client;
        }

        public void Dispose() => _all.ForEach(c => c.Dispose());
    }
}
