using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Artifacts;
using Portal.Data;
using Portal.Projects;
using Portal.Registry.Manifests;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Api;

/// <summary>One server for the tests of the REST face, with two projects, a user of each role and an indexed image, index, chart and signature.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    public const string Digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    public const string IndexDigest = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
    public const string ChartDigest = "sha256:3333333333333333333333333333333333333333333333333333333333333333";
    public const string SignatureDigest = "sha256:4444444444444444444444444444444444444444444444444444444444444444";

    public static readonly (string User, BuiltInRole Role)[] Members =
    [
        ("limited", BuiltInRoles.LimitedGuest), ("guest", BuiltInRoles.Guest), ("developer", BuiltInRoles.Developer), ("maintainer", BuiltInRoles.Maintainer), ("owner", BuiltInRoles.ProjectAdmin),
    ];

    public PortalHost Host { get; private set; } = null!;
    public ProjectEntry Own { get; private set; } = null!;
    public ProjectEntry Foreign { get; private set; } = null!;
    public int OwnMember { get; private set; }
    public int ForeignMember { get; private set; }
    public int OwnRobot { get; private set; }
    public int ForeignRobot { get; private set; }
    public Dictionary<string, int> UserIds { get; } = [];

    public Task InitializeAsync() => StartAsync();

    public async Task StartAsync(Action<Microsoft.AspNetCore.Builder.WebApplicationBuilder>? configure = null, PostgreSqlProcess? database = null)
    {
        Host = await PortalHost.StartAsync(database, configure);
        foreach (var name in Members.Select(m => m.User).Append("outsider").Append("stranger")) UserIds[name] = (await Host.CreateUserAsync(name)).Id;
        Own = await Host.CreateProjectAsync("own");
        Foreign = await Host.CreateProjectAsync("foreign");
        foreach (var (user, role) in Members)
        {
            var id = await Host.AddMemberAsync(Own, user, role);
            if (user == "guest") OwnMember = id;
        }
        ForeignMember = await Host.AddMemberAsync(Foreign, "stranger", BuiltInRoles.Guest);
        foreach (var project in (ProjectEntry[])[Own, Foreign]) await AddImagesAsync(project);
        (OwnRobot, ForeignRobot) = (await AddRobotAsync(Own), await AddRobotAsync(Foreign));
    }

    /// <summary>The same people and projects behind another server, which runs on a copy of this one's database.</summary>
    public ApiFixture On(PortalHost host)
    {
        var copy = (ApiFixture)MemberwiseClone();
        copy.Host = host;
        return copy;
    }

    async Task<int> AddRobotAsync(ProjectEntry project) => (await Host.Services.GetRequiredService<RobotService>().CreateAsync(Host.Admin, project.Id, project.Name,
        new("ci", "", 30, [new(Permissions.RepositoryPull, project.Id)]), CancellationToken.None)).Value.Id;

    public async Task AddImagesAsync(ProjectEntry project, string path = "team/app")
    {
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var now = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);
        var repository = new Repository { ProjectId = project.Id, Name = path, CreatedAt = now, UpdatedAt = now };
        db.Repositories.Add(repository);
        await db.SaveChangesAsync();
        Artifact Make(string digest, ArtifactKind kind, int minute, params string[] tags) => new()
        {
            ProjectId = project.Id,
            RepositoryId = repository.Id,
            Digest = digest,
            MediaType = "application/vnd.oci.image.manifest.v1+json",
            Kind = kind,
            ManifestSize = 500,
            Size = 1000 + minute,
            PushedAt = now.AddMinutes(minute),
            PushedBy = "admin",
            Tags = [.. tags.Select(t => new Tag { RepositoryId = repository.Id, Name = t, PushedAt = now, PushedBy = "admin" })],
        };
        var image = Make(Digest, ArtifactKind.Image, 1, "1.0", "latest");
        (image.Os, image.Architecture, image.Author, image.BuiltAt) = ("linux", "amd64", "somebody", now);
        var index = Make(IndexDigest, ArtifactKind.Index, 2, "multi");
        index.Children = [new() { Position = 0, ChildDigest = Digest, MediaType = image.MediaType, Size = 500, Os = "linux", Architecture = "amd64" }];
        var chart = Make(ChartDigest, ArtifactKind.Chart, 3, "chart-1");
        chart.ArtifactType = "application/vnd.cncf.helm.config.v1+json";
        var signature = Make(SignatureDigest, ArtifactKind.Signature, 4);
        signature.SubjectDigest = Digest;
        if (!await db.Manifests.AnyAsync(m => m.Digest == Digest)) db.Manifests.Add(new() { Digest = Digest, MediaType = image.MediaType, Content = "{}"u8.ToArray() });
        db.Artifacts.AddRange(image, index, chart, signature);
        await db.SaveChangesAsync();
        db.ArtifactConfigs.AddRange(
            new ArtifactConfig { ArtifactId = image.Id, Json = """{"config":{"Env":["A=b"]},"history":[{"created_by":"RUN make"}]}""" },
            new ArtifactConfig { ArtifactId = chart.Id, Json = """{"name":"app","version":"1.0.0","dependencies":[{"name":"db","version":"2.x"}]}""" });
        await db.SaveChangesAsync();
    }

    public async Task DisposeAsync()
    {
        if (Host is not null) await Host.DisposeAsync();
    }

    /// <summary>Sends a request as a user (null for nobody) and reads what comes back.</summary>
    public async Task<Answer> SendAsync(string? user, string method, string path, object? body = null, Action<HttpRequestMessage>? change = null)
    {
        using var client = Host.Client(user);
        using var request = new HttpRequestMessage(new(method), path.StartsWith('/') ? path : "/api/v2.0/" + path) { Content = body is null ? null : JsonContent.Create(body) };
        change?.Invoke(request);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, text, response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }
}

/// <summary>What the server answered.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException("The answer has no body.");
    public string Code => (string)Json["errors"]![0]!["code"]!;
    public string Message => (string)Json["errors"]![0]!["message"]!;
}

[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiFixture>
{
    public const string Name = "REST";
}
