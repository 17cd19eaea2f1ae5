using System.Text.Json;
using Portal.Retention.Evaluation;
using Portal.Retention.Rules;
using Portal.Retention.Text;
using Xunit;

namespace Portal.Tests.Retention;

public sealed class EvaluatorTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void RandomPolicies_AreJudgedAsTheReferenceDoes(int part)
    {
        var (deleted, kept, held) = (0, 0, 0);
        for (var seed = part * 3_000; seed < (part + 1) * 3_000; seed++)
        {
            var world = new Worlds(seed);
            var (repository, policies) = (world.Repository(), world.Policies());
            var (answers, goes) = new ReferenceEvaluator(policies, repository, Worlds.Now).Judge();
            var verdicts = RetentionEvaluator.Evaluate(CompiledPolicy.Of(policies).Value, repository, Worlds.Now);
            var found = verdicts.Items.Select((item, i) => new ReferenceEvaluator.Answer(item.Artifact, item.Tag < 0 ? null : repository.Artifacts[item.Artifact].Tags[item.Tag].Name, verdicts.Decisions[i].Verdict, verdicts.Decisions[i].Rule)).ToList();
            var wrong = found.Count != answers.Count || found.Where((f, i) => answers[i] with { Verdict = answers[i].Verdict ?? (f.Verdict == Verdict.Delete ? null : f.Verdict) } != f).Any() || !goes.SequenceEqual(verdicts.Goes);
            Assert.False(wrong, $"seed {seed}\n{string.Join('\n', policies.Select(PolicyText.Write))}\n{JsonSerializer.Serialize(repository)}\nreference\n{string.Join('\n', answers)}\n{string.Join(' ', goes)}\nevaluator\n{string.Join('\n', found)}\n{string.Join(' ', verdicts.Goes)}");
            deleted += found.Count(f => f.Verdict == Verdict.Delete);
            kept += found.Count(f => f.Verdict == Verdict.Keep);
            held += found.Count(f => f.Verdict is Verdict.Immutable or Verdict.Locked);
            // everything can be said
            for (var i = 0; i < verdicts.Items.Count; i++) Assert.NotEmpty(Reasons.Of(CompiledPolicy.Of(policies).Value, repository, verdicts.Items[i], verdicts.Decisions[i], Worlds.Now));
        }
        Assert.True(deleted > 2_000 && kept > 2_000 && held > 200, $"{deleted} {kept} {held}: the worlds are too plain to prove anything");
    }

    [Fact]
    public void RandomPolicies_AsTextAndAsJson_ComeBackUnchanged()
    {
        for (var seed = 0; seed < 10_000; seed++)
        {
            var policy = new Worlds(seed).Policy();
            var text = PolicyText.Write(policy);
            var read = PolicyText.Read(text);
            Assert.True(read.Ok, $"seed {seed}: {read.Error}\n{text}");
            Assert.Equal(text, PolicyText.Write(read.Value));
            Assert.Equal(PolicyText.ToJson(policy).ToJsonString(), PolicyText.ToJson(read.Value).ToJsonString());
            using var json = JsonDocument.Parse(PolicyText.ToJson(policy).ToJsonString());
            var again = PolicyText.FromJson(json.RootElement);
            Assert.True(again.Ok, $"seed {seed}: {again.Error}");
            Assert.Equal(text, PolicyText.Write(again.Value));
            Assert.Equal(Shape(policy), Shape(read.Value));
        }
    }

    // every part of the model by its own type, so that nothing can hide behind the writer under test
    static string Shape(PolicyRules p) => $"{p.Form}: {string.Join("; ", p.Rules.Select(r => $"{r.Name}|{r.Off}|{r.Action}|{Shape(r.When)}"))}{string.Join("; ", p.Union.Select(r => $"{r.Template}|{r.Parameter}|{r.Off}|{string.Join(',', r.Tags)}|{string.Join(',', r.Repositories)}"))}";

    static string Shape(Condition c) => c.Inner.Count > 0 ? $"{c.GetType().Name}({string.Join(", ", c.Inner.Select(Shape))})" : c.ToString();
}
