using System.Net;

namespace Portal.Integration.Tests.Conformance;

static class BaseRequirements
{
    public static IReadOnlyList<Requirement> All { get; } =
    [
        new("base-known", Level.Must, "`GET /v2/` answers 200 to somebody who is known.", async p =>
        {
            using var answer = await p.GetAsync("v2/");
            Probe.Status(HttpStatusCode.OK, answer);
        }),
        new("base-version", Level.May, "Answers carry `Docker-Distribution-Api-Version: registry/2.0`.", async p =>
        {
            using var answer = await p.GetAsync("v2/");
            Xunit.Assert.Equal("registry/2.0", Probe.Header(answer, "Docker-Distribution-Api-Version"));
        }),
        new("base-challenge", Level.May, "Without credentials the answer is 401 `UNAUTHORIZED` and says where to get a token.", async p =>
        {
            using var answer = await p.Anonymous.GetAsync("v2/");
            await Probe.RefusedAsync(HttpStatusCode.Unauthorized, answer, "UNAUTHORIZED");
            Xunit.Assert.StartsWith("Bearer realm=\"", Probe.Header(answer, "WWW-Authenticate"), StringComparison.Ordinal);
        }),
        new("base-challenge-scope", Level.May, "On a repository's path the challenge names the scope that is needed.", async p =>
        {
            using var answer = await p.Anonymous.GetAsync($"v2/{p.Prefix}/some/manifests/1");
            Xunit.Assert.Contains($"scope=\"repository:{p.Prefix}/some:pull\"", Probe.Header(answer, "WWW-Authenticate"), StringComparison.Ordinal);
        }),
        new("error-denied", Level.May, "Whoever may only read is refused a push with 403 `DENIED` and a sentence.", async p =>
        {
            using var answer = await p.Reader.PostAsync($"v2/{p.NewName()}/blobs/uploads/", null);
            await Probe.RefusedAsync(HttpStatusCode.Forbidden, answer, "DENIED");
        }),
        new("error-body", Level.Must, "A refusal is JSON with `errors`, each with `code` and `message`.", async p =>
        {
            using var answer = await p.GetManifestAsync(p.NewName(), "none");
            await Probe.RefusedAsync(HttpStatusCode.NotFound, answer, "MANIFEST_UNKNOWN", "NAME_UNKNOWN");
        }),
        new("error-head", Level.Must, "A refused HEAD has the status alone and no body.", async p =>
        {
            using var answer = await p.HeadAsync($"v2/{p.NewName()}/manifests/none");
            Probe.Status(HttpStatusCode.NotFound, answer);
            Xunit.Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }),
        new("error-name", Level.Must, "A name outside the grammar is refused with 400 `NAME_INVALID`.", async p =>
        {
            using var answer = await p.GetAsync($"v2/{p.Prefix}/UPPER/tags/list");
            await Probe.RefusedAsync(HttpStatusCode.BadRequest, answer, "NAME_INVALID");
        }),
        new("error-digest", Level.Must, "A malformed digest is refused with 400 `DIGEST_INVALID`, wherever it stands.", async p =>
        {
            var name = p.NewName();
            await p.PushAsync(name, "1");
            foreach (var address in (string[])[$"v2/{name}/blobs/sha256:xyz", $"v2/{name}/manifests/sha256:xyz"])
            {
                using var answer = await p.GetAsync(address);
                await Probe.RefusedAsync(HttpStatusCode.BadRequest, answer, "DIGEST_INVALID");
            }
            using var finish = await p.FinishAsync(await p.OpenUploadAsync(name), [1], "sha256:xyz");
            await Probe.RefusedAsync(HttpStatusCode.BadRequest, finish, "DIGEST_INVALID");
        }),
        new("error-tag", Level.Should, "A tag outside the grammar is refused with 4xx when it is pushed.", async p =>
        {
            using var answer = await p.PutManifestAsync(p.NewName(), "-1", [1]);
            Xunit.Assert.InRange((int)answer.StatusCode, 400, 499);
        }),
        new("error-route", Level.May, "A path that the protocol does not know is 404 with an error body.", async p =>
        {
            using var answer = await p.GetAsync($"v2/{p.NewName()}/nothing");
            await Probe.RefusedAsync(HttpStatusCode.NotFound, answer, "UNSUPPORTED");
        }),
        new("error-method", Level.May, "A method that a path does not have is 405 `UNSUPPORTED` and says in `Allow` which ones it has.", async p =>
        {
            using var answer = await p.SendAsync(HttpMethod.Post, $"v2/{p.NewName()}/tags/list", []);
            await Probe.RefusedAsync(HttpStatusCode.MethodNotAllowed, answer, "UNSUPPORTED");
            Xunit.Assert.Contains("GET", Probe.Header(answer, "Allow"), StringComparison.Ordinal);
        }),
        new("options", Level.May, "`OPTIONS` tells the methods of a path.", async p =>
        {
            using var answer = await p.SendAsync(HttpMethod.Options, $"v2/{p.NewName()}/manifests/1");
            Xunit.Assert.True(answer.IsSuccessStatusCode);
            foreach (var method in (string[])["GET", "HEAD", "PUT", "DELETE"]) Xunit.Assert.Contains(method, Probe.Header(answer, "Allow"), StringComparison.Ordinal);
        }),
    ];
}
