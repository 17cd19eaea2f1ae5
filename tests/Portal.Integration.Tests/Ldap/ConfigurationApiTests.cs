using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Ldap;

[Collection(LdapCollection.Name)]
public sealed class ConfigurationApiTests(LdapFixture ldap)
{
    [Fact]
    public async Task Configurations_Read_HoldsEverythingButSecrets()
    {
        using var admin = ldap.Host.Client("admin");

        var text = await admin.GetStringAsync(new Uri("/api/v2.0/configurations", UriKind.Relative));
        var json = JsonNode.Parse(text)!;

        Assert.Equal("ldap_auth", (string)json["auth_mode"]!["value"]!);
        Assert.Equal(2, (int)json["ldap_scope"]!["value"]!);
        Assert.True((bool)json["ldap_verify_cert"]!["editable"]!);
        Assert.Null(json["ldap_search_password"]);
        Assert.Null(json["oidc_client_secret"]);
        Assert.DoesNotContain(SlapdProcess.AdminPassword, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchPassword_InTheDatabaseAndTheAuditLog_IsNotReadable()
    {
        var stored = await ldap.ReadAsync(db => db.Settings.Where(s => s.Key == "ldap_search_password").Select(s => s.Value).SingleAsync());
        var audited = await ldap.ReadAsync(db => db.AuditEvents.Where(e => e.ResourceType == "settings").ToListAsync());

        Assert.NotEqual("", stored);
        Assert.DoesNotContain(SlapdProcess.AdminPassword, stored, StringComparison.Ordinal);
        Assert.NotEmpty(audited);
        Assert.DoesNotContain(audited, a => $"{a.Before}{a.After}".Contains(SlapdProcess.AdminPassword, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"ldap_scope":3}""", "ldap_scope is 0 to 2"), InlineData("""{"ldap_timeout":"soon"}""", "ldap_timeout is a whole number"), InlineData("""{"ldap_url":"http://x"}""", "ldap_url is ldap://")]
    [InlineData("""{"ldap_base_dn":"people"}""", "ldap_base_dn is a distinguished name"), InlineData("""{"ldap_filter":"(a=b)(c=d)"}""", "ldap_filter is a search filter"), InlineData("""{"ldap_uid":"uid)(a"}""", "ldap_uid is the name of an attribute")]
    [InlineData("""{"oidc_scope":"profile"}""", "oidc_scope includes openid"), InlineData("""{"oidc_group_filter":"("}""", "oidc_group_filter is a regular expression"), InlineData("""{"oidc_extra_redirect_parms":"[]"}""", "oidc_extra_redirect_parms is a JSON object")]
    [InlineData("""{"no_such_setting":1}""", "no_such_setting is not a setting"), InlineData("""{"auth_mode":"magic"}""", "auth_mode is db_auth"), InlineData("""{"oidc_enabled":true}""", "oidc_endpoint is needed"), InlineData("""{"ldap_url":[]}""", "ldap_url is a text")]
    public async Task Configurations_BadValue_NamesFieldAndBound(string body, string says)
    {
        using var admin = ldap.Host.Client("admin");
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await admin.PutAsync(new Uri("/api/v2.0/configurations", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ping_StoredWrongAndForeign_AnswersAsTheContractSays()
    {
        using var admin = ldap.Host.Client("admin");

        Assert.True((bool)(await PingAsync(admin, null)).Json["success"]!);
        var wrong = await PingAsync(admin, new { ldap_search_password = "wrong" });
        Assert.False((bool)wrong.Json["success"]!);
        Assert.Contains("refused", (string)wrong.Json["message"]!, StringComparison.Ordinal);
        // the stored password does not travel to an address that somebody just typed
        var foreign = await PingAsync(admin, new { ldap_url = "ldap://127.0.0.1:1" });
        Assert.Equal(HttpStatusCode.BadRequest, foreign.Status);
    }

    [Fact]
    public async Task Directory_SearchedAndImportedByRest_AnswersAsTheContractSays()
    {
        await ldap.Directory.AddPersonAsync("rest-rita", LdapFixture.Password, name: "Rita");
        await ldap.Directory.AddGroupAsync("rest-group", "rest-rita");
        using var admin = ldap.Host.Client("admin");

        var people = JsonNode.Parse(await admin.GetStringAsync(new Uri("/api/v2.0/ldap/users/search?username=rest-r", UriKind.Relative)))!.AsArray();
        Assert.Equal(("rest-rita", "Rita"), ((string)people[0]!["username"]!, (string)people[0]!["realname"]!));
        Assert.Empty(JsonNode.Parse(await admin.GetStringAsync(new Uri("/api/v2.0/ldap/users/search?username=rest*", UriKind.Relative)))!.AsArray());
        using var import = await admin.PostAsJsonAsync("/api/v2.0/ldap/users/import", new { ldap_uid_list = new[] { "rest-rita", "nobody" } });
        Assert.Equal(HttpStatusCode.NotFound, import.StatusCode);
        Assert.Equal("nobody", (string)JsonNode.Parse(await import.Content.ReadAsStringAsync())![0]!["uid"]!);
        using var made = await admin.PostAsJsonAsync("/api/v2.0/usergroups", new { group_type = 1, ldap_group_dn = $"cn=rest-group,{SlapdProcess.Groups}" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var group = JsonNode.Parse(await admin.GetStringAsync(made.Headers.Location))!;
        Assert.Equal(("rest-group", 1), ((string)group["group_name"]!, (int)group["group_type"]!));
    }

    [Fact]
    public async Task LocalGroup_ByRest_IsMadeFilledAndDeletedWithItsRoles()
    {
        await ldap.Host.CreateUserAsync("sue");
        using var admin = ldap.Host.Client("admin");
        using var made = await admin.PostAsJsonAsync("/api/v2.0/usergroups", new { group_name = "builders", group_type = 2 });
        using var again = await admin.PostAsJsonAsync("/api/v2.0/usergroups", new { group_name = "builders", group_type = 2 });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Conflict), (made.StatusCode, again.StatusCode));
        var id = int.Parse(made.Headers.Location!.ToString().Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);

        using var added = await admin.PostAsJsonAsync($"/api/portal/groups/{id}/members", new { username = "sue" });
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal("sue", (string)JsonNode.Parse(await admin.GetStringAsync(new Uri($"/api/portal/groups/{id}/members", UriKind.Relative)))![0]!["username"]!);
        using var renamed = await admin.PutAsJsonAsync($"/api/v2.0/usergroups/{id}", new { group_name = "makers" });
        Assert.Equal(HttpStatusCode.OK, renamed.StatusCode);
        using var deleted = await admin.DeleteAsync(new Uri($"/api/v2.0/usergroups/{id}", UriKind.Relative));
        using var gone = await admin.GetAsync(new Uri($"/api/v2.0/usergroups/{id}", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (deleted.StatusCode, gone.StatusCode));
    }

    static async Task<(HttpStatusCode Status, JsonNode Json)> PingAsync(HttpClient admin, object? body)
    {
        using var answer = body is null ? await admin.PostAsync(new Uri("/api/v2.0/ldap/ping", UriKind.Relative), null) : await admin.PostAsJsonAsync("/api/v2.0/ldap/ping", body);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}
