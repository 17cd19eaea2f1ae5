namespace Portal.Access.Oidc;

/// <summary>Who the provider says that a person is. Only issuer and subject tell who it is; the rest is what they are called.</summary>
/// <param name="Subject">The person's unchanging key at the issuer, case and all.</param>
/// <param name="Name">A user name to suggest; may be empty or not fit for one.</param>
/// <param name="Groups">The values of the groups claim; null when no claim is named in the settings.</param>
public sealed record OidcIdentity(string Issuer, string Subject, string Name, string DisplayName, string Email, IReadOnlyList<string>? Groups)
{
    /// <summary>The longest identity token that is kept to show it again when signing out, in characters.</summary>
    public const int MaxKept = 4_000;

    /// <summary>The provider's own session (<c>sid</c>); null when it names none.</summary>
    public string? Session { get; init; }

    /// <summary>The identity token itself; null when it is too long to keep.</summary>
    public string? IdToken { get; init; }
}

/// <summary>A sign-in under way, kept by the person's own browser in a cookie that only Portal can read.</summary>
/// <param name="State">Comes back with the answer; a request of somebody else's making does not know it.</param>
/// <param name="Nonce">Comes back inside the identity token.</param>
/// <param name="Verifier">The PKCE secret; its hash went to the provider.</param>
/// <param name="Return">Where the person wanted to go; a path on this site.</param>
public sealed record OidcAttempt(string State, string Nonce, string Verifier, string Issuer, string RedirectUri, string Return, DateTimeOffset StartedAt);

/// <summary>What the provider's answer to a sign-in says.</summary>
public sealed record OidcAnswer(string? Code, string? State, string? Issuer, string? Error);
