using System.Reflection;
using Portal.Architecture.Tests.Packaging;
using Xunit;

namespace Portal.Integration.Tests.Faults;

/// <summary>Each probe finds nothing on the real server, and finds the flaw on each server that has one planted.</summary>
[Collection(AttackCollection.Name)]
public sealed class SecurityClassTests(AttackGround ground)
{
    // the classes that a portal of today's extent has; those of parts that are still to come join with them
    static readonly int[] Owned = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 18, 21, 22, 24, 25, 26, 27, 28, 29, 31];

    public static IEnumerable<object[]> Probes => SecurityClasses.All.SelectMany(c => c.Probes.Select(p => new object[] { c.Number, p.Name }));

    public static IEnumerable<object[]> Faults => SecurityClasses.All.SelectMany(c => c.Probes.SelectMany(p => p.Faults.Select(f => new object[] { c.Number, p.Name, f.Name })));

    [Fact]
    public void EveryClass_HasAProbeAndAPlantedFault()
    {
        Assert.Equal(Owned, SecurityClasses.All.Select(c => c.Number));
        Assert.All(SecurityClasses.All, c => Assert.NotEmpty(c.Probes));
        var probes = SecurityClasses.All.SelectMany(c => c.Probes).ToList();
        Assert.All(probes, p => Assert.True(p.Faults.Count > 0, $"'{p.Name}' has never been seen to find anything."));
        Assert.Equal(probes.Count, probes.Select(p => p.Name).Distinct().Count());
        Assert.All(probes, p => Assert.Equal(p.Faults.Count, p.Faults.Select(f => f.Name).Distinct().Count()));
    }

    [Fact]
    public void EveryClass_IsInTheDocs()
    {
        var page = PackagingFiles.Read("docs/operations/security-classes.md").Split('\n');
        Assert.Equal(SecurityClasses.All.Select(c => $"| {c.Number} {c.Name} "), page.Where(l => l.Length > 2 && char.IsAsciiDigit(l[2])).Select(l => l[..l.IndexOf('|', 2)]));
    }

    [Fact]
    public void EveryProbe_IsInTheTable()
    {
        var written = typeof(SecurityClassTests).Assembly.GetTypes().Where(t => t.Namespace == typeof(SecurityClassTests).Namespace + ".Probes" && t is { IsAbstract: true, IsSealed: true })
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)).ToHashSet();
        var used = SecurityClasses.All.SelectMany(c => c.Probes).Select(p => p.Run.Method).ToHashSet();
        Assert.Empty(written.Except(used).Select(m => $"{m.DeclaringType!.Name}.{m.Name}"));
    }

    [Theory, MemberData(nameof(Probes))]
    public Task RealServer_Attacked_GivesNothingAway(int number, string probe) => ground.AttackAsync(Find(number, probe));

    [Theory, MemberData(nameof(Faults))]
    public async Task FaultyServer_Attacked_IsFoundOut(int number, string probe, string fault)
    {
        var attack = Find(number, probe);
        var planted = attack.Faults.Single(f => f.Name == fault);
        var finding = await ground.AttackAsync(attack, planted);
        Assert.True(finding is not null, $"The probe '{probe}' finds nothing on a server where {fault}.");
        Assert.Contains(planted.Finding, finding, StringComparison.Ordinal);
    }

    static Probe Find(int number, string name) => SecurityClasses.All.Single(c => c.Number == number).Probes.Single(p => p.Name == name);
}
