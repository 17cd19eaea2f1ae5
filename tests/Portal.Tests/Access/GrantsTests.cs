using Portal.Access;
using Xunit;

namespace Portal.Tests.Access;

/// <summary>Decisions in memory against a slow and obvious reading of the same bindings.</summary>
public sealed class GrantsTests
{
    static readonly string[] Projects = ["alpha", "alpha-two", "beta"];
    static readonly string[] Paths = ["app", "app-web", "team/app", "team/app/api", "base", "x_y", "xzy"];
    static readonly string[] Tags = ["v1", "v1.0-rc1", "latest", "V1", "1_0", "1x0"];
    static readonly string[] PathPatterns = ["", "app", "app*", "*", "**", "team/*", "team/**", "**/api", "x_y", "*/app", "t*m/a*"];
    static readonly string[] FullPatterns = ["", "**", "alpha/*", "alpha*/**", "*/app", "*/*", "beta/team/**", "*a/**/api"];
    static readonly string[] TagPatterns = ["", "v*", "*-rc*", "latest", "*", "1_0"];

    [Fact]
    public void On_RandomBindingsAndTargets_DecidesAsTheSlowReading()
    {
        var random = new Random(4711);
        var (given, refused) = (0, 0);
        for (var round = 0; round < 3_000; round++)
        {
            var roles = Enumerable.Range(0, random.Next(0, 9)).Select(_ => Role(random)).ToList();
            var grants = GrantLoader.Build(roles, [], null);
            for (var i = 0; i < 5; i++)
            {
                var target = Target(random);
                var expected = SlowPolicy.Rights(roles, target);
                var actual = Permissions.All.Where(grants.On(target).Has).ToHashSet();
                Assert.True(expected.SetEquals(actual), $"{target}\n{string.Join('\n', roles)}\nexpected {string.Join(' ', expected.Except(actual))}, too much {string.Join(' ', actual.Except(expected))}");
                if (actual.Count > 1) given++;
                else refused++;
            }
        }
        Assert.True(given > 2_000 && refused > 2_000, $"{given} given, {refused} refused: the mix says little");
    }

    [Fact]
    public void Build_RobotRights_HoldWhereTheyWereGivenOnly()
    {
        var grants = GrantLoader.Build([], [new(1, false, Permissions.RepositoryPull), new(null, true, Permissions.TagList), new(null, false, Permissions.UserList)], null);
        Assert.Equal(PermissionSet.Of(Permissions.UserList), grants.On(AccessTarget.System));
        Assert.Equal(PermissionSet.Of(Permissions.RepositoryPull, Permissions.TagList), grants.On(AccessTarget.Project(1, "alpha", false)));
        Assert.Equal(PermissionSet.Of(Permissions.TagList), grants.On(AccessTarget.Project(2, "beta", false)));
    }

    [Fact]
    public void Build_SeveralEnds_KeepsTheFirst()
    {
        var now = DateTimeOffset.UnixEpoch;
        HeldRole Ending(DateTimeOffset? until) => new(1, "", "", until, PermissionSet.Everything);
        Assert.Null(GrantLoader.Build([Ending(null)], [], null).Until);
        Assert.Equal(now.AddHours(1), GrantLoader.Build([Ending(now.AddHours(2)), Ending(null), Ending(now.AddHours(1))], [], now.AddHours(3)).Until);
        Assert.Equal(now, GrantLoader.Build([Ending(now.AddHours(2))], [], now).Until);
    }

    [Fact]
    public void Build_PatternOutsideTheGrammar_GivesNothing() =>
        Assert.Equal(PermissionSet.None, GrantLoader.Build([new(1, "a*/**", "", null, PermissionSet.Everything)], [], null).On(AccessTarget.Project(1, "alpha", false).In("ab/c")));

    static HeldRole Role(Random random)
    {
        int? project = random.Next(4) is > 0 and var p ? p : null;
        var rights = BuiltInRoles.OfProjects[random.Next(BuiltInRoles.OfProjects.Count)].Permissions;
        if (random.Next(20) == 0) rights = PermissionSet.None;
        return new(project, Pick(random, project is null ? FullPatterns : PathPatterns), Pick(random, TagPatterns), null, rights);
    }

    static AccessTarget Target(Random random)
    {
        var project = random.Next(12);
        if (project == 0) return AccessTarget.System;
        var target = AccessTarget.Project(1 + (project % 3), Projects[project % 3], false);
        if (random.Next(5) == 0) return target;
        target = target.In(Pick(random, Paths));
        return random.Next(3) == 0 ? target : target.Tagged(Pick(random, Tags));
    }

    static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
