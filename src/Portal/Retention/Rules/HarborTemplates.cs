namespace Portal.Retention.Rules;

/// <summary>A template of Harbor's rules. Source: Harbor v2.0 API, <c>GET /retentions/metadatas</c>.</summary>
/// <param name="Unit">COUNT or DAYS; empty for one without a number.</param>
/// <param name="Listed">Named by the metadata; the others work all the same.</param>
public sealed record HarborTemplate(string Name, string Display, string Unit, int Default, bool Listed = true)
{
    public const string LatestPushed = "latestPushedK";
    public const string LatestPulled = "latestPulledN";
    public const string DaysSincePush = "nDaysSinceLastPush";
    public const string DaysSincePull = "nDaysSinceLastPull";
    public const string Always = "always";
    public const string LatestActive = "latestActiveK";
    public const string LastDays = "lastXDays";

    public static IReadOnlyList<HarborTemplate> All { get; } =
    [
        new(LatestPushed, "the most recently pushed # artifacts", "COUNT", 10),
        new(LatestPulled, "the most recently pulled # artifacts", "COUNT", 10),
        new(DaysSincePush, "pushed within the last # days", "DAYS", 30),
        new(DaysSincePull, "pulled within the last # days", "DAYS", 30),
        new(Always, "always", "", 0),
        new(LatestActive, "the most recently active # artifacts", "COUNT", 10, false),
        new(LastDays, "the artifacts from the last # days", "DAYS", 10, false),
    ];

    public static HarborTemplate? Find(string name) => All.FirstOrDefault(t => t.Name == name);
}
