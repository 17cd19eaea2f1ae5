using System.Net;
using Xunit;

namespace Portal.Integration.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class ArtifactApiTests(ApiFixture api)
{
    const string Repository = "projects/own/repositories/team%252Fapp";

    [Theory]
    [InlineData("team%252Fapp"), InlineData("team%2Fapp")]
    public async Task Repository_NameEncodedOnceOrTwice_IsFound(string name)
    {
        var repository = (await api.SendAsync("guest", "GET", $"projects/own/repositories/{name}")).Json;
        Assert.Equal("own/team/app", (string)repository["name"]!);
        Assert.Equal(0, (long)repository["pull_count"]!);
        Assert.Equal(4, (long)repository["artifact_count"]!);
        Assert.Null(repository["description"]);
    }

    [Fact]
    public async Task Repository_Described_SaysSo()
    {
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("developer", "PUT", "projects/own/repositories/team%2Fapp", new { description = "<b>what</b>", name = "own/other", pull_count = 7 })).Status);
        var repository = (await api.SendAsync("developer", "GET", Repository)).Json;
        Assert.Equal(("<b>what</b>", "own/team/app", 0L), ((string)repository["description"]!, (string)repository["name"]!, (long)repository["pull_count"]!));
        await api.SendAsync("developer", "PUT", Repository, new { description = "" });
    }

    [Fact]
    public async Task Artifact_ByTagAndDigest_IsTheSame()
    {
        var byTag = await api.SendAsync("guest", "GET", $"{Repository}/artifacts/1.0");
        Assert.Equal(byTag.Text, (await api.SendAsync("guest", "GET", $"{Repository}/artifacts/{ApiFixture.Digest}")).Text);
        Assert.Equal("IMAGE", (string)byTag.Json["type"]!);
        Assert.Equal("application/vnd.oci.image.config.v1+json", (string)byTag.Json["media_type"]!);
        Assert.Equal("0001-01-01T00:00:00.000Z", (string)byTag.Json["pull_time"]!);
        Assert.Equal("2026-03-04T05:07:07.890Z", (string)byTag.Json["push_time"]!);
        Assert.Equal("amd64", (string)byTag.Json["extra_attrs"]!["architecture"]!);
        Assert.Equal("A=b", (string)byTag.Json["extra_attrs"]!["config"]!["Env"]![0]!);
        Assert.False((bool)byTag.Json["tags"]![0]!["immutable"]!);
        Assert.Equal($"/api/v2.0/projects/own/repositories/team%252Fapp/artifacts/{ApiFixture.Digest}/additions/build_history", (string)byTag.Json["addition_links"]!["build_history"]!["href"]!);
    }

    [Theory]
    [InlineData("", "chart-1 multi 1.0")]
    [InlineData("?sort=size", "1.0 multi chart-1")]
    [InlineData("?q=tags=~LATE", "1.0")]
    [InlineData("?q=tags=multi", "multi")]
    [InlineData("?q=tags=nil", "")]
    [InlineData("?q=type=CHART", "chart-1")]
    [InlineData("?q=type={CHART%20IMAGE}", "chart-1 multi 1.0")]
    [InlineData("?q=size=[1002~]", "chart-1 multi")]
    [InlineData("?q=digest=" + ApiFixture.IndexDigest, "multi")]
    public async Task Artifacts_Asked_AreListed(string query, string tags)
    {
        foreach (var list in (string[])[$"{Repository}/artifacts", "projects/own/artifacts"])
        {
            var answer = await api.SendAsync("guest", "GET", list + query);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            // The image has two tags of the same time, of which the later one comes first.
            Assert.Equal(tags, string.Join(' ', answer.Json.AsArray().Select(a => (string)a!["tags"]!.AsArray().Last()!["name"]!)));
        }
    }

    [Fact]
    public async Task Artifacts_WithAccessories_CarryTheirSignature()
    {
        var image = (await api.SendAsync("guest", "GET", $"{Repository}/artifacts?with_accessory=true&with_tag=false&q=digest={ApiFixture.Digest}")).Json[0]!;
        Assert.Null(image["tags"]);
        Assert.Equal(ApiFixture.SignatureDigest, (string)image["accessories"]!.AsArray().Single()!["digest"]!);
        var accessory = (await api.SendAsync("guest", "GET", $"{Repository}/artifacts/1.0/accessories")).Json.AsArray().Single()!;
        Assert.Equal(("signature.cosign", "own/team/app", ""), ((string)accessory["type"]!, (string)accessory["subject_artifact_repo"]!, (string)accessory["icon"]!));
    }

    [Fact]
    public async Task Index_NamesItsPlatforms()
    {
        var reference = (await api.SendAsync("guest", "GET", $"{Repository}/artifacts/multi")).Json["references"]!.AsArray().Single()!;
        Assert.Equal((ApiFixture.Digest, "linux"), ((string)reference["child_digest"]!, (string)reference["platform"]!["os"]!));
    }

    [Theory]
    [InlineData("1.0", "build_history", 200), InlineData("chart-1", "dependencies", 200), InlineData("chart-1", "build_history", 404), InlineData("1.0", "readme.md", 404), InlineData("none", "build_history", 404)]
    public async Task Addition_Asked_Answers(string reference, string addition, int status) =>
        Assert.Equal(status, (int)(await api.SendAsync("guest", "GET", $"{Repository}/artifacts/{reference}/additions/{addition}")).Status);

    [Fact]
    public async Task Tags_Filtered_ArePaged()
    {
        Assert.Equal("2", (await api.SendAsync("guest", "GET", $"{Repository}/artifacts/{ApiFixture.Digest}/tags?page_size=1")).Headers["X-Total-Count"]);
        Assert.Equal("1.0", (string)(await api.SendAsync("guest", "GET", $"{Repository}/artifacts/{ApiFixture.Digest}/tags?q=name=~1.")).Json.AsArray().Single()!["name"]!);
    }

    [Fact]
    public async Task Search_AndStatistics_ShowWhatTheCallerMaySee()
    {
        Assert.Empty((await api.SendAsync("outsider", "GET", "search?q=team")).Json["repository"]!.AsArray());
        Assert.Contains((await api.SendAsync("guest", "GET", "search?q=team")).Json["repository"]!.AsArray(), r => (string)r!["repository_name"]! == "own/team/app");
        var counts = (await api.SendAsync("guest", "GET", "statistics")).Json;
        Assert.Equal((1L, 1L, 0L), ((long)counts["private_project_count"]!, (long)counts["private_repo_count"]!, (long)counts["total_repo_count"]!));
        Assert.True((long)(await api.SendAsync("admin", "GET", "statistics")).Json["total_repo_count"]! >= 2);
    }

    [Fact]
    public async Task PublicProject_ForAnybody_ListsButDoesNotRead()
    {
        var project = await api.Host.CreateProjectAsync("open", isPublic: true);
        await api.AddImagesAsync(project);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(null, "GET", "projects/open")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(null, "GET", "projects/open/repositories/team%2Fapp/artifacts/1.0")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(null, "GET", "projects/open/repositories/team%2Fapp")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(null, "GET", "projects/open/repositories/team%2Fapp/artifacts/none")).Status);
    }

    [Fact]
    public async Task Changes_OfTagsArtifactsAndRepository_Follow()
    {
        var project = await api.Host.CreateProjectAsync("changes");
        await api.AddImagesAsync(project);
        const string images = "projects/changes/repositories/team%252Fapp";
        var made = await api.SendAsync("admin", "POST", $"{images}/artifacts/1.0/tags", new { name = "stable" });
        Assert.Equal((HttpStatusCode.Created, "/api/v2.0/projects/changes/repositories/team%252Fapp/artifacts/1.0/tags/stable"), (made.Status, made.Headers["Location"]));
        Assert.Equal("CONFLICT", (await api.SendAsync("admin", "POST", $"{images}/artifacts/multi/tags", new { name = "stable" })).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "DELETE", $"{images}/artifacts/multi/tags/stable")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", $"{images}/artifacts/1.0/tags/stable")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await api.SendAsync("admin", "DELETE", $"{images}/artifacts/1.0")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", $"{images}/artifacts/chart-1")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "GET", $"{images}/artifacts/chart-1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", images)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "GET", images)).Status);
        var log = (await api.SendAsync("admin", "GET", "projects/changes/auditlog-exts?q=resource_type=repository")).Json.AsArray();
        Assert.Contains(log, e => (string)e!["operation"]! == "delete" && (bool)e["operation_result"]!);
    }
}
