namespace Portal.Retention;

/// <summary>Defaults of retention for policies that say nothing else.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Portal:Retention";

    /// <summary>A run that would remove more than this part of a project stops and asks; 1 to 100, 100 for never.</summary>
    public int BrakePercent { get; set; } = 50;

    /// <summary>The same in bytes; -1 for never.</summary>
    public long BrakeBytes { get; set; } = 100_000_000_000;

    /// <summary>A run that would remove the last tag of a repository stops and asks.</summary>
    public bool BrakeLastTag { get; set; } = true;

    internal IEnumerable<string> Problems()
    {
        if (BrakePercent is < 1 or > 100) yield return $"{Section}:{nameof(BrakePercent)} is 1 to 100.";
        if (BrakeBytes is 0 or < -1) yield return $"{Section}:{nameof(BrakeBytes)} is -1 for never, or 1 or more bytes.";
    }
}
