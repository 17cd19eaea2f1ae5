using Portal.Retention.Rules;

namespace Portal.Retention.Evaluation;

/// <summary>One repository while it is judged: its items, and what has been decided of them.</summary>
sealed class Board
{
    readonly Dictionary<int, SemVersion?[]> _versions = [];

    public Board(RepositoryFacts repository, DateTime now)
    {
        (Repository, Now) = (repository, now);
        var artifacts = repository.Artifacts;
        (Signed, Named) = (new bool[artifacts.Count], new bool[artifacts.Count]);
        foreach (var artifact in artifacts)
        {
            if (artifact is { Subject: >= 0, Kind: Registry.Manifests.ArtifactKind.Signature }) Signed[artifact.Subject] = true;
            foreach (var child in artifact.Children) Named[child] = true;
        }
        var items = new List<Item>(artifacts.Count);
        for (var a = 0; a < artifacts.Count; a++)
        {
            if (!IsCandidate(a)) continue;
            if (artifacts[a].Tags.Count == 0) items.Add(new(a, -1));
            for (var t = 0; t < artifacts[a].Tags.Count; t++) items.Add(new(a, t));
        }
        Items = items;
        Decisions = new Decision[items.Count];
        Decided = new bool[items.Count];
    }

    public RepositoryFacts Repository { get; }
    public DateTime Now { get; }

    /// <summary>By artifact: a signature is attached.</summary>
    public bool[] Signed { get; }

    /// <summary>By artifact: an index names it.</summary>
    public bool[] Named { get; }
    public IReadOnlyList<Item> Items { get; }
    public Decision[] Decisions { get; }
    public bool[] Decided { get; }

    /// <summary>Tagged, or in no index; what is attached to something follows that.</summary>
    public bool IsCandidate(int artifact)
    {
        var facts = Repository.Artifacts[artifact];
        return facts.Subject == ArtifactFacts.NoSubject && (facts.Tags.Count > 0 || !Named[artifact]);
    }

    public ArtifactFacts Artifact(int item) => Repository.Artifacts[Items[item].Artifact];

    public TagFacts? Tag(int item) => Items[item].Tag is var t and >= 0 ? Artifact(item).Tags[t] : null;

    public DateTime PushedAt(int item) => Tag(item)?.PushedAt ?? Artifact(item).PushedAt;

    /// <summary>By tag or by digest, the later of both.</summary>
    public DateTime? PulledAt(int item)
    {
        var (tag, artifact) = (Tag(item)?.PulledAt, Artifact(item).PulledAt);
        return tag is null || artifact > tag ? artifact ?? tag : tag;
    }

    /// <summary>The version of each item, null where the tag is none; read once for a repository.</summary>
    public SemVersion?[] Versions
    {
        get
        {
            if (_versions.TryGetValue(0, out var known)) return known;
            var versions = new SemVersion?[Items.Count];
            for (var i = 0; i < versions.Length; i++)
                if (Tag(i) is { } tag && SemVersion.TryParse(tag.Name, out var version)) versions[i] = version;
            return _versions[0] = versions;
        }
    }

    public void Decide(int item, Decision decision) => (Decisions[item], Decided[item]) = (decision, true);
}
