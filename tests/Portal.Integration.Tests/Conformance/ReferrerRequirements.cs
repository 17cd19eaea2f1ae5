using System.Net;
using System.Text.Json.Nodes;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.Conformance;

static class ReferrerRequirements
{
    const string Note = "application/vnd.example.note";
    const string Seal = "application/vnd.example.seal";

    public static IReadOnlyList<Requirement> All { get; } =
    [
        new("subject-header", Level.Must, "The push of a manifest with `subject` is answered with `OCI-Subject`.", async p =>
        {
            var name = p.NewName();
            var subject = Probe.DigestOf(await p.PushAsync(name, "1"));
            using var put = await p.PutManifestAsync(name, "note", await p.PrepareAsync(name, subject, Note));
            Probe.Status(HttpStatusCode.Created, put);
            Assert.Equal(subject, Probe.Header(put, "OCI-Subject"));
        }),
        new("subject-missing", Level.Must, "The subject need not be there yet; a list of its referrers is the same before and after it came.", async p =>
        {
            var name = p.NewName();
            var image = await p.PrepareAsync(name);
            await p.PushAsync(name, "note", Probe.DigestOf(image), Note);
            Assert.Single(await ListAsync(p, name, Probe.DigestOf(image)));
            using var put = await p.PutManifestAsync(name, "1", image);
            Probe.Status(HttpStatusCode.Created, put);
            Assert.Single(await ListAsync(p, name, Probe.DigestOf(image)));
        }),
        new("referrers", Level.Must, "`referrers` is 200 with an OCI index of everything that names the digest as its subject.", async p =>
        {
            var (name, subject, note, seal) = await AttachedAsync(p);
            using var answer = await p.GetAsync($"v2/{name}/referrers/{subject}");
            Probe.Status(HttpStatusCode.OK, answer);
            Assert.Equal(MediaTypes.OciIndex, Probe.Header(answer, "Content-Type"));
            var index = await Probe.JsonAsync(answer);
            Assert.Equal((2, MediaTypes.OciIndex), (index["schemaVersion"]!.GetValue<int>(), index["mediaType"]!.GetValue<string>()));
            Assert.Equal(new[] { Probe.DigestOf(note), Probe.DigestOf(seal) }.Order(), index["manifests"]!.AsArray().Select(m => m!["digest"]!.GetValue<string>()).Order());
        }),
        new("referrers-descriptor", Level.Must, "Each entry has type, digest, size, the artifact type and the manifest's annotations.", async p =>
        {
            var (name, subject, note, _) = await AttachedAsync(p);
            var entry = (await ListAsync(p, name, subject)).Single(m => m!["digest"]!.GetValue<string>() == Probe.DigestOf(note))!;
            Assert.Equal((MediaTypes.OciManifest, note.Length, Note, "kept as sent"),
                (entry["mediaType"]!.GetValue<string>(), entry["size"]!.GetValue<int>(), entry["artifactType"]!.GetValue<string>(), entry["annotations"]!["com.example.note"]!.GetValue<string>()));
        }),
        new("referrers-config-type", Level.Must, "Without `artifactType` an image manifest is listed with the type of its config.", async p =>
        {
            var name = p.NewName();
            var subject = Probe.DigestOf(await p.PushAsync(name, "1"));
            await p.PushAsync(name, "2", subject, configType: "application/vnd.example.config");
            Assert.Equal("application/vnd.example.config", (await ListAsync(p, name, subject)).Single()!["artifactType"]!.GetValue<string>());
        }),
        new("referrers-index", Level.Must, "An index with `subject` is a referrer as well.", async p =>
        {
            var name = p.NewName();
            var child = await p.PushAsync(name, "1");
            var index = Probe.Index(MediaTypes.OciIndex, Probe.DigestOf(child), (MediaTypes.OciManifest, Probe.DigestOf(child), child.Length));
            using var put = await p.PutManifestAsync(name, "2", index, MediaTypes.OciIndex);
            Assert.Equal(Probe.DigestOf(child), Probe.Header(put, "OCI-Subject"));
            Assert.Equal(MediaTypes.OciIndex, (await ListAsync(p, name, Probe.DigestOf(child))).Single()!["mediaType"]!.GetValue<string>());
        }),
        new("referrers-none", Level.Must, "A digest without referrers, a digest that is not there and a repository that is not there are 200 with an empty index.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PushAsync(name, "1");
            Assert.Empty(await ListAsync(p, name, Probe.DigestOf(manifest)));
            Assert.Empty(await ListAsync(p, name, Probe.DigestOf(Probe.Bytes(9))));
            Assert.Empty(await ListAsync(p, p.NewName(), Probe.DigestOf(manifest)));
        }),
        new("referrers-malformed", Level.Must, "A malformed digest is refused with 400.", async p =>
        {
            using var answer = await p.GetAsync($"v2/{p.NewName()}/referrers/sha256:nothing");
            await Probe.RefusedAsync(HttpStatusCode.BadRequest, answer, "DIGEST_INVALID");
        }),
        new("referrers-filter", Level.Should, "`artifactType` filters the list, and `OCI-Filters-Applied` says so.", async p =>
        {
            var (name, subject, _, seal) = await AttachedAsync(p);
            using var answer = await p.GetAsync($"v2/{name}/referrers/{subject}?artifactType={Uri.EscapeDataString(Seal)}");
            Assert.Equal(Probe.DigestOf(seal), (await Probe.JsonAsync(answer))["manifests"]!.AsArray().Single()!["digest"]!.GetValue<string>());
            Assert.Equal("artifactType", Probe.Header(answer, "OCI-Filters-Applied"));
        }),
        new("referrers-link", Level.May, "A list that does not fit one page leads on by `Link`, with the filter kept.", async p =>
        {
            var name = p.NewName();
            var subject = Probe.DigestOf(await p.PushAsync(name, "1"));
            for (var i = 0; i < 5; i++) await p.PushAsync(name, $"note{i}", subject, i == 4 ? Seal : Note);
            var seen = new List<string>();
            for (string? next = $"v2/{name}/referrers/{subject}?n=3&artifactType={Uri.EscapeDataString(Note)}"; next is not null;)
            {
                using var answer = await p.GetAsync(next);
                seen.AddRange((await Probe.JsonAsync(answer))["manifests"]!.AsArray().Select(m => m!["digest"]!.GetValue<string>()));
                next = Probe.Next(answer);
            }
            Assert.Equal((4, 4), (seen.Count, seen.Distinct().Count()));
        }),
        new("referrers-tag", Level.Must, "An index under the referrers tag can be pushed and read, and what it lists with a subject is in `referrers`.", async p =>
        {
            var (name, subject, note, _) = await AttachedAsync(p);
            var fallback = Probe.Index(MediaTypes.OciIndex, null, (MediaTypes.OciManifest, Probe.DigestOf(note), note.Length));
            using var put = await p.PutManifestAsync(name, subject.Replace(':', '-'), fallback, MediaTypes.OciIndex);
            Probe.Status(HttpStatusCode.Created, put);
            using var read = await p.GetManifestAsync(name, subject.Replace(':', '-'));
            Assert.Equal(fallback, await read.Content.ReadAsByteArrayAsync());
            Assert.Contains(Probe.DigestOf(note), (await ListAsync(p, name, subject)).Select(m => m!["digest"]!.GetValue<string>()));
        }),
        new("referrers-tag-warning", Level.May, "Its push is answered with a `Warning` of code 299 that it is not needed, and no other push is.", async p =>
        {
            var (name, subject, note, _) = await AttachedAsync(p);
            var fallback = Probe.Index(MediaTypes.OciIndex, null, (MediaTypes.OciManifest, Probe.DigestOf(note), note.Length));
            using var put = await p.PutManifestAsync(name, subject.Replace(':', '-'), fallback, MediaTypes.OciIndex);
            Assert.Matches("^299 - \"[^\"]{1,4000}\"$", Probe.Header(put, "Warning"));
            using var other = await p.PutManifestAsync(name, "plain", fallback, MediaTypes.OciIndex);
            Assert.Equal("", Probe.Header(other, "Warning"));
        }),
        new("referrers-deleted", Level.Must, "A referrer that is deleted is no longer listed.", async p =>
        {
            var (name, subject, note, seal) = await AttachedAsync(p);
            using var gone = await p.DeleteAsync($"v2/{name}/manifests/{Probe.DigestOf(note)}");
            Probe.Status(HttpStatusCode.Accepted, gone);
            Assert.Equal(Probe.DigestOf(seal), (await ListAsync(p, name, subject)).Single()!["digest"]!.GetValue<string>());
        }),
    ];

    static async Task<JsonArray> ListAsync(Probe p, string name, string subject)
    {
        using var answer = await p.GetAsync($"v2/{name}/referrers/{subject}");
        return (await Probe.JsonAsync(answer))["manifests"]!.AsArray();
    }

    static async Task<(string Name, string Subject, byte[] Note, byte[] Seal)> AttachedAsync(Probe p)
    {
        var name = p.NewName();
        var subject = Probe.DigestOf(await p.PushAsync(name, "1"));
        return (name, subject, await p.PushAsync(name, "note", subject, Note), await p.PushAsync(name, "seal", subject, Seal));
    }
}
