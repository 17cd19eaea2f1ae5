using Portal.Kernel;
using Portal.Retention.Rules;

namespace Portal.Retention.Evaluation;

/// <summary>
/// Policies made ready to judge, one behind the other: what the first leaves undecided, the next decides. A policy of a project that extends the system's has two stages.
/// </summary>
public sealed class CompiledPolicy
{
    CompiledPolicy(IReadOnlyList<PolicyRules> sources, IReadOnlyList<Stage> stages) => (Sources, Stages) = (sources, stages);

    /// <summary>What it was made of.</summary>
    public IReadOnlyList<PolicyRules> Sources { get; }

    internal IReadOnlyList<Stage> Stages { get; }

    /// <summary>Refused with the place of the first rule that cannot be.</summary>
    public static Result<CompiledPolicy> Of(params IReadOnlyList<PolicyRules> sources)
    {
        var stages = new List<Stage>();
        foreach (var source in sources)
        {
            var stage = source.Form == PolicyForm.Ordered ? OrderedStage.Of(source) : HarborStage.Of(source);
            if (!stage.Ok) return stage.Error;
            stages.Add(stage.Value);
        }
        return new CompiledPolicy(sources, stages);
    }
}

/// <summary>One policy among those that judge.</summary>
abstract class Stage
{
    /// <summary>Decides items of the repository that nobody has decided yet.</summary>
    public abstract void Decide(Board board, int stage);
}
