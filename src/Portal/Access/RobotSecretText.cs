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

    /// <summary>What the database keeps of one that <see cref="New"/> made.</summary>
    public static RobotSecret KeepRandom(string text, DateTimeOffset now) => Keep(text, true, now);

    /// <summary>What the database keeps of one that somebody gave.</summary>
    public static RobotSecret KeepGiven(string text, DateTimeOffset now) => Keep(text, false, now);

    /// <summary>Whether this is the secret; takes as long for a wrong one as for the right one.</summary>
    public static bool Matches(RobotSecret kept, string text) => CryptographicOperations.FixedTimeEquals(kept.Hash, Hash(text, kept.Salt, kept.Random));

    /// <summary>Takes as long as the slow hash.</summary>
    public static void SpendTime(string text) => Hash(text, new byte[16], random: false);

    static RobotSecret Keep(string text, bool random, DateTimeOffset now)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return new() { Salt = salt, Hash = Hash(text, salt, random), Random = random, CreatedAt = now };
    }

    static byte[] Hash(string text, byte[] salt, bool random)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return random ? SHA256.HashData([.. salt, .. bytes]) : Rfc2898DeriveBytes.Pbkdf2(bytes, salt, Iterations, HashAlgorithmName.SHA256, 32);
    }
}
