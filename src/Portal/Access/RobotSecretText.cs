using System.Security.Cryptography;
using System.Text;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>A robot's secret: how it is made, what a given one must hold, and what the database keeps. Source: Harbor v2.0 API, robot accounts.</summary>
static class RobotSecretText
{
    const int Length = 32;
    const int Iterations = 100_000;
    const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A new secret of 32 characters with capital and small letters and digits.</summary>
    public static string New()
    {
        while (true)
        {
            var text = RandomNumberGenerator.GetString(Letters, Length);
            if (Refuse(text) is null) return text;
        }
    }

    /// <summary>Why a given secret is not taken; null when it is.</summary>
    public static Error? Refuse(string text) =>
        text.Length is < 8 or > 128 || !text.Any(char.IsAsciiLetterUpper) || !text.Any(char.IsAsciiLetterLower) || !text.Any(char.IsAsciiDigit) || text.Any(c => c is < ' ' or '\x7f')
            ? Error.Invalid("secret", "A secret has 8 to 128 characters, among them a capital letter, a small letter and a digit, and no control characters.") : null;

    public static RobotSecret Keep(string text, DateTimeOffset now)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return new() { Salt = salt, Hash = Hash(text, salt), CreatedAt = now };
    }

    public static byte[] Hash(string text, byte[] salt) => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(text), salt, Iterations, HashAlgorithmName.SHA256, 32);
}
