using Portal.Kernel;
using Portal.Web.Account;

namespace Portal.Web;

/// <summary>
/// Every link of the web portal. A repository's path may hold slashes, so it comes last in an address and what
/// stands before it (<c>r</c>, <c>a</c> and the digest) tells a page from a path without guessing.
/// </summary>
public static class PortalUrls
{
    public const string Home = "/";
    public const string Projects = "/projects";
    public const string Search = "/search";
    public const string Profile = "/profile";
    public const string SignIn = "/sign-in";
    public const string SignOut = "/sign-out";

    /// <summary>The sign-in page with the form for local accounts, whatever the settings say.</summary>
    public const string LocalSignIn = "/sign-in?local";

    /// <summary>Where signing in by the identity provider begins.</summary>
    public const string OidcSignIn = "/c/oidc/login";

    /// <summary>Goes on to the identity provider's own sign-out.</summary>
    public const string OidcSignOut = "/c/oidc/logout";

    /// <summary>Where a newcomer chooses a user name.</summary>
    public const string Onboard = "/oidc-onboard";
    public const string FirstRun = "/first-run";
    public const string Administration = "/admin/users";
    public const string Users = "/admin/users";
    public const string SystemRobots = "/admin/robots";
    public const string NewSystemRobot = "/admin/robots/new";
    public const string AccessTokens = "/profile/tokens";
    public const string Groups = "/admin/groups";

    /// <summary>The rules that map group names to roles.</summary>
    public const string GroupRules = "/admin/group-rules";
    public const string SignInSettings = "/admin/sign-in";
    public const string Quotas = "/admin/quotas";
    public const string Roles = "/admin/roles";

    /// <summary>The immutability rules that every project inherits.</summary>
    public const string SystemRules = "/admin/rules";

    /// <summary>The retention rules of projects without their own, and the clusters.</summary>
    public const string SystemRetention = "/admin/retention";

    /// <summary>What was deleted anywhere and can be taken back.</summary>
    public const string SystemTrash = "/admin/trash";

    public const string GarbageCollection = "/admin/garbage-collection";

    /// <summary>Switches of the whole system.</summary>
    public const string System = "/admin/system";

    /// <summary>Who has a role on the whole system.</summary>
    public const string SystemMembers = "/admin/members";

    /// <summary>Makes accounts for people of the directory.</summary>
    public const string ImportUsers = "/admin/users/import";
    public const string AdministrationAccess = "/admin/access";
    public const string AdministrationAudit = "/admin/audit";
    public const string Jobs = "/jobs";

    /// <summary>The part of that page that moves by itself.</summary>
    public const string JobsLive = "/jobs/live";
    public const string Error = "/error";
    public const string NotFound = "/not-found";
    public const string Kit = "/kit";

    /// <summary>The part of the sign-in page's address that says where to go then; the sign-in challenge uses the same.</summary>
    public const string ReturnParameter = "return";

    /// <summary>The JSON the command palette reads; its shape is in the README.</summary>
    public const string SearchApi = "/api/portal/search";

    /// <summary>The projects with the dialog for a new one open.</summary>
    public const string NewProject = "/projects?new=1";

    /// <summary>The system's audit log of refused sign-ins from a day on.</summary>
    public static string RefusedSignIns(DateTimeOffset since) => FormattableString.Invariant($"{AdministrationAudit}?action=sign-in&result=refused&from={since.UtcDateTime:yyyy-MM-dd}");

    public static string Group(int id) => FormattableString.Invariant($"{Groups}/{id}");

    public static string Project(string project) => $"/projects/{Segment(project)}";

    public static string Repositories(string project) => $"{Project(project)}/repositories";

    public static string Members(string project) => $"{Project(project)}/members";

    /// <summary>The members with the dialog for adding one open.</summary>
    public static string AddMember(string project) => $"{Members(project)}?add=1";

    public static string Robots(string project) => $"{Project(project)}/robots";

    public static string NewRobot(string project) => $"{Robots(project)}/new";

    /// <param name="project">The project it belongs to; null for a robot of the system.</param>
    /// <param name="id">Its number.</param>
    public static string Robot(string? project, int id) => FormattableString.Invariant($"{(project is null ? SystemRobots : Robots(project))}/{id}");

    /// <summary>Where a robot is changed.</summary>
    public static string EditRobot(string? project, int id) => $"{Robot(project, id)}/edit";

    /// <summary>What a role may do, and who holds it.</summary>
    public static string Role(int id) => FormattableString.Invariant($"{Roles}/{id}");

    /// <summary>The roles that can be given in a project, beside its members.</summary>
    public static string MemberRoles(string project) => $"{Members(project)}?tab=roles";

    /// <summary>Who may do what in a project, and why.</summary>
    public static string Access(string project) => $"{Project(project)}/access";

    /// <summary>The answer of that page as a file; the question goes behind it.</summary>
    public static string AccessExport(string project) => $"{Project(project)}/access.csv";

    /// <summary>The same over everything.</summary>
    public const string AdministrationAccessExport = "/admin/access.csv";

    public static string Audit(string project) => $"{Project(project)}/audit";

    /// <summary>The audit log as a file; the filters of the page go behind it.</summary>
    public static string AuditExport(string project) => $"{Project(project)}/audit.csv";

    /// <summary>The same over everything.</summary>
    public const string AdministrationAuditExport = "/admin/audit.csv";

    /// <summary>What keeps tags and artifacts of a project as they are, and what may come in.</summary>
    public static string Rules(string project) => $"{Project(project)}/rules";

    /// <summary>Long work on a project.</summary>
    public static string ProjectJobs(string project) => $"{Project(project)}/jobs";

    /// <summary>One piece of long work.</summary>
    public static string Run(long id) => FormattableString.Invariant($"{Jobs}/{id}");

    /// <summary>The part of that page that moves by itself.</summary>
    public static string RunLive(long id, bool log) => $"{Run(id)}/live{(log ? "?log=true" : "")}";

    /// <summary>Its whole log as text.</summary>
    public static string RunLog(long id) => FormattableString.Invariant($"/api/portal/jobs/runs/{id}/log");

    /// <summary>Which tags of a project go.</summary>
    public static string Retention(string project) => $"{Project(project)}/retention";

    public static string RetentionRuns(string project) => $"{Retention(project)}?tab=runs";

    /// <summary>What one run found and did.</summary>
    public static string RetentionRun(string project, long plan) => FormattableString.Invariant($"{Retention(project)}/runs/{plan}");

    /// <summary>Its verdicts as a file.</summary>
    public static string RetentionExport(string project, long plan) => $"{RetentionRun(project, plan)}/verdicts.csv";

    /// <summary>What was deleted in a project and can be taken back.</summary>
    public static string Trash(string project) => $"{Project(project)}/trash";

    /// <summary>Deletes by pattern, after a look.</summary>
    public static string BulkDeletion(string project) => $"{Trash(project)}/bulk";

    public static string Settings(string project) => $"{Project(project)}/settings";

    public static string Repository(RepositoryName name) => Repository(name.Project, name.Path);

    /// <param name="project">The project's name.</param>
    /// <param name="repository">The name inside the project, which may hold slashes.</param>
    public static string Repository(string project, string repository) => $"{Project(project)}/r/{Path(repository)}";

    public static string Artifact(RepositoryName name, Digest digest) => Artifact(name.Project, name.Path, digest.Text);

    /// <param name="project">The project's name.</param>
    /// <param name="repository">The name inside the project, which may hold slashes.</param>
    /// <param name="digest">The whole digest, <c>sha256:…</c>.</param>
    public static string Artifact(string project, string repository, string digest) =>
        $"{Project(project)}/a/{Segment(digest).Replace("%3A", ":", StringComparison.Ordinal)}/{Path(repository)}";

    /// <summary>The search page with a query.</summary>
    public static string SearchFor(string query) => $"{Search}?q={Uri.EscapeDataString(query)}";

    /// <summary>The sign-in page that comes back to a local address; a foreign one is left out.</summary>
    public static string SignInThen(string? returnUrl) =>
        IsLocal(returnUrl) ? $"{SignIn}?{ReturnParameter}={Uri.EscapeDataString(returnUrl!)}" : SignIn;

    /// <summary>True for an address on this site: a path that no browser reads as another host.</summary>
    public static bool IsLocal(string? url) => ReturnUrl.IsLocal(url);

    static string Segment(string text) => Uri.EscapeDataString(text);

    static string Path(string text) => string.Join('/', text.Split('/').Select(Uri.EscapeDataString));
}
