using Portal.Kernel;
using Portal.Retention.Rules;

namespace Portal.Retention.Evaluation;

/// <summary>The first rule that holds decides.</summary>
sealed class OrderedStage : Stage
{
    readonly (int Place, RuleAction Action, Test Test)[] _rules;

    OrderedStage((int, RuleAction, Test)[] rules) => _rules = rules;

    public static Result<Stage> Of(PolicyRules policy)
    {
        var rules = new List<(int, RuleAction, Test)>();
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            if (policy.Rules[i].Off) continue;
            var test = Test.Of(policy.Rules[i].When);
            if (!test.Ok) return Error.Invalid("rules", $"Rule {i + 1}: {test.Error.Message}");
            rules.Add((i, policy.Rules[i].Action, test.Value));
        }
        return new OrderedStage([.. rules]);
    }

    public override void Decide(Board board, int stage)
    {
        foreach (var (_, _, test) in _rules) test.Prepare(board);
        for (var i = 0; i < board.Items.Count; i++)
        {
            if (board.Decided[i]) continue;
            foreach (var (place, action, test) in _rules)
            {
                if (!test.Holds(board, i)) continue;
                board.Decide(i, new(action switch { RuleAction.Keep => Verdict.Keep, RuleAction.Delete => Verdict.Delete, _ => Verdict.Skip }, DecidedBy.Rule, stage, place, test.Rank(i)));
                break;
            }
        }
    }
}
