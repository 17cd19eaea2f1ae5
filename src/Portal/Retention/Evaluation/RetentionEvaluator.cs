namespace Portal.Retention.Evaluation;

/// <summary>
/// Judges one repository: a verdict for each tag, and which artifacts go. Pure: the same facts, policy and time give the same answer. Artifacts are only named by digest, so one goes
/// when every tag of it goes and nothing that stays needs it: no index, no thing it is attached to. What is attached to an artifact goes with it.
/// </summary>
public static class RetentionEvaluator
{
    public static RepositoryVerdicts Evaluate(CompiledPolicy policy, RepositoryFacts repository, DateTime now)
    {
        var board = new Board(repository, now);
        for (var stage = 0; stage < policy.Stages.Count; stage++) policy.Stages[stage].Decide(board, stage);
        for (var i = 0; i < board.Items.Count; i++)
            if (!board.Decided[i]) board.Decide(i, new(Verdict.Skip, DecidedBy.Nothing));
        var family = new Family(board, policy);
        return new(board.Items, board.Decisions, family.Settle());
    }
}
