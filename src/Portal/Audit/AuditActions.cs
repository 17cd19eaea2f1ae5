namespace Portal.Audit;

/// <summary>What an audit row says was done. Names are stored: never rename.</summary>
public static class AuditActions
{
    public const string Create = "create";
    public const string Update = "update";
    public const string Delete = "delete";
    public const string Restore = "restore";

    /// <summary>Something was taken out of the trash for good.</summary>
    public const string Destroy = "destroy";
    public const string Push = "push";
    public const string Pull = "pull";
    public const string SignIn = "sign-in";
    public const string SignOut = "sign-out";

    /// <summary>A project has come near the limit of its bytes.</summary>
    public const string QuotaNear = "quota-near";

    /// <summary>A push was refused because of a limit.</summary>
    public const string QuotaExceeded = "quota-exceeded";

    /// <summary>Work was asked for.</summary>
    public const string Start = "start";
    public const string Stop = "stop";
    public const string Pause = "pause";
    public const string Resume = "resume";

    /// <summary>Old rows of the audit log were deleted.</summary>
    public const string Purge = "purge";

    /// <summary>A run was started by hand, or one that waited was confirmed.</summary>
    public const string Run = "run";

    /// <summary>All, for filters.</summary>
    public static IReadOnlyList<string> All { get; } = [Create, Update, Delete, Restore, Destroy, Push, Pull, SignIn, SignOut, QuotaNear, QuotaExceeded, Start, Stop, Pause, Resume, Purge, Run];
}

/// <summary>The kinds of thing that audit rows name.</summary>
public static class AuditResources
{
    public const string Project = "project";
    public const string Member = "member";
    public const string Repository = "repository";
    public const string Artifact = "artifact";
    public const string Tag = "tag";
    public const string User = "user";
    public const string Session = "session";
    public const string Robot = "robot";
    public const string AccessToken = "access-token";
    public const string FederationTrust = "federation-trust";
    public const string Group = "group";
    public const string GroupMember = "group-member";
    public const string MappingRule = "mapping-rule";
    public const string Settings = "settings";
    public const string Role = "role";
    public const string ImmutabilityRule = "immutability-rule";
    public const string ImmutabilityExemption = "immutability-exemption";
    public const string Lock = "lock";
    public const string ContentTypes = "content-types";
    public const string Quota = "quota";
    public const string QuotaRequest = "quota-request";
    public const string Job = "job";
    public const string JobSchedule = "job-schedule";
    public const string JobQueue = "job-queue";
    public const string AuditLog = "audit-log";
    public const string RetentionPolicy = "retention-policy";
    public const string Cluster = "cluster";
    public const string Trash = "trash";
    public const string GarbageCollection = "garbage-collection";

    /// <summary>All, for filters.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Project, Member, Repository, Artifact, Tag, User, Session, Robot, AccessToken, FederationTrust, Group, GroupMember, MappingRule, Settings, Role, ImmutabilityRule, ImmutabilityExemption, Lock, ContentTypes, Quota, QuotaRequest, Job, JobSchedule, JobQueue, AuditLog, RetentionPolicy, Cluster, Trash, GarbageCollection];
}
