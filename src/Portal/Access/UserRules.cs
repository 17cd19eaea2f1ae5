using System.Net.Mail;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>What an account's fields may hold.</summary>
static class UserRules
{
    const string Forbidden = ",\"~#%$/:\\<>";

    public static Error? Name(string name) =>
        name.Length is 0 or > User.MaxNameLength || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || Forbidden.Contains(c, StringComparison.Ordinal)) ? AccessErrors.UserName : null;

    public static Error? Password(string name, string password, int least) =>
        password.Length < least || password.Length > 128 || string.Equals(name, password, StringComparison.OrdinalIgnoreCase) ? AccessErrors.Password(least) : null;

    public static Error? Profile(UserProfile profile)
    {
        if (profile.DisplayName.Length > 255 || profile.DisplayName.Any(char.IsControl)) return Error.Invalid("realname", "A display name has at most 255 characters and no control characters.");
        if (profile.Comment.Length > 1024) return Error.Invalid("comment", "A comment has at most 1,024 characters.");
        if (profile.Email.Length > 0 && (profile.Email.Length > 255 || !MailAddress.TryCreate(profile.Email, out var mail) || mail.Address != profile.Email))
            return Error.Invalid("email", $"'{profile.Email}' is not an e-mail address of at most 255 characters.");
        return null;
    }
}

/// <summary>What a person may say of themselves.</summary>
public sealed record UserProfile(string DisplayName, string Email, string Comment)
{
    public static UserProfile Empty { get; } = new("", "", "");
}
