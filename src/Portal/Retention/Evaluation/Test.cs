using Portal.Kernel;
using Portal.Retention.Rules;

namespace Portal.Retention.Evaluation;

/// <summary>A condition made ready to ask of the items of a repository.</summary>
abstract class Test
{
    /// <summary>Called once for a repository before it is asked; true when there are places to count.</summary>
    public virtual void Prepare(Board board) { }

    public abstract bool Holds(Board board, int item);

    /// <summary>The place among the newest, from 1; 0 where the condition does not count or the item is not counted.</summary>
    public virtual int Rank(int item) => 0;

    public static Result<Test> Of(Condition condition)
    {
        switch (condition)
        {
            case Everything: return new Plain((_, _) => true);
            case AllOf all: return All(all);
            case AnyOf any:
                var some = Of(any.Conditions);
                return some.Ok ? new AnyTest(some.Value) : some.Error;
            case Not not:
                var inner = Of(not.Of);
                return inner.Ok ? new NotTest(inner.Value) : inner.Error;
            case NameFits name:
                var pattern = NamePattern.Parse(name.Pattern, name.Regex);
                if (!pattern.Ok) return pattern.Error;
                var fits = pattern.Value;
                return name.Of == NameOf.Repository ? new RepositoryTest(fits) : new Plain((b, i) => b.Tag(i) is { } tag && fits.IsMatch(tag.Name));
            case VersionIn version:
                var range = VersionRange.Parse(version.Range);
                if (!range.Ok) return range.Error;
                var within = range.Value;
                return new Plain((b, i) => b.Versions[i] is { } v && within.Contains(v));
            case Prerelease pre: return new Plain((b, i) => b.Versions[i] is { } v && v.IsPrerelease == pre.Is);
            case Newest newest: return new NewestTest(newest, []);
            case Age { What: Happening.Pushed } age: return new Plain((b, i) => b.PushedAt(i) >= b.Now.AddHours(-age.Hours) != age.Over);
            case Age age: return new Plain((b, i) => (b.PulledAt(i) is { } at && at >= b.Now.AddHours(-age.Hours)) != age.Over);
            case PulledAtLeast pulls: return new Plain((b, i) => b.Artifact(i).PullCount >= pulls.Count);
            case Has has: return Traits(has);
            default: throw new InvalidOperationException($"A condition of the type {condition.GetType().Name} is not known.");
        }
    }

    static Plain Traits(Has has) => has.Trait switch
    {
        Trait.Tagged => new((b, i) => (b.Items[i].Tag >= 0) == has.Is),
        Trait.Signed => new((b, i) => b.Signed[b.Items[i].Artifact] == has.Is),
        Trait.InIndex => new((b, i) => b.Named[b.Items[i].Artifact] == has.Is),
        Trait.InUse => new((b, i) => b.Artifact(i).InUse is not null == has.Is),
        _ => new((b, i) => (b.Artifact(i).Locked ?? b.Tag(i)?.Locked ?? b.Tag(i)?.Immutable) is not null == has.Is),
    };

    static Result<Test> All(AllOf all)
    {
        var tests = new List<Test>();
        var beside = Of(all.Conditions.Where(c => !c.Counts));
        if (!beside.Ok) return beside.Error;
        var next = 0;
        foreach (var condition in all.Conditions)
        {
            if (condition is Newest newest) tests.Add(new NewestTest(newest, beside.Value));
            else if (!condition.Counts) tests.Add(beside.Value[next++]);
            else if (Of(condition) is { Ok: true } one) tests.Add(one.Value);
            else return Of(condition).Error!;
        }
        return new AllTest([.. tests]);
    }

    static Result<Test[]> Of(IEnumerable<Condition> conditions)
    {
        var tests = new List<Test>();
        foreach (var condition in conditions)
        {
            var test = Of(condition);
            if (!test.Ok) return test.Error;
            tests.Add(test.Value);
        }
        return tests.ToArray();
    }
}

sealed class Plain(Func<Board, int, bool> holds) : Test
{
    public override bool Holds(Board board, int item) => holds(board, item);
}

/// <summary>Asks once for a repository.</summary>
sealed class RepositoryTest(NamePattern pattern) : Test
{
    bool _fits;

    public override void Prepare(Board board) => _fits = pattern.IsMatch(board.Repository.Name);

    public override bool Holds(Board board, int item) => _fits;
}

sealed class AllTest(Test[] tests) : Test
{
    public override void Prepare(Board board)
    {
        foreach (var test in tests) test.Prepare(board);
    }

    public override bool Holds(Board board, int item)
    {
        foreach (var test in tests)
            if (!test.Holds(board, item)) return false;
        return true;
    }

    public override int Rank(int item) => Ranks.First(tests, item);
}

sealed class AnyTest(Test[] tests) : Test
{
    public override void Prepare(Board board)
    {
        foreach (var test in tests) test.Prepare(board);
    }

    public override bool Holds(Board board, int item)
    {
        foreach (var test in tests)
            if (test.Holds(board, item)) return true;
        return false;
    }

    public override int Rank(int item) => Ranks.First(tests, item);
}

sealed class NotTest(Test test) : Test
{
    public override void Prepare(Board board) => test.Prepare(board);

    public override bool Holds(Board board, int item) => !test.Holds(board, item);

    public override int Rank(int item) => test.Rank(item);
}

static class Ranks
{
    public static int First(Test[] tests, int item)
    {
        foreach (var test in tests)
            if (test.Rank(item) is var rank and > 0) return rank;
        return 0;
    }
}

/// <summary>Numbers the items that count, newest first within each series.</summary>
sealed class NewestTest(Newest newest, Test[] beside) : Test
{
    int[] _ranks = [];

    public override void Prepare(Board board)
    {
        foreach (var test in beside) test.Prepare(board);
        var versions = newest.Per != Series.All || newest.By == NewestBy.Version ? board.Versions : null;
        var counted = new List<int>();
        for (var i = 0; i < board.Items.Count; i++)
            if ((versions is null || versions[i] is not null) && Array.TrueForAll(beside, t => t.Holds(board, i))) counted.Add(i);
        counted.Sort((a, b) => Compare(board, versions, a, b));
        _ranks = new int[board.Items.Count];
        var seen = new Dictionary<(long, long), int>();
        foreach (var i in counted)
        {
            var series = newest.Per switch { Series.All => default, Series.Major => (versions![i]!.Value.Major, 0), _ => (versions![i]!.Value.Major, versions[i]!.Value.Minor) };
            _ranks[i] = seen[series] = seen.GetValueOrDefault(series) + 1;
        }
    }

    public override bool Holds(Board board, int item) => _ranks[item] > 0 && _ranks[item] <= newest.Count;

    public override int Rank(int item) => _ranks[item];

    int Compare(Board board, SemVersion?[]? versions, int a, int b)
    {
        var order = newest.By switch
        {
            NewestBy.Pushed => board.PushedAt(b).CompareTo(board.PushedAt(a)),
            NewestBy.Pulled => Nullable.Compare(board.PulledAt(b), board.PulledAt(a)),
            _ => versions![b]!.Value.CompareTo(versions[a]!.Value),
        };
        if (order == 0 && newest.By != NewestBy.Pushed) order = board.PushedAt(b).CompareTo(board.PushedAt(a));
        if (order == 0) order = string.CompareOrdinal(board.Tag(b)?.Name, board.Tag(a)?.Name);
        return order != 0 ? order : board.Artifact(b).Id.CompareTo(board.Artifact(a).Id);
    }
}
