namespace Portal.Access;

/// <summary>Bounds of sign-in, sessions, access tokens and robots.</summary>
public sealed class AccessOptions
{
    public const string Section = "Portal:Access";

    /// <summary>Fewest characters of a password, 8 to 128.</summary>
    public int MinPasswordLength { get; set; } = 10;

    /// <summary>Minutes without a request after which a session ends, 5 to 43,200.</summary>
    public int SessionIdleMinutes { get; set; } = 12 * 60;

    /// <summary>Hours after which a session ends whatever happens, 1 to 2,160.</summary>
    public int SessionMaxHours { get; set; } = 14 * 24;

    /// <summary>Wrong passwords of one account from one address before waiting begins, 2 to 50.</summary>
    public int FreeAttempts { get; set; } = 5;

    /// <summary>Wrong passwords from one address over all accounts before waiting begins, 5 to 10,000.</summary>
    public int FreeAttemptsPerAddress { get; set; } = 50;

    /// <summary>The longest wait in seconds, 1 to 3,600. The wait doubles with each further failure.</summary>
    public int MaxWaitSeconds { get; set; } = 300;

    /// <summary>Days that a personal access token may live at most, 1 to 3,650.</summary>
    public int TokenMaxDays { get; set; } = 365;

    /// <summary>Whether a personal access token may be made without an end.</summary>
    public bool TokensMayNotEnd { get; set; }

    /// <summary>Living personal access tokens of one account, 1 to 1,000.</summary>
    public int TokensPerAccount { get; set; } = 100;

    /// <summary>What the name of every robot begins with, 1 to 64 characters without blanks and <c>:</c>. A change renames the robots there are.</summary>
    public string RobotNamePrefix { get; set; } = "robot$";

    /// <summary>Days that a new robot's form proposes, 1 to 36,500.</summary>
    public int RobotDays { get; set; } = 30;

    /// <summary>Hours for which an old secret may go on working beside a new one, 1 to 2,160.</summary>
    public int RobotOverlapMaxHours { get; set; } = 30 * 24;

    internal IEnumerable<string> Problems()
    {
        if (MinPasswordLength is < 8 or > 128) yield return $"{Section}:MinPasswordLength is 8 to 128.";
        if (SessionIdleMinutes is < 5 or > 43_200) yield return $"{Section}:SessionIdleMinutes is 5 to 43,200.";
        if (SessionMaxHours is < 1 or > 2_160) yield return $"{Section}:SessionMaxHours is 1 to 2,160.";
        if (FreeAttempts is < 2 or > 50) yield return $"{Section}:FreeAttempts is 2 to 50.";
        if (FreeAttemptsPerAddress is < 5 or > 10_000) yield return $"{Section}:FreeAttemptsPerAddress is 5 to 10,000.";
        if (MaxWaitSeconds is < 1 or > 3_600) yield return $"{Section}:MaxWaitSeconds is 1 to 3,600.";
        if (TokenMaxDays is < 1 or > 3_650) yield return $"{Section}:TokenMaxDays is 1 to 3,650.";
        if (TokensPerAccount is < 1 or > 1_000) yield return $"{Section}:TokensPerAccount is 1 to 1,000.";
        if (RobotNamePrefix.Length is < 1 or > 64 || RobotNamePrefix.Any(c => c is <= ' ' or > '~' or ':')) yield return $"{Section}:RobotNamePrefix has 1 to 64 visible ASCII characters other than ':'.";
        if (RobotDays is < 1 or > 36_500) yield return $"{Section}:RobotDays is 1 to 36,500.";
        if (RobotOverlapMaxHours is < 1 or > 2_160) yield return $"{Section}:RobotOverlapMaxHours is 1 to 2,160.";
    }
}
