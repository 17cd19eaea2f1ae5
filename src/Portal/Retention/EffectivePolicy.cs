using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;
using Portal.Retention.Evaluation;
using Portal.Retention.Rules;
using Portal.Retention.Text;

namespace Portal.Retention;

/// <summary>What counts in a project, and where it comes from.</summary>
/// <param name="Own">The project's policy; null when it has none.</param>
/// <param name="System">The system's; null when there is none.</param>
public sealed record EffectivePolicy(RetentionPolicy? Own, RetentionPolicy? System)
{
    /// <summary>The system's counts alone, whatever the project says.</summary>
    public bool Locked => System is { Locked: true };

    public PolicyMode Mode => Locked || Own is null ? PolicyMode.Inherit : Own.Mode;

    /// <summary>The rules that count, first to last.</summary>
    public IReadOnlyList<PolicyRules> Stages { get; } = Staged(Own, System, null);

    /// <summary>The first of the rules that count is the system's.</summary>
    public bool Inherited => Mode == PolicyMode.Inherit;

    /// <summary>The policy whose schedule and brake count.</summary>
    public RetentionPolicy? Leading => Inherited ? System : Own;

    /// <summary>True when any rule could decide something.</summary>
    public bool Any => Stages.Any(s => s.Count > 0);

    /// <summary>The rules that would count with other rules of the project, or of the system when <paramref name="mode"/> is null.</summary>
    public IReadOnlyList<PolicyRules> With(PolicyRules rules, PolicyMode? mode) =>
        mode is { } m ? Staged(Own, System, (rules, m)) : [rules];

    internal static Result<CompiledPolicy> Compile(IReadOnlyList<PolicyRules> stages) => CompiledPolicy.Of(stages);

    /// <summary>Reads what counts in a project.</summary>
    internal static async Task<EffectivePolicy> LoadAsync(PortalDbContext db, int projectId, CancellationToken cancellation)
    {
        var both = await db.RetentionPolicies.AsNoTracking().Where(p => p.Place == 0 || p.Place == projectId).ToListAsync(cancellation);
        return new(both.Find(p => p.Place == projectId && projectId != 0), both.Find(p => p.Place == 0));
    }

    static IReadOnlyList<PolicyRules> Staged(RetentionPolicy? own, RetentionPolicy? system, (PolicyRules Rules, PolicyMode Mode)? instead)
    {
        var above = system is null ? PolicyRules.None : Read(system);
        var mode = system is { Locked: true } ? PolicyMode.Inherit : instead?.Mode ?? own?.Mode ?? PolicyMode.Inherit;
        if (mode == PolicyMode.Inherit) return [above];
        var rules = instead?.Rules ?? Read(own!);
        return mode == PolicyMode.Replace ? [rules] : [rules, above];
    }

    /// <summary>The rules of a saved policy.</summary>
    internal static PolicyRules Read(RetentionPolicy policy) => PolicyText.Read(policy.Rules).Value;

    /// <summary>Rules as a plan keeps them, and back.</summary>
    internal static string Snapshot(IReadOnlyList<PolicyRules> stages) => JsonSerializer.Serialize(stages.Select(PolicyText.Write));

    internal static IReadOnlyList<PolicyRules> Restore(string snapshot) => [.. JsonSerializer.Deserialize<string[]>(snapshot)!.Select(t => PolicyText.Read(t).Value)];
}
