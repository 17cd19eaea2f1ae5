using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Integration.Tests.Security;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Ldap;

/// <summary>Finding people of the directory on the screen and making accounts for them.</summary>
[Collection(LdapCollection.Name)]
public sealed class ImportPageTests(LdapFixture ldap)
{
    const string Page = "/admin/users/import?find=imp-";

    [Fact]
    public async Task PeopleFound_AreChosenAndImported_AndMarkedThen()
    {
        foreach (var uid in (string[])["imp-ada", "imp-bob", "imp-eve"]) await ldap.Directory.AddPersonAsync(uid, LdapFixture.Password);
        var admin = await SecurityFixture.SignedInAsync(ldap.Host, "admin", PortalHost.AdminPassword);
        Assert.Contains("/admin/users/import", (await admin.GetAsync("/admin/users")).Html, StringComparison.Ordinal);
        var found = await admin.GetAsync(Page);
        Assert.Contains("3 people", found.Text, StringComparison.Ordinal);
        Assert.Contains("None yet", found.Text, StringComparison.Ordinal);

        Assert.Equal("/admin/users", (await admin.PostAsync(Page, "import", ("selected", "imp-ada"), ("selected", "imp-bob"))).Location);

        var made = await ldap.ReadAsync(db => db.Users.Where(u => u.UserName!.StartsWith("imp-")).OrderBy(u => u.UserName).Select(u => new { u.UserName, u.Source, u.PasswordHash }).ToListAsync());
        Assert.Equal(["imp-ada", "imp-bob"], made.Select(u => u.UserName));
        Assert.All(made, u => Assert.Equal((UserSource.Ldap, null), (u.Source, u.PasswordHash)));
        Assert.Equal(2, await ldap.ReadAsync(db => db.AuditEvents.CountAsync(e => e.Actor == "admin" && e.Action == "create" && e.Resource.StartsWith("imp-"))));
        Assert.Equal(1, System.Text.RegularExpressions.Regex.Count((await admin.GetAsync(Page)).Text, "None yet"));
        Assert.Contains("Directory", (await admin.GetAsync("/admin/users?q=imp-ada")).Text, StringComparison.Ordinal);

        var partly = await admin.PostAsync(Page, "import", ("selected", "imp-eve"), ("selected", "imp-nobody"));
        Assert.Contains("imp-nobody : the directory has nobody of this name any more", partly.Text, StringComparison.Ordinal);
        Assert.Contains("1 person is imported; the others are not.", partly.Text, StringComparison.Ordinal);
        Assert.Contains("Nobody of this name", (await admin.GetAsync("/admin/users/import?find=not-there-at-all")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutTheRight_ThereIsNoSuchPage()
    {
        await ldap.Host.CreateUserAsync("no-importer");
        var person = await SecurityFixture.SignedInAsync(ldap.Host, "no-importer");
        Assert.Equal(404, (await person.GetAsync(Page)).Status);
    }
}
