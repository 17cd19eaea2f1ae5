using Portal.Access;
using Portal.Kernel;

namespace Portal.Web.Projects;

/// <summary>A question that is likely to come next.</summary>
/// <param name="Count">How many the answer holds; null when that is not looked at.</param>
public sealed record NextQuestion(string Text, string Url, long? Count = null);

/// <summary>What somebody who has one answer is likely to ask next, with how much the answers hold.</summary>
public sealed class NextQuestions(EffectiveAccess access, MemberService members, TimeProvider time)
{
    const int IdleDays = 90;

    /// <param name="path">The page's address without a question.</param>
    /// <param name="inside">True on a project's own page: places are named without the project there.</param>
    public async Task<IReadOnlyList<NextQuestion>> AfterAsync(Caller caller, AccessQuestion question, AccessAnswer answer, string path, bool inside, CancellationToken cancellation)
    {
        var (target, name) = answer.Project is { } project ? (project.Target, project.Name) : (AccessTarget.System, "");
        var on = inside ? "" : name;
        var list = new List<NextQuestion>();
        if (answer.Rights is { } rights && question.Place.Length > on.Length) list.Add(new($"What can {rights.Name} do {(name.Length == 0 ? "on the system" : $"in all of {name}")}?", path + new AccessQuestion(false, question.Subject, null, on).Query));
        if (answer.Rights is { } subject && !inside && question.Place.Length > 0) list.Add(new($"What can {subject.Name} do on the whole system?", path + new AccessQuestion(false, question.Subject, null, "").Query));
        Permission[] asked = name.Length == 0 ? [Permissions.Named("user:create"), Permissions.RoleCreate, Permissions.AuditLogList] : [Permissions.RepositoryPush, Permissions.TagDelete, Permissions.RepositoryPull, Permissions.MemberCreate];
        foreach (var right in asked.Where(r => r != question.Right).Take(3))
        {
            // an answer that the reader may not have is no question for them
            if (await access.HoldersAsync(caller, right, target, new PageRequest(0, 1), cancellation) is not { Ok: true } holders) continue;
            var sentence = PermissionWords.Sentence(right);
            list.Add(new($"Who can {char.ToLowerInvariant(sentence[0])}{sentence[1..]}{(name.Length == 0 ? "" : $" in {name}")}?", path + new AccessQuestion(true, "", right, on).Query, holders.Value.Page.Total));
        }
        var idle = new BindingFilter(IdleSince: time.GetUtcNow().AddDays(-IdleDays));
        if (await members.ListAsync(caller, target, new PageRequest(0, 1), cancellation, idle) is { Ok: true } unused)
            list.Add(new($"Roles {(name.Length == 0 ? "on the system" : $"in {name}")} that nobody used in {IdleDays} days", $"{(name.Length == 0 ? PortalUrls.SystemMembers : PortalUrls.Members(name))}?idle=1", unused.Value.Total));
        return list;
    }
}
