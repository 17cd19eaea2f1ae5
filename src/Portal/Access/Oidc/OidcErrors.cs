using Portal.Kernel;

namespace Portal.Access.Oidc;

/// <summary>Why a sign-in by the provider does not go on. Codes travel in addresses; messages stay here.</summary>
public static class OidcErrors
{
    static readonly Dictionary<string, Error> Known = new(StringComparer.Ordinal);

    public static Error Off { get; } = Add("OIDC_OFF", "Signing in by a provider is switched off.");
    public static Error Away { get; } = Add("OIDC_AWAY", "The provider cannot be reached or is not set up right. Try again, or ask an administrator.", ErrorKind.Unavailable);
    public static Error Browser { get; } = Add("OIDC_BROWSER", "This sign-in was not begun in this browser, was used already, or took longer than ten minutes. Begin again.");
    public static Error MixUp { get; } = Add("OIDC_MIX_UP", "The answer came from another provider than was asked. Begin again.");
    public static Error Denied { get; } = Add("OIDC_DENIED", "The provider did not let you in.");
    public static Error Answer { get; } = Add("OIDC_ANSWER", "The provider's answer cannot be believed. An administrator finds the reason in the audit log.");
    public static Error Disabled { get; } = Add("OIDC_DISABLED", "Your account is disabled. An administrator can change that.");

    /// <summary>The error of a code in an address; null for any other text.</summary>
    public static Error? Find(string? code) => code is not null && Known.TryGetValue(code, out var error) ? error : null;

    static Error Add(string code, string message, ErrorKind kind = ErrorKind.Unauthenticated) => Known[code] = new(code, message, kind);
}
