using System.Security.Cryptography;
using Portal.Artifacts;
using Portal.Retention.Evaluation;

namespace Portal.Retention.Planning;

/// <summary>A verdict as tables show it.</summary>
/// <param name="Tag">Empty for an artifact without one.</param>
/// <param name="Rule">"rule 2"; empty when none decided.</param>
/// <param name="Bytes">What goes with it and nothing else holds; shared by several that go, it counts for the first.</param>
public sealed record VerdictRow(string Repository, string Tag, string Digest, Verdict Verdict, string Rule, string Reason, DateTimeOffset PushedAt, long Bytes)
{
    /// <summary>The verdict by the rules that are saved, where they say otherwise; null where they say the same or were not asked.</summary>
    public Verdict? Before { get; init; }
}

/// <summary>One repository of a plan.</summary>
/// <param name="Artifacts">What goes, with all its tags.</param>
/// <param name="Tags">All tags that go.</param>
/// <param name="LastTag">It has tags, and none of them stays.</param>
sealed record RepositoryPlan(long Id, string Name, int Total, int Kept, int Deleted, int Skipped, int Held, List<(long Id, string Digest)> Artifacts, List<DoomedTag> Tags, bool LastTag)
{
    public long Bytes { get; set; }
}

/// <summary>What retention would do in a project.</summary>
sealed class ProjectPlan
{
    public required DateTimeOffset At { get; init; }
    public List<RepositoryPlan> Repositories { get; } = [];

    /// <summary>Verdicts in the order of repositories and artifacts; of a large project not all.</summary>
    public List<VerdictRow> Rows { get; set; } = [];

    /// <summary>False when the project was too large to look at all of it.</summary>
    public bool Whole { get; set; } = true;
    public long Bytes { get; set; }
    public long Total => Repositories.Sum(r => (long)r.Total);
    public long Kept => Repositories.Sum(r => (long)r.Kept);
    public long Deleted => Repositories.Sum(r => (long)r.Deleted);
    public long Skipped => Repositories.Sum(r => (long)r.Skipped);
    public long Held => Repositories.Sum(r => (long)r.Held);

    /// <summary>The same for two plans that delete the same artifacts and tags.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[9];
        foreach (var repository in Repositories)
        {
            foreach (var (id, _) in repository.Artifacts) Append(hash, bytes, 0, id);
            foreach (var tag in repository.Tags) Append(hash, bytes, 1, tag.Id);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static void Append(IncrementalHash hash, Span<byte> bytes, byte sort, long id)
    {
        bytes[0] = sort;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes[1..], id);
        hash.AppendData(bytes);
    }
}
