using System.Net;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Api;

/// <summary>What each role reads in the audit log of the whole system and of a project.</summary>
[Collection(ChangesCollection.Name)]
public sealed class AuditApiTests(ApiFixture api)
{
    async Task<List<string>> ResourcesAsync(string user, string path) => [.. (await api.SendAsync(user, "GET", path)).Json.AsArray().Select(e => $"{(string)e!["resource_type"]!} {(string)e["resource"]!}")];

    [Theory]
    [InlineData("auditlog-exts?page_size=100"), InlineData("audit-logs?page_size=100")]
    public async Task SystemLog_ByRole_HoldsTheProjectsWhoseLogOneMayRead(string path)
    {
        var all = await ResourcesAsync("admin", path);
        Assert.Contains("project own", all);
        Assert.Contains("project foreign", all);
        Assert.Contains("user outsider", all);

        var own = await ResourcesAsync("owner", path);
        Assert.Contains("project own", own);
        Assert.Contains(own, r => r.StartsWith("member own", StringComparison.Ordinal));
        Assert.DoesNotContain(own, r => r.StartsWith("user ", StringComparison.Ordinal) || r.Contains("foreign", StringComparison.Ordinal));

        foreach (var weak in (string[])["limited", "guest", "developer", "maintainer", "outsider"]) Assert.Empty(await ResourcesAsync(weak, path));
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(null, "GET", path)).Status);
    }

    [Fact]
    public async Task SystemLog_ConditionOnAForeignProject_FindsNothing()
    {
        Assert.Empty(await ResourcesAsync("owner", $"auditlog-exts?q=project_id={api.Foreign.Id}"));
        Assert.NotEmpty(await ResourcesAsync("admin", $"auditlog-exts?q=project_id={api.Foreign.Id}"));
    }

    [Fact]
    public async Task Log_OfWhatWasDone_NamesActorOperationAndOutcome()
    {
        await api.SendAsync("admin", "POST", "users", new { username = "audited", password = PortalHost.Password });
        var made = (await api.SendAsync("admin", "GET", "auditlog-exts?q=resource=audited,operation=create")).Json.AsArray().Single()!;
        Assert.Equal(("admin", "user", "create user audited", true), ((string)made["username"]!, (string)made["resource_type"]!, (string)made["operation_description"]!, (bool)made["operation_result"]!));
        Assert.DoesNotContain(PortalHost.Password, (await api.SendAsync("admin", "GET", "auditlog-exts?page_size=100")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProjectLog_OfOneProject_HoldsNoOther()
    {
        var rows = await ResourcesAsync("owner", "projects/own/auditlog-exts?page_size=100");
        Assert.NotEmpty(rows);
        Assert.DoesNotContain(rows, r => r.Contains("foreign", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("maintainer", "GET", "projects/own/auditlog-exts")).Status);
    }
}
