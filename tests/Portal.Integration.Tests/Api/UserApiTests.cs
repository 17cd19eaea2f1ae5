using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Groups;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Api;

/// <summary>Accounts: made, changed by themselves and by others, their passwords and the administrator flag.</summary>
[Collection(ChangesCollection.Name)]
public sealed class UserApiTests(ApiFixture api)
{
    const string Wanted = "Another-password-2";

    async Task<string> CreateAsync(string name)
    {
        var made = await api.SendAsync("admin", "POST", "users", new { username = name, password = PortalHost.Password, realname = "Some One", email = name + "@example.org", comment = "new" });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        return made.Headers["Location"];
    }

    async Task<HttpStatusCode> SignInAsync(string name, string password)
    {
        using var client = api.Host.Client(name, password);
        using var answer = await client.GetAsync(new Uri("/api/v2.0/users/current", UriKind.Relative));
        return answer.StatusCode;
    }

    [Fact]
    public async Task Create_Account_IsAtItsLocationAndMaySignIn()
    {
        var location = await CreateAsync("made");
        var made = (await api.SendAsync("admin", "GET", location)).Json;
        Assert.Equal(("made", "Some One", "made@example.org", "new", false), ((string)made["username"]!, (string)made["realname"]!, (string)made["email"]!, (string)made["comment"]!, (bool)made["sysadmin_flag"]!));
        Assert.Equal(location, $"/api/v2.0/users/{(int)(await api.SendAsync("made", "GET", "users/current")).Json["user_id"]!}");
        Assert.DoesNotContain("password", made.ToJsonString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Create_TakenOrUnfit_SaysWhichField()
    {
        await CreateAsync("taken");
        var taken = await api.SendAsync("admin", "POST", "users", new { username = "TAKEN", password = PortalHost.Password });
        Assert.Equal((HttpStatusCode.Conflict, "CONFLICT"), (taken.Status, taken.Code));
        var name = await api.SendAsync("admin", "POST", "users", new { username = "a b", password = PortalHost.Password });
        Assert.Equal((HttpStatusCode.BadRequest, "A user name"), (name.Status, name.Message[..11]));
        var password = await api.SendAsync("admin", "POST", "users", new { username = "short", password = "short" });
        Assert.Equal((HttpStatusCode.BadRequest, "A password"), (password.Status, password.Message[..10]));
        var mail = await api.SendAsync("admin", "POST", "users", new { username = "mail", password = PortalHost.Password, email = "nobody" });
        Assert.Equal(HttpStatusCode.BadRequest, mail.Status);
        Assert.Equal("0", (await api.SendAsync("admin", "GET", "users?q=username={short mail}")).Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Update_OwnProfile_ChangesWhatIsSentAndNothingElse()
    {
        var own = await CreateAsync("selfish");
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("selfish", "PUT", own, new { realname = "Me" })).Status);
        var now = (await api.SendAsync("selfish", "GET", own)).Json;
        Assert.Equal(("Me", "selfish@example.org", "new"), ((string)now["realname"]!, (string)now["email"]!, (string)now["comment"]!));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("selfish", "PUT", own, new { email = "@" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("outsider", "PUT", own, new { realname = "You" })).Status);
        Assert.Equal("Me", (string)(await api.SendAsync("admin", "GET", own)).Json["realname"]!);
    }

    [Fact]
    public async Task Password_Own_NeedsThePresentOne()
    {
        var own = await CreateAsync("changer");
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("changer", "PUT", own + "/password", new { old_password = "not this one", new_password = Wanted })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("changer", "PUT", own + "/password", new { old_password = PortalHost.Password, new_password = PortalHost.Password })).Status);
        Assert.Equal(HttpStatusCode.OK, await SignInAsync("changer", PortalHost.Password));
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("changer", "PUT", own + "/password", new { old_password = PortalHost.Password, new_password = Wanted })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync("changer", PortalHost.Password));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync("changer", Wanted));
    }

    [Fact]
    public async Task Password_OfAnother_IsForAdministrators()
    {
        var path = await CreateAsync("reset") + "/password";
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("outsider", "PUT", path, new { old_password = PortalHost.Password, new_password = Wanted })).Status);
        Assert.Equal(HttpStatusCode.OK, await SignInAsync("reset", PortalHost.Password));
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", path, new { new_password = Wanted })).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await SignInAsync("reset", PortalHost.Password), await SignInAsync("reset", Wanted)));
    }

    [Fact]
    public async Task SysAdmin_GivenAndTaken_IsTrueAtOnce()
    {
        var user = await CreateAsync("deputy");
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("deputy", "PUT", user + "/sysadmin", new { sysadmin_flag = true })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("deputy", "GET", "users")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", user + "/sysadmin", new { sysadmin_flag = true })).Status);
        Assert.True((bool)(await api.SendAsync("deputy", "GET", "users/current")).Json["sysadmin_flag"]!);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("deputy", "GET", "users")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await api.SendAsync("deputy", "PUT", user + "/sysadmin", new { sysadmin_flag = false })).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", user + "/sysadmin", new { sysadmin_flag = false })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("deputy", "GET", "users")).Status);
    }

    [Fact]
    public async Task Administrator_ByAGroup_IsOneInAuth()
    {
        var person = await api.Host.CreateUserAsync("by-group");
        async Task<(bool Flag, bool InAuth)> SaidAsync(string user)
        {
            var json = (await api.SendAsync(user, "GET", "users/current")).Json;
            return ((bool)json["sysadmin_flag"]!, (bool)json["admin_role_in_auth"]!);
        }

        Assert.Equal((false, false), await SaidAsync(person.Name));
        var groups = api.Host.Services.GetRequiredService<GroupService>();
        var group = (await groups.CreateAsync(api.Host.Admin, GroupSource.Local, "chiefs", "chiefs", "", default)).Value;
        Assert.True((await groups.AddMemberAsync(api.Host.Admin, group, person.Name, default)).Ok);
        var binding = await api.Host.BindAsync(Caller.Anonymous with { Kind = SubjectKind.Group, Id = group, Name = "chiefs" }, BuiltInRoles.SystemAdministrator, null);

        Assert.Equal((true, true), await SaidAsync(person.Name));
        Assert.Equal((true, false), await SaidAsync("admin"));
        var listed = (await api.SendAsync("admin", "GET", "users?q=username=by-group")).Json.AsArray().Single()!;
        Assert.True((bool)listed["admin_role_in_auth"]!);
        Assert.True((await api.Host.Services.GetRequiredService<BindingService>().WithdrawAsync(api.Host.Admin, AccessTarget.System, "", binding, default)).Ok);
        Assert.Equal((false, false), await SaidAsync(person.Name));
    }

    [Fact]
    public async Task Delete_Account_EndsItAndFreesItsName()
    {
        var user = await CreateAsync("leaver");
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", user)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "GET", user)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync("leaver", PortalHost.Password));
        Assert.NotEqual(user, await CreateAsync("leaver"));
    }

    [Fact]
    public async Task Search_ByAnybodySignedIn_TellsIdAndNameOnly()
    {
        var found = (await api.SendAsync("outsider", "GET", "users/search?username=maintain")).Json.AsArray().Single()!.AsObject();
        Assert.Equal(["user_id", "username"], found.Select(f => f.Key).Order(StringComparer.Ordinal));
        Assert.Equal(api.UserIds["maintainer"].ToString(CultureInfo.InvariantCulture), found["user_id"]!.ToString());
    }
}
