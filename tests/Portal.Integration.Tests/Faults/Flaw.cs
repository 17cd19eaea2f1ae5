namespace Portal.Integration.Tests.Faults;

/// <summary>An attack went through. Anything else that a probe throws means that the probe itself does not work.</summary>
public sealed class FlawException(string finding) : Exception(finding);

/// <summary>How a probe tells what it found.</summary>
static class Flaw
{
    /// <summary>The attack went through when <paramref name="found"/>.</summary>
    public static void If(bool found, string finding)
    {
        if (found) throw new FlawException(finding);
    }

    /// <summary>The attack went through unless both are equal.</summary>
    public static void Unless<T>(T wanted, T got, string finding)
    {
        if (!EqualityComparer<T>.Default.Equals(wanted, got)) throw new FlawException($"{finding}: {got} instead of {wanted}");
    }
}
