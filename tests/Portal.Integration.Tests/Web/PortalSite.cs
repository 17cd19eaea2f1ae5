using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Web;

/// <summary>One whole portal for all tests of pages: the Launcher with PostgreSQL and docker-registry, and accounts of every kind.</summary>
public sealed class PortalSite : IAsyncLifetime
{
    public const string AdminPassword = "correct-horse-9";
    public const string FirstPassword = "first-password-1";
    public const string OwnPassword = "own-password-22";

    readonly string _folder = Directory.CreateTempSubdirectory("portal-pages-").FullName;
    LauncherProcess? _launcher;

    public Uri Url => _launcher!.Url;

    /// <summary>Signed in as the administrator.</summary>
    public SiteVisitor Admin { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _launcher = LauncherProcess.Start(Path.Combine(_folder, "data"), environment: new Dictionary<string, string> { ["PORTAL_ADMIN_PASSWORD"] = AdminPassword });
        await _launcher.WaitUntilHealthyAsync();
        Admin = await SignedInAsync("admin", AdminPassword);
    }

    public async Task DisposeAsync()
    {
        if (_launcher is not null) await _launcher.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public SiteVisitor Stranger() => new(Url);

    public async Task<SiteVisitor> SignedInAsync(string name, string password)
    {
        var visitor = Stranger();
        var answer = await visitor.PostAsync("/sign-in", "sign-in", ("name", name), ("password", password));
        Assert.Equal(302, answer.Status);
        return visitor;
    }

    /// <summary>Makes an account with an own password and signs it in.</summary>
    public async Task<SiteVisitor> NewPersonAsync(string name)
    {
        await NewAccountAsync(name);
        var visitor = await SignedInAsync(name, FirstPassword);
        var chosen = await visitor.PostAsync("/first-run", "first-run", ("wanted", OwnPassword), ("repeat", OwnPassword));
        Assert.Equal("/", chosen.Location);
        return visitor;
    }

    public async Task NewAccountAsync(string name)
    {
        var made = await Admin.PostAsync("/admin/users", "create", ("Create.Name", name), ("Create.Password", FirstPassword));
        Assert.Equal("/admin/users", made.Location);
    }

    public async Task NewProjectAsync(string name, bool isPublic = false)
    {
        var made = await Admin.PostAsync("/projects", "create", ("Create.Name", name), ("Create.Access", isPublic ? "public" : "private"));
        Assert.Equal($"/projects/{name}", made.Location);
    }

    /// <summary>Makes an account with this role in a project and signs it in.</summary>
    public async Task<SiteVisitor> NewMemberAsync(string project, string name, string role)
    {
        var person = await NewPersonAsync(name);
        var added = await Admin.PostAsync($"/projects/{project}/members", "add", ("Add.User", name), ("Add.Role", role));
        Assert.Equal($"/projects/{project}/members", added.Location);
        return person;
    }
}

[CollectionDefinition(Name)]
public sealed class PortalSiteTests : ICollectionFixture<PortalSite>
{
    public const string Name = "portal site";
}
