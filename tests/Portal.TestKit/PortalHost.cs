using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Access;
using Portal.Data;
using Portal.Projects;
using Portal.Server;

namespace Portal.TestKit;

/// <summary>The whole server on a free loopback port over an empty PostgreSQL database; <c>admin</c> has <see cref="AdminPassword"/>.</summary>
public sealed class PortalHost : IAsyncDisposable
{
    public const string AdminPassword = "Admin-password-1";
    public const string Password = "User-password-1";

    static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(2);

    readonly WebApplication _app;
    readonly PostgreSqlProcess? _owned;

    PortalHost(WebApplication app, PostgreSqlProcess? owned) => (_app, _owned) = (app, owned);

    /// <summary>Its root, with a slash at the end.</summary>
    public Uri BaseAddress => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");

    public IServiceProvider Services => _app.Services;

    /// <summary>The administrator as services know them.</summary>
    public Caller Admin { get; private set; } = Caller.Anonymous;

    /// <summary>The connection string of its database.</summary>
    public string Database => _app.Configuration["Portal:Database:ConnectionString"]!;

    /// <summary>Starts a server, with a cluster of its own when none is given.</summary>
    /// <param name="template">The <see cref="Database"/> of a stopped server of the same cluster whose content it begins with; null for an empty one.</param>
    public static async Task<PortalHost> StartAsync(PostgreSqlProcess? database = null, Action<WebApplicationBuilder>? configure = null, string? template = null)
    {
        var owned = database is null ? await PostgreSqlProcess.StartAsync() : null;
        var connection = await (database ?? owned!).CreateDatabaseAsync(template);
        var app = PortalServer.Build(["--urls", "http://127.0.0.1:0", "--environment", "Production", "--applicationName", "Portal.Server", "--contentRoot", AppContext.BaseDirectory], builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Portal:Database:ConnectionString"] = connection,
                ["PORTAL_ADMIN_PASSWORD"] = AdminPassword,
                // Nobody listens there: tests that push name a registry of their own.
                ["Portal:Registry:Address"] = "http://127.0.0.1:9",
            });
            builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Error).AddConsole().AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
            configure?.Invoke(builder);
        });
        await app.StartAsync();
        var host = new PortalHost(app, owned);
        // Without a password from outside the first account has one that nobody here knows.
        if (app.Configuration["PORTAL_ADMIN_PASSWORD"] is AdminPassword) host.Admin = (await app.Services.GetRequiredService<CredentialService>().VerifyAsync("admin", AdminPassword, Caller.Anonymous, CancellationToken.None)).Value;
        return host;
    }

    /// <summary>A client without cookies; by Basic when a name is given.</summary>
    public HttpClient Client(string? user = null, string? password = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = BaseAddress };
        if (user is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password ?? (user == "admin" ? AdminPassword : Password)}")));
        return client;
    }

    /// <summary>Makes an account with <see cref="Password"/>.</summary>
    public async Task<Caller> CreateUserAsync(string name)
    {
        var id = (await Services.GetRequiredService<UserService>().CreateAsync(Admin, name, Password, UserProfile.Empty, mustChange: false, CancellationToken.None)).Value;
        return Caller.Anonymous with { Kind = SubjectKind.User, Id = id, Name = name };
    }

    /// <summary>Makes a project of the administrator's, or of somebody else's.</summary>
    public async Task<ProjectEntry> CreateProjectAsync(string name, bool isPublic = false, Caller? owner = null) =>
        (await Services.GetRequiredService<ProjectService>().CreateAsync(owner ?? Admin, name, new(Public: isPublic), CancellationToken.None)).Value;

    /// <summary>Makes somebody a member.</summary>
    public async Task<int> AddMemberAsync(ProjectEntry project, string user, BuiltInRole role) =>
        (await Services.GetRequiredService<MemberService>().AddAsync(Admin, project.Target, project.Name, user, role.Name, CancellationToken.None)).Value;

    /// <summary>Gives a role on the whole of a project, or (<paramref name="project"/> null) of the system, or only where patterns match; every node hears of it.</summary>
    public async Task<int> BindAsync(Caller subject, BuiltInRole role, ProjectEntry? project, string repositories = "", string tags = "", DateTimeOffset? until = null)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var binding = new Binding
        {
            SubjectKind = subject.Kind,
            SubjectId = subject.Id,
            RoleId = await db.Roles.Where(r => r.Name == role.Name).Select(r => r.Id).SingleAsync(),
            ProjectId = project?.Id,
            RepositoryPattern = repositories,
            TagPattern = tags,
            Until = until,
        };
        db.Bindings.Add(binding);
        await db.SaveChangesAsync();
        await Services.GetRequiredService<IChangeFeed>().AnnounceAsync(db, CancellationToken.None, new ChangeNotice("access.subject", FormattableString.Invariant($"{(int)subject.Kind}/{subject.Id}")));
        return binding.Id;
    }

    public async ValueTask DisposeAsync()
    {
        // a server that does not end must fail the test instead of holding it up
        await _app.StopAsync().WaitAsync(StopLimit);
        await _app.DisposeAsync().AsTask().WaitAsync(StopLimit);
        if (_owned is not null) await _owned.DisposeAsync();
    }
}
