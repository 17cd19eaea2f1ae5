using System.Net;
using Xunit;

namespace Portal.Integration.Tests.Conformance;

static class DeletionRequirements
{
    public static IReadOnlyList<Requirement> All { get; } =
    [
        new("delete-tag", Level.Should, "DELETE of a tag is 202; the tag is 404 afterwards and the manifest stays by digest.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PushAsync(name, "1");
            using var deleted = await p.DeleteAsync($"v2/{name}/manifests/1");
            Probe.Status(HttpStatusCode.Accepted, deleted);
            using var tag = await p.GetManifestAsync(name, "1");
            await Probe.RefusedAsync(HttpStatusCode.NotFound, tag, "MANIFEST_UNKNOWN");
            using var digest = await p.GetManifestAsync(name, Probe.DigestOf(manifest));
            Probe.Status(HttpStatusCode.OK, digest);
        }),
        new("delete-manifest", Level.Must, "DELETE of a manifest by digest is 202; it and its tags are 404 afterwards.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PushAsync(name, "1");
            using var deleted = await p.DeleteAsync($"v2/{name}/manifests/{Probe.DigestOf(manifest)}");
            Probe.Status(HttpStatusCode.Accepted, deleted);
            foreach (var reference in (string[])["1", Probe.DigestOf(manifest)])
            {
                using var answer = await p.GetManifestAsync(name, reference);
                Probe.Status(HttpStatusCode.NotFound, answer);
            }
            using var tags = await p.GetAsync($"v2/{name}/tags/list");
            if (tags.IsSuccessStatusCode) Assert.Empty(await Probe.NamesAsync(tags, "tags"));
        }),
        new("delete-unknown", Level.Must, "DELETE of a manifest that is not there is 404 `MANIFEST_UNKNOWN`.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PushAsync(name, "1");
            using var first = await p.DeleteAsync($"v2/{name}/manifests/{Probe.DigestOf(manifest)}");
            using var again = await p.DeleteAsync($"v2/{name}/manifests/{Probe.DigestOf(manifest)}");
            await Probe.RefusedAsync(HttpStatusCode.NotFound, again, "MANIFEST_UNKNOWN");
        }),
        new("delete-pushed-again", Level.Must, "What was deleted can be pushed again.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PushAsync(name, "1");
            using var deleted = await p.DeleteAsync($"v2/{name}/manifests/{Probe.DigestOf(manifest)}");
            using var put = await p.PutManifestAsync(name, "1", manifest);
            Probe.Status(HttpStatusCode.Created, put);
            using var answer = await p.GetManifestAsync(name, "1");
            Assert.Equal(manifest, await answer.Content.ReadAsByteArrayAsync());
        }),
        new("delete-blob", Level.Must, "DELETE of a blob is 202, or refused with 400 or 405 by a registry that does not offer it.", async p =>
        {
            var name = p.NewName();
            var digest = await p.PushBlobAsync(name, Probe.Bytes(10));
            using var deleted = await p.DeleteAsync($"v2/{name}/blobs/{digest}");
            if (deleted.StatusCode != HttpStatusCode.Accepted) await Probe.RefusedAsync(HttpStatusCode.MethodNotAllowed, deleted, "UNSUPPORTED");
        }),
        new("delete-blob-named", Level.May, "A blob that a manifest names cannot be deleted under it.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PushAsync(name, "1");
            var layer = System.Text.Json.Nodes.JsonNode.Parse(manifest)!["layers"]![0]!["digest"]!.GetValue<string>();
            using var deleted = await p.DeleteAsync($"v2/{name}/blobs/{layer}");
            using var pulled = await p.GetAsync($"v2/{name}/blobs/{layer}");
            Probe.Status(HttpStatusCode.OK, pulled);
        }),
    ];
}
