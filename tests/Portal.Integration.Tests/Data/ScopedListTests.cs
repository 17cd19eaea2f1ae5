using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Data;

/// <summary>What the database lists is what a decision allows, project by project, repository by repository, tag by tag, for random roles.</summary>
public sealed class ScopedListTests : IAsyncLifetime
{
    static readonly string[] Projects = ["alpha", "alpha-two", "beta", "open"];
    static readonly string[] Paths = ["app", "app-web", "team/app", "team/app/api", "base", "x_y", "xzy"];
    static readonly string[] Tags = ["v1", "v1.0-rc1", "latest", "V1", "1_0", "1x0"];
    static readonly string[] PathPatterns = ["", "app", "app*", "*", "**", "team/*", "team/**", "**/api", "x_y", "*/app"];
    static readonly string[] FullPatterns = ["", "**", "alpha/*", "alpha*/**", "*/app", "beta/team/**", "*a/**/api"];
    static readonly string[] TagPatterns = ["", "", "v*", "*-rc*", "latest", "1_0"];

    PortalHost _host = null!;
    readonly Dictionary<int, ProjectEntry> _projects = [];

    public async Task InitializeAsync()
    {
        _host = await PortalHost.StartAsync();
        var now = DateTimeOffset.UtcNow;
        foreach (var name in Projects)
        {
            var project = await _host.CreateProjectAsync(name, isPublic: name == "open");
            _projects[project.Id] = project;
            await using var db = await ContextAsync();
            foreach (var path in Paths)
            {
                var repository = new Repository { ProjectId = project.Id, Name = path, CreatedAt = now, UpdatedAt = now, LastPushedAt = now };
                db.Repositories.Add(repository);
                await db.SaveChangesAsync();
                foreach (var tag in Tags)
                    db.Artifacts.Add(new()
                    {
                        ProjectId = project.Id,
                        RepositoryId = repository.Id,
                        Digest = Digest.Sha256(System.Text.Encoding.UTF8.GetBytes($"{name}/{path}:{tag}")).Text,
                        MediaType = MediaTypes.OciManifest,
                        PushedAt = now,
                        Tags = [new() { RepositoryId = repository.Id, Name = tag, PushedAt = now }],
                    });
                await db.SaveChangesAsync();
            }
        }
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    Task<PortalDbContext> ContextAsync() => _host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();

    [Fact]
    public async Task Lists_RandomRoles_ShowWhatDecisionsAllow()
    {
        var random = new Random(42);
        var policy = _host.Services.GetRequiredService<IAccessPolicy>();
        var (seen, unseen) = (0, 0);
        for (var i = 0; i < 25; i++)
        {
            var user = await _host.CreateUserAsync($"random{i}");
            var roles = new List<string>();
            for (var n = random.Next(0, 4); n >= 0; n--)
            {
                var project = random.Next(4) == 0 ? null : _projects.Values.ElementAt(random.Next(_projects.Count));
                var (path, tag) = (Pick(random, project is null ? FullPatterns : PathPatterns), Pick(random, TagPatterns));
                var role = BuiltInRoles.OfProjects[random.Next(BuiltInRoles.OfProjects.Count)];
                if (roles.Exists(r => r.StartsWith($"{project?.Name}|{path}|{tag}|", StringComparison.Ordinal))) continue;
                roles.Add($"{project?.Name}|{path}|{tag}|{role.Name}");
                await _host.BindAsync(user, role, project, path, tag);
            }
            var caller = random.Next(5) == 0 ? user with { Limit = new(PermissionSet.Everything, _projects.Keys.ElementAt(random.Next(_projects.Count))) } : user;
            foreach (var (right, listed, decided) in await CompareAsync(policy, caller))
            {
                Assert.True(listed.SetEquals(decided), $"{right} of [{string.Join(", ", roles)}] limited to {caller.Limit?.ProjectId}: listed too {string.Join(' ', listed.Except(decided))}, not listed {string.Join(' ', decided.Except(listed))}");
                seen += decided.Count;
                unseen += (Projects.Length * Paths.Length) - Math.Min(decided.Count, Projects.Length * Paths.Length);
            }
        }
        Assert.True(seen > 500 && unseen > 500, $"{seen} seen, {unseen} not: the mix says little");
    }

    async Task<List<(string What, HashSet<string> Listed, HashSet<string> Decided)>> CompareAsync(IAccessPolicy policy, Caller caller)
    {
        var projects = await _host.Services.GetRequiredService<ProjectQueries>().ListAsync(caller, new(0, 100), new(), CancellationToken.None);
        var repositories = await _host.Services.GetRequiredService<RepositoryQueries>().ListAsync(caller, null, new(0, 100), CancellationToken.None);
        await using var db = await ContextAsync();
        var pulls = await db.Tags.Visible(db, await policy.ScopeAsync(caller, Permissions.RepositoryPull, CancellationToken.None))
            .Select(t => t.Artifact!.Repository!.Project!.Name + "/" + t.Artifact.Repository.Name + ":" + t.Name).ToListAsync();
        var artifacts = await db.Artifacts.Visible(db, await policy.ScopeAsync(caller, Permissions.RepositoryPush, CancellationToken.None))
            .Select(a => a.Repository!.Project!.Name + "/" + a.Repository.Name + ":" + a.Tags.First().Name).ToListAsync();
        HashSet<string> mayProject = [], mayRepository = [], mayPull = [], mayPush = [];
        foreach (var project in _projects.Values)
        {
            if (await policy.MayAsync(caller, Permissions.ProjectRead, project.Target, CancellationToken.None)) mayProject.Add(project.Name);
            foreach (var path in Paths)
            {
                if (await policy.MayAsync(caller, Permissions.RepositoryList, project.TargetOf(path), CancellationToken.None)) mayRepository.Add($"{project.Name}/{path}");
                foreach (var tag in Tags)
                {
                    var rights = await policy.RightsAsync(caller, project.TargetOf(path, tag), CancellationToken.None);
                    if (rights.Has(Permissions.RepositoryPull)) mayPull.Add($"{project.Name}/{path}:{tag}");
                    if (rights.Has(Permissions.RepositoryPush)) mayPush.Add($"{project.Name}/{path}:{tag}");
                    Assert.Equal(rights.Has(Permissions.RepositoryPull), (await policy.TagsAsync(caller, Permissions.RepositoryPull, project.TargetOf(path), CancellationToken.None)).Contains(tag));
                }
            }
        }
        return [("projects", [.. projects.Items.Select(p => p.Name)], mayProject), ("repositories", [.. repositories.Items.Select(r => $"{r.ProjectName}/{r.Name}")], mayRepository),
            ("tags", [.. pulls], mayPull), ("artifacts", [.. artifacts], mayPush)];
    }

    [Fact]
    public async Task Holders_OfAnyRight_AreThoseWhomADecisionAllows()
    {
        var random = new Random(7);
        var users = new List<Caller>();
        for (var i = 0; i < 12; i++)
        {
            var user = await _host.CreateUserAsync($"holder{i}");
            users.Add(user);
            var project = random.Next(3) == 0 ? null : _projects.Values.First();
            await _host.BindAsync(user, BuiltInRoles.OfProjects[i % 5], project, Pick(random, project is null ? FullPatterns : PathPatterns), Pick(random, TagPatterns));
        }
        var (policy, access) = (_host.Services.GetRequiredService<IAccessPolicy>(), _host.Services.GetRequiredService<EffectiveAccess>());
        var alpha = _projects.Values.First();
        foreach (var target in (AccessTarget[])[alpha.Target, alpha.TargetOf("app"), alpha.TargetOf("team/app/api"), alpha.TargetOf("app", "v1"), AccessTarget.System])
            foreach (var right in (Permission[])[Permissions.ProjectRead, Permissions.RepositoryList, Permissions.RepositoryPull, Permissions.RepositoryPush, Permissions.MemberCreate])
            {
                var found = await access.HoldersAsync(_host.Admin, right, target, new(0, 100), CancellationToken.None);
                Assert.True(found.Ok, found.Error?.ToString());
                var allowed = new List<string> { "admin" };
                foreach (var user in users)
                    if (await policy.MayAsync(user, right, target, CancellationToken.None)) allowed.Add(user.Name);
                Assert.Equal(allowed.Order(StringComparer.Ordinal), found.Value.Page.Items.Select(h => h.Name).Order(StringComparer.Ordinal));
                Assert.All(found.Value.Page.Items, h => Assert.NotEmpty(h.Reasons));
                var paged = await access.HoldersAsync(_host.Admin, right, target, new(1, 1, "name"), CancellationToken.None);
                Assert.Equal(allowed.Count, paged.Value.Page.Total);
                Assert.Equal(allowed.Order(StringComparer.Ordinal).Skip(1).Take(1), paged.Value.Page.Items.Select(h => h.Name));
                foreach (var user in users)
                {
                    var explained = await access.ExplainAsync(_host.Admin, user.Kind, user.Id, target, CancellationToken.None);
                    Assert.Equal(allowed.Contains(user.Name), explained.Value.Rights.Single(r => r.Permission == right).Allowed);
                }
            }
    }

    static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
