using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portal.Access;

namespace Portal.Gateway.Uploads;

/// <summary>An upload under way, as its address carries it: nothing of it is kept on a node.</summary>
/// <param name="Project">The project's id.</param>
/// <param name="Caller">The id of whoever began it.</param>
/// <param name="Repository">The full name.</param>
/// <param name="Id">The backing registry's id of the upload.</param>
/// <param name="Offset">Bytes received so far.</param>
/// <param name="BackendPath">Path and query at the backing registry.</param>
sealed record UploadState(int Project, SubjectKind Kind, int Caller, string Repository, string Id, long Offset, string BackendPath);

/// <summary>Seals an upload's state into its address (HMAC-SHA256), so that only whoever began it can go on, and only in its repository.</summary>
/// <param name="key">32 random bytes that all nodes share.</param>
sealed class UploadSeal(byte[] key)
{
    const int MaxLength = 6_000;
    const char Separator = '\n';

    public string Seal(UploadState state)
    {
        var text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{state.Project}{Separator}{(int)state.Kind}{Separator}{state.Caller}{Separator}{state.Repository}{Separator}{state.Id}{Separator}{state.Offset}{Separator}{state.BackendPath}"));
        return Base64Url.EncodeToString([.. HMACSHA256.HashData(key, text), .. text]);
    }

    /// <summary>Opens a seal; null when it is not one of ours.</summary>
    public UploadState? Open(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || !Base64Url.IsValid(text)) return null;
        var bytes = Base64Url.DecodeFromChars(text).AsSpan();
        if (bytes.Length <= HMACSHA256.HashSizeInBytes) return null;
        var seal = bytes[..HMACSHA256.HashSizeInBytes];
        var content = bytes[HMACSHA256.HashSizeInBytes..];
        if (!CryptographicOperations.FixedTimeEquals(seal, HMACSHA256.HashData(key, content))) return null;
        var parts = Encoding.UTF8.GetString(content).Split(Separator);
        return new(Number(parts[0]), (SubjectKind)Number(parts[1]), Number(parts[2]), parts[3], parts[4], long.Parse(parts[5], CultureInfo.InvariantCulture), parts[6]);

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}
