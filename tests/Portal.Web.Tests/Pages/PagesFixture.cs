using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.TestKit;
using Xunit;

namespace Portal.Web.Tests.Pages;

/// <summary>
/// The whole server's services over a real database. The project <c>shop</c> of the administrator holds one tagged artifact in <c>shop/app</c>; <c>dev</c> may
/// push there, <c>guest</c> may look, and <c>stranger</c> has nothing.
/// </summary>
public sealed class PagesFixture : IAsyncLifetime
{
    public const string Digest = "sha256:5a3c1d0e7b9f2a4c6e8d0b1f3a5c7e9d2b4f6a8c0e1d3b5f7a9c2e4d6f8b0a1c";

    public PortalHost Host { get; private set; } = null!;
    public Caller Developer { get; private set; } = Caller.Anonymous;
    public Caller Guest { get; private set; } = Caller.Anonymous;
    public Caller Stranger { get; private set; } = Caller.Anonymous;

    public async Task InitializeAsync()
    {
        Host = await PortalHost.StartAsync();
        (Developer, Guest, Stranger) = (await Host.CreateUserAsync("dev"), await Host.CreateUserAsync("guest"), await Host.CreateUserAsync("stranger"));
        var project = await Host.CreateProjectAsync("shop");
        await Host.CreateProjectAsync("empty");
        await Host.AddMemberAsync(project, "dev", BuiltInRoles.Developer);
        await Host.AddMemberAsync(project, "guest", BuiltInRoles.LimitedGuest);
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var now = DateTimeOffset.UtcNow;
        var repository = new Repository { ProjectId = project.Id, Name = "app", CreatedAt = now, UpdatedAt = now, LastPushedAt = now };
        var artifact = new Artifact { ProjectId = project.Id, Repository = repository, Digest = Digest, MediaType = "application/vnd.oci.image.manifest.v1+json", ManifestSize = 500, Size = 4_500, PushedAt = now, PushedBy = "dev" };
        db.Artifacts.Add(artifact);
        await db.SaveChangesAsync();
        db.Tags.Add(new() { RepositoryId = repository.Id, Artifact = artifact, Name = "1.0", PushedAt = now, PushedBy = "dev" });
        await db.SaveChangesAsync();
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class PagesCollection : ICollectionFixture<PagesFixture>
{
    public const string Name = "pages";
}
