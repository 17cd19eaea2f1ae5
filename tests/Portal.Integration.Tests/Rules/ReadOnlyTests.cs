using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Artifacts;
using Portal.Data;
using Portal.Integration.Tests.Gateway;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Rules;

/// <summary>Read-only mode: every change is refused at every door of every node, and everything else goes on.</summary>
public sealed class ReadOnlyTests(GatewayFixture portal) : RulesTests(portal), IClassFixture<GatewayFixture>
{
    const string Text = "The system is in read only mode. Any modification is prohibited.";

    [Fact]
    public async Task ReadOnly_RefusesChangesEverywhere_AndGoesAsItCame()
    {
        var repository = GatewayFixture.NewRepository();
        var image = NewImage();
        await Portal.PushAsync(repository, image, "1", "2");
        var deletion = (await Portal.Host.Services.GetRequiredService<ArtifactDeleter>().DeleteTagAsync(Portal.Host.Admin, Name(repository), Tag("2"), CancellationToken.None)).Value;
        var connection = Portal.Host.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString;
        // another node over the same database
        await using var second = await PortalHost.StartAsync(configure: builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Portal:Database:ConnectionString"] = connection }));

        Assert.Equal(403, (await SendAsync("PUT", "/api/v2.0/configurations", new { read_only = true })).Status);
        Assert.Equal(200, (await SendAsync("PUT", "/api/v2.0/configurations", new { read_only = true }, "admin")).Status);
        try
        {
            Assert.True((bool)(await GetAsync("/api/v2.0/configurations", "admin"))["read_only"]!["value"]!);
            Assert.True((bool)(await GetAsync("/api/v2.0/systeminfo"))["read_only"]!);
            foreach (var (method, path) in ((string, string)[])[
                ("PUT", $"v2/{repository}/manifests/3"), ("POST", $"v2/{repository}/blobs/uploads/"), ("DELETE", $"v2/{repository}/manifests/1"),
                ("DELETE", $"{Rest(repository)}/artifacts/1/tags/1"), ("POST", "/api/v2.0/projects"), ("PUT", "/api/portal/projects/team/content-types")])
                Assert.Equal((403, "DENIED", Text), await SendAsync(method, path, method is "PUT" or "POST" ? new { } : null));
            Assert.Equal(Text, (await Portal.Host.Services.GetRequiredService<DeletionService>().RestoreAsync(Portal.Host.Admin, deletion.DeletionId, CancellationToken.None)).Error!.Message);
            Assert.Equal(image.Digest, await DigestAsync(repository, "1"));

            using (var visitor = Portal.Host.Client())
            {
                Assert.Contains("Read-only.", await visitor.GetStringAsync("sign-in"), StringComparison.Ordinal);
                // a form leads back to its page, which says why
                using var posted = await visitor.PostAsync("projects/team?tab=x", new FormUrlEncodedContent([new("a", "b")]));
                Assert.Equal((HttpStatusCode.Found, "/projects/team?tab=x"), (posted.StatusCode, posted.Headers.Location?.OriginalString));
                Assert.Contains(posted.Headers.GetValues("Set-Cookie"), c => c.StartsWith("portal-toast=", StringComparison.Ordinal));
            }
            var watch = Stopwatch.StartNew();
            using var other = second.Client("dev");
            while (true)
            {
                using var answer = await other.PostAsync($"v2/{repository}/blobs/uploads/", null);
                if (answer.StatusCode == HttpStatusCode.Forbidden) break;
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), "the other node still takes uploads");
                await Task.Delay(50);
            }
        }
        finally
        {
            Assert.Equal(200, (await SendAsync("PUT", "/api/v2.0/configurations", new { read_only = false }, "admin")).Status);
        }
        Assert.Equal(201, (await PutAsync(repository, NewImage(), "3")).Status);
        Assert.True((await Portal.Host.Services.GetRequiredService<DeletionService>().RestoreAsync(Portal.Host.Admin, deletion.DeletionId, CancellationToken.None)).Ok);
    }
}
