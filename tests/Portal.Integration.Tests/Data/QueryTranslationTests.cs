using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Data;
using Portal.Data.SqlServer;
using Portal.GarbageCollection;
using Portal.Integration.Tests.Api;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Projects;
using Portal.TestKit;
using Portal.Trash;
using Xunit;
using Xunit.Abstractions;

namespace Portal.Integration.Tests.Data;

/// <summary>Runs every public read once on PostgreSQL, with all filters and in every order, and translates what it asked for SQL Server as well.</summary>
public sealed class QueryTranslationTests(ITestOutputHelper output) : IAsyncLifetime
{
    static readonly string[] Columns =
        ["name", "created", "updated", "pushed", "pulled", "pulls", "repositories", "artifacts", "size", "role", "since", "username", "last_sign_in", "op_time", "platforms", "expires", "used", "holders", "until", "active", "limit", "share", "owner", "changed", "deleted", "actor"];

    // Fields that a list does not know are ignored, so all lists get all conditions.
    static readonly Condition[] Where =
    [
        .. from field in (string[])["name", "username", "email", "realname", "description", "digest", "manifest_media_type", "artifact_type", "repository_name", "resource", "resource_type", "operation"]
           from kind in (ConditionKind[])[ConditionKind.Equal, ConditionKind.Contains, ConditionKind.OneOf]
           select new Condition(field, kind, ["a_%[b", "c"]),
        .. from field in (string[])["project_id", "owner_id", "user_id", "id", "size", "repository_id", "pull_count"]
           from kind in (ConditionKind[])[ConditionKind.Equal, ConditionKind.AtLeast, ConditionKind.Above, ConditionKind.OneOf]
           select new Condition(field, kind, ["1", "2"]),
        .. from field in (string[])["creation_time", "update_time", "push_time", "pull_time", "op_time"]
           from kind in (ConditionKind[])[ConditionKind.AtLeast, ConditionKind.AtMost, ConditionKind.Below]
           select new Condition(field, kind, ["2026-01-02T03:04:05"]),
        new("public", ConditionKind.Equal, ["true"]),
        new("operation_result", ConditionKind.Equal, ["true"]),
    ];

    readonly RecordedQueries _queries = new();
    readonly ApiFixture _fixture = new();
    int? _group;
    PortalHost Host => _fixture.Host;

    public Task InitializeAsync() => _fixture.StartAsync(builder => builder.Services.ConfigureDbContext<PortalDbContext>(o => o.AddInterceptors(_queries)));

    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task EveryRead_RunsOnPostgreSqlAndTranslatesForSqlServer()
    {
        var readers = typeof(ProjectQueries).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false, IsPublic: true } && t.Name.EndsWith("Queries", StringComparison.Ordinal))
            .Append(typeof(MemberService)).Append(typeof(SessionService)).Append(typeof(EffectiveAccess)).Where(t => Host.Services.GetService(t) is not null).ToList();
        // what it reads are runs, which have reads of their own here
        readers.Remove(typeof(GarbageQueries));
        Assert.True(readers.Count >= 7);
        var guest = Caller.Anonymous with { Kind = SubjectKind.User, Id = _fixture.UserIds["guest"], Name = "guest" };
        // lists by patterns, of a project and of the system, have statements of their own
        var matched = await Host.CreateUserAsync("matched");
        await Host.BindAsync(matched, BuiltInRoles.Developer, _fixture.Own, "team/*", "v*");
        await Host.BindAsync(matched, BuiltInRoles.Developer, _fixture.Own, "team/*");
        await Host.BindAsync(matched, BuiltInRoles.Developer, null, "ow*/**");
        foreach (var reader in readers)
            foreach (var method in reader.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(IsRead))
                foreach (var caller in (Caller[])[Host.Admin, guest, matched, Caller.Anonymous])
                    foreach (var sort in method.GetParameters().Any(p => p.ParameterType == typeof(PageRequest)) ? Columns.SelectMany(c => (string?[])[c, "-" + c]).Append(null) : [null])
                        await RunAsync(reader, method, caller, sort);

        output.WriteLine($"{_queries.Texts.Count} queries");
        Assert.True(_queries.Texts.Count > 100, $"only {_queries.Texts.Count} queries were seen");
        var builder = new DbContextOptionsBuilder<PortalDbContext>();
        new SqlServerProvider().Configure(builder, "Server=127.0.0.1;Database=none");
        await using var db = new PortalDbContext(builder.Options);
        Assert.Empty(_queries.Untranslatable(db));
    }

    (global::Portal.Retention.RetentionPolicy, global::Portal.Retention.RetentionPlan)? _retention;

    async Task<(global::Portal.Retention.RetentionPolicy, global::Portal.Retention.RetentionPlan)> RetentionAsync()
    {
        if (_retention is { } known) return known;
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var policy = new global::Portal.Retention.RetentionPolicy { Place = _fixture.Own.Id, ProjectId = _fixture.Own.Id, Rules = global::Portal.Retention.Text.PolicyText.Write(global::Portal.Retention.Rules.PolicyRules.None) };
        db.RetentionPolicies.Add(policy);
        await db.SaveChangesAsync();
        var plan = new global::Portal.Retention.RetentionPlan { RunId = 1, PolicyId = policy.Id, ProjectId = _fixture.Own.Id };
        db.RetentionPlans.Add(plan);
        await db.SaveChangesAsync();
        return (_retention = (policy, plan)).Value;
    }

    async Task<int> GroupAsync() => _group ??= (await Host.Services.GetRequiredService<GroupService>().CreateAsync(Host.Admin, GroupSource.Local, "readers", "", "", CancellationToken.None)).Value;

    async Task<long> DeletionAsync()
    {
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var repository = await db.Repositories.Where(r => r.ProjectId == _fixture.Own.Id).Select(r => r.Id).FirstAsync();
        var deletion = new Deletion { ProjectId = _fixture.Own.Id, RepositoryId = repository, Kind = DeletionKind.Artifact, Name = "own/team/app@sha256:0", At = DateTimeOffset.UtcNow, ExpiresAt = DateTimeOffset.UtcNow.AddDays(1) };
        db.Deletions.Add(deletion);
        await db.SaveChangesAsync();
        return deletion.Id;
    }

    // Of the two services only what reads.
    static bool IsRead(MethodInfo method) => !method.IsSpecialName && method.ReturnType.Name.StartsWith("Task", StringComparison.Ordinal) | method.ReturnType.Name.StartsWith("ValueTask", StringComparison.Ordinal)
        && (method.DeclaringType!.Name.EndsWith("Queries", StringComparison.Ordinal) || method.Name is "ListAsync" or "FindAsync" or "CountAsync" or "ExplainAsync" or "HoldersAsync");

    async Task RunAsync(Type reader, MethodInfo method, Caller caller, string? sort)
    {
        var arguments = new List<object?>();
        foreach (var parameter in method.GetParameters()) arguments.Add(await ArgumentAsync(reader, method, parameter, caller, sort));
        dynamic running = method.Invoke(Host.Services.GetRequiredService(reader), [.. arguments])!;
        object? answer = await running;
        // a chart's file is fetched from the registry, which nobody runs here: the query comes before that
        if (reader == typeof(ChartQueries)) return;
        // runs are read by Jobs, whose own queries are seen there
        if (reader == typeof(global::Portal.Retention.RetentionQueries) && method.Name is "RunAsync" or "RunsAsync") return;
        if (caller != Host.Admin || answer is null || answer.GetType().GetProperty("Error")?.GetValue(answer) is not Error error) return;
        Assert.Fail($"{reader.Name}.{method.Name} was refused to the administrator, so its query was not seen: {error}");
    }

    async Task<object?> ArgumentAsync(Type reader, MethodInfo method, ParameterInfo parameter, Caller caller, string? sort)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type == typeof(Caller)) return caller;
        if (type == typeof(CancellationToken)) return CancellationToken.None;
        if (type == typeof(PageRequest)) return new PageRequest(0, 5, sort, "a_%[");
        if (type == typeof(IReadOnlyList<Condition>)) return Where;
        if (type == typeof(ProjectListFilter)) return new ProjectListFilter(true, true, "admin", "own");
        if (type == typeof(ArtifactListFilter)) return new ArtifactListFilter(true, sort is null, true, "1.0", [Registry.Manifests.ArtifactKind.Image], "1", Registry.Manifests.MediaTypes.OciConfig, true);
        if (type == typeof(AuditFilter)) return new AuditFilter(1, "admin", "create", "project", "own", true, DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow);
        if (type == typeof(JobRunFilter))
            return new JobRunFilter("K", 1, 1, JobStatus.Error, "-started") { Kinds = ["K"], Projects = [1, 2], Text = "a_%[", Trigger = JobTrigger.Event, Since = DateTimeOffset.UnixEpoch, Ended = true };
        if (type == typeof(BindingFilter)) return new BindingFilter(SubjectKind.User, "guest", true, "guest", DateTimeOffset.UnixEpoch);
        if (type == typeof(Immutability.NameSelector)) return Immutability.NameSelector.All;
        if (type == typeof(global::Portal.Retention.PreviewRequest)) return new global::Portal.Retention.PreviewRequest(global::Portal.Retention.Rules.PolicyRules.None, global::Portal.Retention.PolicyMode.Replace, global::Portal.Retention.PreviewShow.All, new(0, 5, sort, "a"), "team/app:1.0");
        if (type == typeof(global::Portal.Retention.Evaluation.Verdict)) return global::Portal.Retention.Evaluation.Verdict.Delete;
        if (reader == typeof(global::Portal.Retention.RetentionQueries) && type != typeof(string))
        {
            var (policy, plan) = await RetentionAsync();
            if (type == typeof(global::Portal.Retention.RetentionPolicy)) return policy;
            if (type == typeof(global::Portal.Retention.RetentionPlan)) return plan;
            if (type == typeof(global::Portal.Retention.PolicyPlace)) return new global::Portal.Retention.PolicyPlace(policy, _fixture.Own);
            if (type == typeof(IReadOnlyList<long>)) return new[] { plan.Id };
            if (type == typeof(long)) return method.Name == "FindAsync" ? policy.Id : plan.Id;
        }
        if (type == typeof(AccessTarget)) return _fixture.Own.Target;
        if (type == typeof(ProjectEntry)) return _fixture.Own;
        // by pattern, so that what filters by tags is seen
        if (type == typeof(TagScope)) return new TagScope(false, [NamePattern.Tag("v*").Value]);
        if (type == typeof(SubjectKind)) return SubjectKind.User;
        if (type == typeof(Permission)) return parameter.HasDefaultValue ? null : Permissions.ArtifactList;
        if (type == typeof(IReadOnlyList<int>)) return new[] { 1, 2 };
        if (type == typeof(IReadOnlyList<ArtifactRow>))
            return (await Host.Services.GetRequiredService<ArtifactQueries>().ListAsync(Host.Admin, "own", "team/app", new(), new(), CancellationToken.None)).Value.Items;
        if (type == typeof(int) && parameter.Name is "roleId") return 1;
        if (type == typeof(int) && parameter.Name is "memberId" or "bindingId") return _fixture.OwnMember;
        if (type == typeof(int) && parameter.Name is "robotId") return _fixture.OwnRobot;
        if (type == typeof(int) && parameter.Name is "userId") return _fixture.UserIds["guest"];
        if (type == typeof(int) && parameter.Name is "groupId") return await GroupAsync();
        if (type == typeof(int)) return parameter.Name is "take" ? 5 : _fixture.Own.Id;
        if (type.IsAssignableFrom(typeof(string[]))) return new[] { ApiFixture.Digest };
        if (type == typeof(Reference)) return (Reference)Digest.Parse(ApiFixture.Digest);
        if (type == typeof(Digest)) return Digest.Parse(ApiFixture.Digest);
        if (reader == typeof(TrashQueries) && type == typeof(long)) return await DeletionAsync();
        if (type == typeof(TrashFilter)) return new TrashFilter(DeletionKind.Tag, DeletionCause.Asked, Guid.Empty);
        if (type == typeof(long)) return parameter.Name is "repositoryId" ? 1L : 0L;
        if (type == typeof(bool)) return true;
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.UnixEpoch;
        if (type == typeof(RepositoryName)) return RepositoryName.TryParse("own/team/app", out var repository) ? repository : throw new InvalidOperationException();
        if (type == typeof(string))
            return parameter.Name switch
            {
                "project" => "own",
                "repository" => "team/app",
                "name" => reader == typeof(ProjectQueries) ? "own" : "team/app",
                "reference" => ApiFixture.Digest,
                "digest" => ApiFixture.Digest,
                "after" => "5",
                "text" => "own/team/app:1",
                "exactName" => "guest",
                _ => "1.0",
            };
        throw new NotSupportedException($"{reader.Name}.{method.Name} takes {parameter.ParameterType} {parameter.Name}: say here what to pass.");
    }
}
