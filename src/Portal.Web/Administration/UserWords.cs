using Portal.Access;

namespace Portal.Web.Administration;

/// <summary>What screens say of where an account's password is kept.</summary>
public static class UserWords
{
    /// <summary>How its person signs in, in a word or two.</summary>
    public static string SignsInBy(UserSource source) => source switch { UserSource.Ldap => "Directory", UserSource.Oidc => "OIDC", _ => "Password" };

    /// <summary>Why there is no password to change here; null for an account that has one.</summary>
    public static string? PasswordElsewhere(UserSource source) => source switch
    {
        UserSource.Ldap => "Your password is kept by the directory, and is changed there.",
        UserSource.Oidc => "You sign in by the identity provider. There is no password here; your password there is changed there.",
        _ => null,
    };
}
