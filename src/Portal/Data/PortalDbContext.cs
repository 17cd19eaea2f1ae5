using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Federation;
using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Immutability;
using Portal.Jobs;
using Portal.Projects;
using Portal.Protection;
using Portal.Quotas;
using Portal.Retention;
using Portal.Retention.Clusters;

namespace Portal.Data;

/// <summary>The one context. Entities and their configuration live in their capability; services take the factory, because a circuit outlives a context.</summary>
public sealed class PortalDbContext : IdentityUserContext<User, int>
{
    // A failed save ends its transaction here; nobody goes on behind a savepoint, so none is set.
    public PortalDbContext(DbContextOptions<PortalDbContext> options) : base(options) => Database.AutoSavepointsEnabled = false;

    public DbSet<Role> Roles => Set<Role>();
    public DbSet<RolePermission> RolePermissions => Set<RolePermission>();
    public DbSet<Binding> Bindings => Set<Binding>();
    public DbSet<Group> Groups => Set<Group>();
    public DbSet<GroupMember> GroupMembers => Set<GroupMember>();
    public DbSet<MappingRule> MappingRules => Set<MappingRule>();
    public DbSet<Setting> Settings => Set<Setting>();
    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();
    public DbSet<Robot> Robots => Set<Robot>();
    public DbSet<RobotPermission> RobotPermissions => Set<RobotPermission>();
    public DbSet<RobotSecret> RobotSecrets => Set<RobotSecret>();
    public DbSet<FederationTrust> FederationTrusts => Set<FederationTrust>();
    public DbSet<FederationUse> FederationUses => Set<FederationUse>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<SignInFailure> SignInFailures => Set<SignInFailure>();
    public DbSet<Project> Projects => Set<Project>();
    public DbSet<Repository> Repositories => Set<Repository>();
    public DbSet<Artifact> Artifacts => Set<Artifact>();
    public DbSet<ArtifactConfig> ArtifactConfigs => Set<ArtifactConfig>();
    public DbSet<ArtifactChild> ArtifactChildren => Set<ArtifactChild>();
    public DbSet<ArtifactBlob> ArtifactBlobs => Set<ArtifactBlob>();
    public DbSet<Blob> Blobs => Set<Blob>();
    public DbSet<RepositoryBlob> RepositoryBlobs => Set<RepositoryBlob>();
    public DbSet<ProjectStorage> ProjectStorages => Set<ProjectStorage>();
    public DbSet<ProjectBlob> ProjectBlobs => Set<ProjectBlob>();
    public DbSet<QuotaRequest> QuotaRequests => Set<QuotaRequest>();
    public DbSet<ManifestContent> Manifests => Set<ManifestContent>();
    public DbSet<Tag> Tags => Set<Tag>();
    public DbSet<TagEvent> TagEvents => Set<TagEvent>();
    public DbSet<Deletion> Deletions => Set<Deletion>();
    public DbSet<GarbageItem> Garbage => Set<GarbageItem>();
    public DbSet<GarbageLink> GarbageLinks => Set<GarbageLink>();
    public DbSet<ImmutabilityRule> ImmutabilityRules => Set<ImmutabilityRule>();
    public DbSet<ImmutabilityExemption> ImmutabilityExemptions => Set<ImmutabilityExemption>();
    public DbSet<ProtectionLock> Locks => Set<ProtectionLock>();
    public DbSet<ContentPolicy> ContentPolicies => Set<ContentPolicy>();
    public DbSet<RetentionPolicy> RetentionPolicies => Set<RetentionPolicy>();
    public DbSet<RetentionPlan> RetentionPlans => Set<RetentionPlan>();
    public DbSet<RetentionPlanRepository> RetentionPlanRepositories => Set<RetentionPlanRepository>();
    public DbSet<RetentionVerdict> RetentionVerdicts => Set<RetentionVerdict>();
    public DbSet<Cluster> Clusters => Set<Cluster>();
    public DbSet<ClusterImage> ClusterImages => Set<ClusterImage>();
    public DbSet<PushIntent> PushIntents => Set<PushIntent>();
    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();
    public DbSet<SharedKey> SharedKeys => Set<SharedKey>();
    public DbSet<JobRun> JobRuns => Set<JobRun>();
    public DbSet<JobTask> JobTasks => Set<JobTask>();
    public DbSet<JobLogPart> JobLogParts => Set<JobLogPart>();
    public DbSet<JobQueue> JobQueues => Set<JobQueue>();
    public DbSet<JobSchedule> JobSchedules => Set<JobSchedule>();
    public DbSet<JobNode> JobNodes => Set<JobNode>();
    public DbSet<Change> Changes => Set<Change>();

    /// <summary>True on SQL Server, false on PostgreSQL: the only two providers there are.</summary>
    public bool IsSqlServer => Database.ProviderName!.EndsWith("SqlServer", StringComparison.Ordinal);

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(PortalDbContext).Assembly);
        // Tags, digests and names differ by case; SQL Server's default collation would fold them.
        if (IsSqlServer) builder.UseCollation("Latin1_General_100_BIN2_UTF8");
        // The whole system is a place like any other: there, too, a subject has one role. SQL Server takes two nulls as equal by itself, when no filter leaves them out.
        if (!IsSqlServer) builder.Entity<Binding>().Metadata.GetIndexes().Single(i => i.IsUnique).SetAnnotation("Npgsql:NullsDistinct", false);
        foreach (var property in builder.Model.GetEntityTypes().SelectMany(t => t.GetDeclaredProperties()))
        {
            if (property.FindAnnotation(JsonColumn.Annotation) is not null) property.SetColumnType(IsSqlServer ? "nvarchar(max)" : "jsonb");
            // The same on PostgreSQL, and lists of the registry protocol and keyset pages sort by bytes whatever the database's own collation is.
            if (!IsSqlServer && IsName(property)) property.SetCollation("C");
        }
    }

    static bool IsName(Microsoft.EntityFrameworkCore.Metadata.IMutableProperty property) =>
        property.ClrType == typeof(string) && property.DeclaringType.ClrType.Namespace is "Portal.Artifacts" or "Portal.Projects"
        && (property.Name is "Name" or "TagName" || property.Name.EndsWith("Digest", StringComparison.Ordinal));
}
