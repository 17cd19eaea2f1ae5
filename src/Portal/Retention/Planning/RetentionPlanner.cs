using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;
using Portal.Projects;
using Portal.Retention.Evaluation;

namespace Portal.Retention.Planning;

/// <summary>How much of a project to look at, and which verdicts to write down.</summary>
/// <param name="MaxItems">Tags to look at; past that the plan is not whole.</param>
/// <param name="MaxRows">Verdicts of each sort, going and staying, that are written down with their reasons.</param>
/// <param name="Before">The rules to compare with; null for none.</param>
/// <param name="Only">One repository; null for all.</param>
sealed record PlanScope(long MaxItems = long.MaxValue, int MaxRows = RetentionVerdict.MaxKept, CompiledPolicy? Before = null, long? Only = null);

/// <summary>Judges the repositories of a project and adds up what would go. Changes nothing; previews and runs are both made of it.</summary>
sealed class RetentionPlanner(IDbContextFactory<PortalDbContext> contexts, FactsReader facts)
{
    const string Blobs = """
        SELECT x."ArtifactId", x."BlobId", b."Size" FROM artifacts.artifact_blob AS x JOIN artifacts.artifact AS a ON a."Id" = x."ArtifactId" JOIN artifacts.blob AS b ON b."Id" = x."BlobId"
        WHERE a."ProjectId" = @project AND a."DeletionId" IS NULL
        """;

    /// <param name="inherited">The first stage is the system's.</param>
    /// <param name="progress">Told how many tags have been judged.</param>
    public async Task<ProjectPlan> PlanAsync(ProjectEntry project, CompiledPolicy policy, bool inherited, DateTimeOffset at, PlanScope scope, Action<long>? progress, CancellationToken cancellation)
    {
        var plan = new ProjectPlan { At = at };
        var owners = new Dictionary<long, (int Repository, int Row)>();
        var (rows, going, staying, judged) = (plan.Rows, 0, 0, 0L);
        await foreach (var repository in facts.ReadAsync(project, scope.Only, cancellation))
        {
            if (judged >= scope.MaxItems)
            {
                plan.Whole = false;
                break;
            }
            var verdicts = RetentionEvaluator.Evaluate(policy, repository, at.UtcDateTime);
            var before = scope.Before is { } saved ? RetentionEvaluator.Evaluate(saved, repository, at.UtcDateTime) : null;
            var first = new Dictionary<int, int>();
            for (var i = 0; i < verdicts.Items.Count; i++)
            {
                var decision = verdicts.Decisions[i];
                if (decision.Verdict == Verdict.Delete ? going++ >= scope.MaxRows : staying++ >= scope.MaxRows) continue;
                first.TryAdd(verdicts.Items[i].Artifact, rows.Count);
                rows.Add(Row(policy, inherited, repository, verdicts, i, at) with { Before = before is not null && before.Decisions[i].Verdict != decision.Verdict ? before.Decisions[i].Verdict : null });
            }
            plan.Repositories.Add(Summed(repository, verdicts));
            Own(repository, verdicts, plan.Repositories.Count - 1, first, owners);
            judged += verdicts.Items.Count;
            progress?.Invoke(judged);
        }
        if (owners.Count > 0) await WeighAsync(project, plan, owners, cancellation);
        return plan;
    }

    static VerdictRow Row(CompiledPolicy policy, bool inherited, RepositoryFacts repository, RepositoryVerdicts verdicts, int i, DateTimeOffset at)
    {
        var (item, decision) = (verdicts.Items[i], verdicts.Decisions[i]);
        var artifact = repository.Artifacts[item.Artifact];
        var tag = item.Tag < 0 ? null : artifact.Tags[item.Tag];
        var reason = Reasons.Of(policy, repository, item, decision, at.UtcDateTime);
        return new(repository.Name, tag?.Name ?? "", artifact.Digest, decision.Verdict, Reasons.Rule(decision, policy.Stages.Count, inherited),
            reason.Length > RetentionVerdict.MaxReason ? reason[..(RetentionVerdict.MaxReason - 1)] + "…" : reason, tag?.PushedAt ?? artifact.PushedAt, 0);
    }

    static RepositoryPlan Summed(RepositoryFacts repository, RepositoryVerdicts verdicts)
    {
        Span<int> counts = stackalloc int[5];
        var (artifacts, tags) = (new List<(long, string)>(), new List<DoomedTag>());
        var (tagged, left) = (0, 0);
        for (var i = 0; i < verdicts.Items.Count; i++)
        {
            var (item, verdict) = (verdicts.Items[i], verdicts.Decisions[i].Verdict);
            counts[(int)verdict]++;
            if (item.Tag < 0) continue;
            tagged++;
            if (verdict != Verdict.Delete) left++;
            else if (!verdicts.Goes[item.Artifact]) tags.Add(Doomed(repository.Artifacts[item.Artifact], item.Tag));
        }
        for (var a = 0; a < repository.Artifacts.Count; a++)
        {
            if (!verdicts.Goes[a]) continue;
            var artifact = repository.Artifacts[a];
            artifacts.Add((artifact.Id, artifact.Digest));
            for (var t = 0; t < artifact.Tags.Count; t++) tags.Add(Doomed(artifact, t));
        }
        return new(repository.Id, repository.Name, verdicts.Items.Count, counts[(int)Verdict.Keep], counts[(int)Verdict.Delete], counts[(int)Verdict.Skip],
            counts[(int)Verdict.Immutable] + counts[(int)Verdict.Locked], artifacts, tags, tagged > 0 && left == 0);
    }

    static DoomedTag Doomed(ArtifactFacts artifact, int tag) => new(artifact.Tags[tag].Id, artifact.Tags[tag].Name, artifact.Digest);

    // Whose row tells the bytes of an artifact that goes: its own, or that of what it hangs on.
    static void Own(RepositoryFacts repository, RepositoryVerdicts verdicts, int place, Dictionary<int, int> first, Dictionary<long, (int, int)> owners)
    {
        if (!verdicts.Goes.Contains(true)) return;
        var parents = new Dictionary<int, int>();
        for (var a = 0; a < repository.Artifacts.Count; a++)
            foreach (var child in repository.Artifacts[a].Children) parents.TryAdd(child, a);
        for (var a = 0; a < repository.Artifacts.Count; a++)
            if (verdicts.Goes[a]) owners[repository.Artifacts[a].Id] = (place, first.GetValueOrDefault(Root(repository, parents, a), -1));
    }

    static int Root(RepositoryFacts repository, Dictionary<int, int> parents, int artifact)
    {
        // digests cannot name each other in a circle
        while (true)
        {
            if (repository.Artifacts[artifact].Subject is var subject and >= 0) artifact = subject;
            else if (repository.Artifacts[artifact].Tags.Count == 0 && parents.TryGetValue(artifact, out var parent)) artifact = parent;
            else return artifact;
        }
    }

    // A blob is freed when everything in the project that names it goes; it is told once, at the first that names it.
    async Task WeighAsync(ProjectEntry project, ProjectPlan plan, Dictionary<long, (int Repository, int Row)> owners, CancellationToken cancellation)
    {
        var kept = new HashSet<long>();
        var freed = new Dictionary<long, (long Size, int Repository, int Row)>();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Database.OpenConnectionAsync(cancellation);
        await using var command = FactsReader.Command(db, Blobs, ("project", project.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var blob = reader.GetInt64(1);
            if (!owners.TryGetValue(reader.GetInt64(0), out var owner)) kept.Add(blob);
            else if (!freed.TryGetValue(blob, out var known) || (owner.Repository, owner.Row).CompareTo((known.Repository, known.Row)) < 0) freed[blob] = (reader.GetInt64(2), owner.Repository, owner.Row);
        }
        foreach (var (blob, (size, repository, row)) in freed)
        {
            if (kept.Contains(blob)) continue;
            plan.Bytes += size;
            plan.Repositories[repository].Bytes += size;
            if (row >= 0) plan.Rows[row] = plan.Rows[row] with { Bytes = plan.Rows[row].Bytes + size };
        }
    }
}
