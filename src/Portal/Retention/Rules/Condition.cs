namespace Portal.Retention.Rules;

/// <summary>What a rule asks of a tag, or of an artifact without one.</summary>
public abstract record Condition
{
    /// <summary>The deepest nesting of groups.</summary>
    public const int MaxDepth = 8;

    /// <summary>The conditions directly inside; none for all but groups.</summary>
    public virtual IReadOnlyList<Condition> Inner => [];

    /// <summary>True when the answer depends on the other tags of the repository.</summary>
    public bool Counts => this is Newest || Inner.Any(c => c.Counts);
}

/// <summary>Holds for everything.</summary>
public sealed record Everything : Condition;

/// <summary>Every one of these.</summary>
public sealed record AllOf(IReadOnlyList<Condition> Conditions) : Condition
{
    public override IReadOnlyList<Condition> Inner => Conditions;
}

/// <summary>At least one of these.</summary>
public sealed record AnyOf(IReadOnlyList<Condition> Conditions) : Condition
{
    public override IReadOnlyList<Condition> Inner => Conditions;
}

/// <summary>Where the other does not hold.</summary>
public sealed record Not(Condition Of) : Condition
{
    public override IReadOnlyList<Condition> Inner { get; } = [Of];
}

/// <summary>Which name a pattern is held against.</summary>
public enum NameOf
{
    Tag = 0,
    Repository = 1,
}

/// <summary>The whole name fits a pattern. An artifact without a tag fits no pattern of tags.</summary>
/// <param name="Regex">A regular expression without look-around and back-references; else a doublestar pattern.</param>
public sealed record NameFits(NameOf Of, string Pattern, bool Regex = false) : Condition;

/// <summary>The tag is a semantic version inside a range: <c>&gt;=1.2 &lt;2 || 3.x</c>.</summary>
public sealed record VersionIn(string Range) : Condition;

/// <summary>The tag is a semantic version with (or without) a pre-release part.</summary>
public sealed record Prerelease(bool Is) : Condition;

/// <summary>Within what the newest are counted.</summary>
public enum Series
{
    /// <summary>The repository.</summary>
    All = 0,
    Major = 1,

    /// <summary>The first two numbers of the version.</summary>
    Minor = 2,
}

/// <summary>What makes one newer than another.</summary>
public enum NewestBy
{
    Pushed = 0,
    Pulled = 1,
    Version = 2,
}

/// <summary>
/// Among the newest N. Counted are those for which every condition beside it in the same <see cref="AllOf"/> holds, leaving out conditions that count themselves; anywhere else all of the
/// repository. By series or by version only semantic versions count. Of two equally new ones the greater name is the newer.
/// </summary>
public sealed record Newest(int Count, Series Per = Series.All, NewestBy By = NewestBy.Pushed) : Condition
{
    public const int MaxCount = 100_000;
}

/// <summary>The two times of a tag.</summary>
public enum Happening
{
    Pushed = 0,

    /// <summary>By tag or by digest, the later of both.</summary>
    Pulled = 1,
}

/// <summary>It happened within the last hours, or not. What was never pulled was not pulled within any time.</summary>
/// <param name="Over">Longer ago than that, or never.</param>
public sealed record Age(Happening What, int Hours, bool Over = false) : Condition
{
    /// <summary>A hundred years.</summary>
    public const int MaxHours = 876_000;
}

/// <summary>The artifact was pulled so often, by whichever of its names.</summary>
public sealed record PulledAtLeast(long Count) : Condition;

/// <summary>Facts that hold or do not.</summary>
public enum Trait
{
    /// <summary>It has a tag.</summary>
    Tagged = 0,

    /// <summary>A signature is attached to it.</summary>
    Signed = 1,

    /// <summary>An index of the repository names it.</summary>
    InIndex = 2,

    /// <summary>A cluster says that it runs there.</summary>
    InUse = 3,

    /// <summary>A lock or an immutability rule holds it.</summary>
    Locked = 4,
}

/// <summary>The fact holds, or does not.</summary>
public sealed record Has(Trait Trait, bool Is = true) : Condition;
