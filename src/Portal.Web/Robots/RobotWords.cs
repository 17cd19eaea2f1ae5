using Portal.Projects;
using Portal.Web.Kit;

namespace Portal.Web.Robots;

/// <summary>How a robot's rights and state read.</summary>
static class RobotWords
{
    /// <summary>What it may do where, such as <c>push, pull in payments</c>.</summary>
    public static string Rights(RobotRow robot) => string.Join("; ", robot.Rights.GroupBy(r => r.EveryProject ? "every project" : r.Project ?? "the system").Take(3)
        .Select(g => $"{Named(g)} in {g.Key}")) + (robot.Rights.Select(r => (r.Project, r.EveryProject)).Distinct().Count() > 3 ? "; and more" : "");

    static string Named(IEnumerable<RobotRightRow> rights)
    {
        var list = rights.ToList();
        var words = new List<string>();
        if (list.Exists(r => r is { Resource: "repository", Action: "push" })) words.Add("push");
        if (list.Exists(r => r is { Resource: "repository", Action: "pull" })) words.Add("pull");
        var others = list.Count - words.Count;
        if (others > 0) words.Add(words.Count > 0 ? $"{Format.Number(others)} more" : Format.Count(others, "right"));
        return string.Join(", ", words);
    }

    /// <summary>Text and look of its state, the worst first.</summary>
    public static (PillStatus Status, string Text) State(RobotRow robot, DateTimeOffset now) =>
        robot.Disabled ? (PillStatus.Off, "Disabled")
        : robot.ExpiresAt <= now ? (PillStatus.Failed, "Expired")
        : robot.ExpiresAt < now.AddDays(7) ? (PillStatus.Partly, "Expires soon")
        : (PillStatus.Succeeded, "Active");
}
