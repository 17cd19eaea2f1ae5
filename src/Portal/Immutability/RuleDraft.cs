using Portal.Kernel;

namespace Portal.Immutability;

/// <summary>What somebody wants a rule to say.</summary>
/// <param name="Name">At most <see cref="MaxName"/> characters; may be empty.</param>
/// <param name="Expirable">Retention may remove what it keeps.</param>
public sealed record RuleDraft(NameSelector Repositories, NameSelector Tags, string Name = "", bool Expirable = false, bool Disabled = false)
{
    /// <summary>The longest name in characters.</summary>
    public const int MaxName = 100;

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public Error? Problem()
    {
        if (Name.Length > MaxName) return Error.Invalid("name", $"A rule's name has at most {MaxName} characters.");
        if (Name.Any(char.IsControl)) return Error.Invalid("name", "A rule's name has no control characters.");
        if (Repositories.Compile("repositories") is { Ok: false } repositories) return repositories.Error;
        return Tags.Compile("tags") is { Ok: false } tags ? tags.Error : null;
    }
}
