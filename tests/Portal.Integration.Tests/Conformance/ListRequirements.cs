using System.Net;
using Xunit;

namespace Portal.Integration.Tests.Conformance;

static class ListRequirements
{
    static readonly string[] Tags = ["a", "b", "c", "d", "v1.0", "v1.1"];

    public static IReadOnlyList<Requirement> All { get; } =
    [
        new("tags", Level.Must, "`tags/list` is 200 with the name and all tags.", async p =>
        {
            var name = await TaggedAsync(p);
            using var answer = await p.GetAsync($"v2/{name}/tags/list");
            Assert.Equal(name, (await Probe.JsonAsync(answer))["name"]!.GetValue<string>());
            Assert.Equal(Tags, (await Probe.NamesAsync(answer, "tags")).Order(StringComparer.Ordinal));
        }),
        new("tags-order", Level.Must, "Tags come in lexical order (by bytes).", async p =>
        {
            // set in no order, so that neither the order of making nor its reverse passes for it by chance
            using var answer = await p.GetAsync($"v2/{await TaggedAsync(p, "m", "c", "x", "a", "q", "f", "z", "e", "t", "b", "k", "h")}/tags/list");
            Assert.Equal(["a", "b", "c", "e", "f", "h", "k", "m", "q", "t", "x", "z"], await Probe.NamesAsync(answer, "tags"));
        }),
        new("tags-n", Level.Must, "`n` bounds the list.", async p =>
        {
            using var answer = await p.GetAsync($"v2/{await TaggedAsync(p)}/tags/list?n=2");
            Assert.Equal(Tags[..2], await Probe.NamesAsync(answer, "tags"));
        }),
        new("tags-zero", Level.Must, "`n=0` is an empty list without `Link`.", async p =>
        {
            using var answer = await p.GetAsync($"v2/{await TaggedAsync(p)}/tags/list?n=0");
            Assert.Empty(await Probe.NamesAsync(answer, "tags"));
            Assert.Null(Probe.Next(answer));
        }),
        new("tags-last", Level.Must, "`last` begins the list behind that tag, whether it exists or not; with `n` the list is bounded as well.", async p =>
        {
            var name = await TaggedAsync(p);
            foreach (var (query, tags) in new[] { ("last=b", Tags[2..]), ("last=b&n=1", Tags[2..3]), ("last=bb&n=2", Tags[2..4]), ("last=zzz", []) })
            {
                using var answer = await p.GetAsync($"v2/{name}/tags/list?{query}");
                Assert.Equal(tags, await Probe.NamesAsync(answer, "tags"));
            }
        }),
        new("tags-link", Level.Must, "`Link` leads from page to page until every tag was there once, and is absent at the end.", async p =>
        {
            var seen = new List<string>();
            for (string? next = $"v2/{await TaggedAsync(p)}/tags/list?n=4"; next is not null;)
            {
                using var answer = await p.GetAsync(next);
                seen.AddRange(await Probe.NamesAsync(answer, "tags"));
                next = Probe.Next(answer);
            }
            Assert.Equal(Tags, seen);
        }),
        new("tags-large", Level.May, "An `n` beyond every bound is met with what there is.", async p =>
        {
            using var answer = await p.GetAsync($"v2/{await TaggedAsync(p)}/tags/list?n=99999999999999999999");
            Assert.Equal(Tags, await Probe.NamesAsync(answer, "tags"));
        }),
        new("tags-malformed", Level.May, "An `n` that is no number is refused with 400.", async p =>
        {
            using var answer = await p.GetAsync($"v2/{await TaggedAsync(p)}/tags/list?n=-1");
            await Probe.RefusedAsync(HttpStatusCode.BadRequest, answer, "PAGINATION_NUMBER_INVALID");
        }),
        new("tags-none", Level.Must, "A repository without tags has an empty list.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PrepareAsync(name);
            using var put = await p.PutManifestAsync(name, Probe.DigestOf(manifest), manifest);
            Probe.Status(HttpStatusCode.Created, put);
            using var answer = await p.GetAsync($"v2/{name}/tags/list");
            Assert.Empty((await Probe.JsonAsync(answer))["tags"]!.AsArray());
        }),
        new("tags-unknown", Level.Must, "A repository that is not there is 404 `NAME_UNKNOWN`.", async p =>
        {
            using var answer = await p.GetAsync($"v2/{p.NewName()}/tags/list");
            await Probe.RefusedAsync(HttpStatusCode.NotFound, answer, "NAME_UNKNOWN");
        }),
        new("catalog", Level.May, "`_catalog` names every repository that the caller may list, page by page.", async p =>
        {
            var names = new[] { await TaggedAsync(p), await TaggedAsync(p) };
            var seen = new List<string>();
            for (string? next = "v2/_catalog?n=1"; next is not null;)
            {
                using var answer = await p.GetAsync(next);
                seen.AddRange(await Probe.NamesAsync(answer, "repositories"));
                next = Probe.Next(answer);
            }
            Assert.Equal(seen.Distinct().Order(StringComparer.Ordinal), seen);
            Assert.All(names, n => Assert.Contains(n, seen));
        }),
        new("catalog-anonymous", Level.May, "`_catalog` is not for people who are not known.", async p =>
        {
            using var answer = await p.Anonymous.GetAsync("v2/_catalog");
            Probe.Status(HttpStatusCode.Unauthorized, answer);
        }),
    ];

    static Task<string> TaggedAsync(Probe p) => TaggedAsync(p, "c", "v1.1", "a", "d", "v1.0", "b");

    static async Task<string> TaggedAsync(Probe p, params string[] tags)
    {
        var name = p.NewName();
        var manifest = await p.PrepareAsync(name);
        foreach (var tag in tags)
        {
            using var put = await p.PutManifestAsync(name, tag, manifest);
            Probe.Status(HttpStatusCode.Created, put);
        }
        return name;
    }
}
