using Portal.Retention.Rules;

namespace Portal.Retention.Evaluation;

/// <summary>Turns verdicts on tags into which artifacts go, by what holds them and who needs whom.</summary>
sealed class Family
{
    readonly Board _board;
    readonly CompiledPolicy _policy;
    readonly List<ArtifactFacts> _artifacts;
    readonly List<int>[] _parents;
    readonly List<int>[] _attached;
    readonly Decision?[] _held;
    readonly string?[] _running;
    readonly bool[] _stays;

    public Family(Board board, CompiledPolicy policy)
    {
        (_board, _policy, _artifacts) = (board, policy, board.Repository.Artifacts);
        (_parents, _attached) = (new List<int>[_artifacts.Count], new List<int>[_artifacts.Count]);
        (_held, _running, _stays) = (new Decision?[_artifacts.Count], new string?[_artifacts.Count], new bool[_artifacts.Count]);
        for (var a = 0; a < _artifacts.Count; a++)
        {
            foreach (var child in _artifacts[a].Children) (_parents[child] ??= []).Add(a);
            if (_artifacts[a].Subject >= 0) (_attached[_artifacts[a].Subject] ??= []).Add(a);
        }
    }

    /// <summary>By place whether the artifact goes; the decisions on the board say why others do not.</summary>
    public bool[] Settle()
    {
        for (var a = 0; a < _artifacts.Count; a++) _held[a] = Refusal(_artifacts[a]);
        for (var a = 0; a < _artifacts.Count; a++)
        {
            if (_artifacts[a].InUse is { } place) Run(a, place);
            if (_held[a] is { By: not DecidedBy.Family } why) PassOn(a, why with { By = DecidedBy.Family });
        }
        Release();
        var waiting = new Stack<int>();
        for (var a = 0; a < _artifacts.Count; a++)
            if (_stays[a]) waiting.Push(a);
        // whatever stays keeps its platforms and what is attached to it
        while (waiting.TryPop(out var a))
        {
            foreach (var child in _artifacts[a].Children) Stay(child, waiting);
            foreach (var attached in _attached[a] ?? []) Stay(attached, waiting);
        }
        Explain();
        return Array.ConvertAll(_stays, s => !s);
    }

    void Stay(int artifact, Stack<int> waiting)
    {
        if (_stays[artifact]) return;
        _stays[artifact] = true;
        waiting.Push(artifact);
    }

    // Lets go, for now, of every candidate whose tags all go, and of all that only hangs on others.
    void Release()
    {
        var all = new bool[_artifacts.Count];
        Array.Fill(all, true);
        for (var i = 0; i < _board.Items.Count; i++)
            if (_board.Decisions[i].Verdict != Verdict.Delete) all[_board.Items[i].Artifact] = false;
        for (var a = 0; a < _artifacts.Count; a++)
            _stays[a] = _held[a] is not null || _running[a] is not null || (_board.IsCandidate(a) ? !all[a] : _artifacts[a].Subject == ArtifactFacts.LostSubject);
    }

    // What runs keeps its subject and every index that names it.
    void Run(int artifact, string place)
    {
        if (_running[artifact] is not null) return;
        _running[artifact] = place;
        if (_artifacts[artifact].Subject >= 0) Run(_artifacts[artifact].Subject, place);
        foreach (var parent in _parents[artifact] ?? []) Run(parent, place);
    }

    // What is held holds what would take it along: its subject, and the indexes that name it when it has no tag of its own.
    void PassOn(int artifact, Decision why)
    {
        if (_artifacts[artifact].Subject >= 0) Hold(_artifacts[artifact].Subject, why);
        if (_artifacts[artifact].Tags.Count > 0) return;
        foreach (var parent in _parents[artifact] ?? []) Hold(parent, why);
    }

    void Hold(int artifact, Decision why)
    {
        if (_held[artifact] is not null) return;
        _held[artifact] = why;
        PassOn(artifact, why);
    }

    // What refuses to be deleted.
    static Decision? Refusal(ArtifactFacts artifact)
    {
        if (artifact.Locked is { } reason) return new(Verdict.Locked, DecidedBy.Locked, Detail: reason);
        foreach (var tag in artifact.Tags)
        {
            if (tag.Immutable is { } rule) return new(Verdict.Immutable, DecidedBy.Immutable, Detail: rule);
            if (tag.Locked is { } held) return new(Verdict.Locked, DecidedBy.Locked, Detail: held);
        }
        return null;
    }

    void Explain()
    {
        for (var i = 0; i < _board.Items.Count; i++)
        {
            var (artifact, decision) = (_board.Items[i].Artifact, _board.Decisions[i]);
            // what a rule keeps anyway stays that rule's
            if (decision.Verdict != Verdict.Delete || !_stays[artifact]) continue;
            _board.Decisions[i] = _running[artifact] is { } place ? new(Verdict.Keep, DecidedBy.InUse, decision.Stage, decision.Rule, Detail: place) : Staying(i, artifact, decision);
        }
    }

    // A tag that is to go from an artifact that stays: it goes alone where rules judge tags one by one and nothing holds it.
    Decision Staying(int item, int artifact, Decision decision)
    {
        var tag = _board.Tag(item);
        var why = tag?.Immutable is { } rule ? new(Verdict.Immutable, DecidedBy.Immutable, Detail: rule)
            : tag?.Locked is { } locked ? new(Verdict.Locked, DecidedBy.Locked, Detail: locked)
            : _artifacts[artifact].Locked is { } reason ? new(Verdict.Locked, DecidedBy.Locked, Detail: reason)
            : _held[artifact] is { By: DecidedBy.Family } family ? family
            : (Decision?)null;
        var alone = tag is not null && _policy.Sources[decision.Stage].Form == PolicyForm.Ordered;
        if (why is null && alone) return decision;
        why ??= _held[artifact] ?? OtherTag(item, artifact) ?? new(Verdict.Keep, DecidedBy.Index);
        return why.Value with { Stage = decision.Stage, Rule = decision.Rule };
    }

    Decision? OtherTag(int item, int artifact)
    {
        for (var i = item - 1; i >= 0 && _board.Items[i].Artifact == artifact; i--)
            if (_board.Decisions[i] is { Verdict: Verdict.Keep or Verdict.Skip, By: not DecidedBy.OtherTag }) return new(Verdict.Keep, DecidedBy.OtherTag, Detail: _board.Tag(i)?.Name);
        for (var i = item + 1; i < _board.Items.Count && _board.Items[i].Artifact == artifact; i++)
            if (_board.Decisions[i].Verdict is Verdict.Keep or Verdict.Skip) return new(Verdict.Keep, DecidedBy.OtherTag, Detail: _board.Tag(i)?.Name);
        return null;
    }
}
