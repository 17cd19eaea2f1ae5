using Portal.Access;
using Portal.Access.Groups;
using Portal.Access.Ldap;
using Xunit;

namespace Portal.Tests.Access;

public sealed class GroupRulesTests
{
    [Theory]
    [InlineData("team-(*)-dev", "team-shop-dev", "shop"), InlineData("team-(*)-dev", "TEAM-Shop-DEV", "Shop"), InlineData("(*)-(*)", "a-b-c", "a-b|c")]
    [InlineData("/org/(**)/admins", "/org/a/b/admins", "a/b"), InlineData("a?c", "abc", ""), InlineData(@"a\*", "a*", ""), InlineData("cn=(*),ou=groups", "cn=devs,ou=groups", "devs")]
    public void Match_NameThatFits_GivesTheCaughtParts(string pattern, string name, string parts) =>
        Assert.Equal(parts, string.Join('|', GroupPattern.Parse(pattern).Value.Match(name)!));

    [Theory]
    [InlineData("team-(*)-dev", "team-shop-devs"), InlineData("team-(*)-dev", "my-team-shop-dev"), InlineData("a*", "a/b"), InlineData("a.c", "abc"), InlineData("a", "a\n")]
    public void Match_NameThatDoesNotFit_GivesNothing(string pattern, string name) => Assert.Null(GroupPattern.Parse(pattern).Value.Match(name));

    [Theory]
    [InlineData(""), InlineData(" "), InlineData("("), InlineData("a)"), InlineData("((a))"), InlineData("a\\"), InlineData("(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)"), InlineData("a\tb")]
    public void Parse_BadPattern_IsRefusedWithTheField(string pattern) => Assert.Equal("pattern", GroupPattern.Parse(pattern).Error!.Field);

    [Theory]
    [InlineData("$1", 1, true), InlineData("team-$1", 1, true), InlineData("team", 0, true), InlineData("$2", 1, false), InlineData("$", 1, false), InlineData("$0", 1, false)]
    [InlineData("Team!", 0, false), InlineData("", 0, false), InlineData("a$", 1, false), InlineData("-$1", 1, false)]
    public void CheckTemplate_AskedOfBothKinds_RefusesWhatNamesNoProject(string template, int parts, bool good) => Assert.Equal(good, RuleBook.CheckTemplate(template, parts) is null);

    [Fact]
    public void Try_TwoRulesForOneProject_TheFirstDecidesThere()
    {
        var book = new RuleBook([Rule(1, "team-(*)-*", "$1", position: 2), Rule(2, "team-shop-dev", "shop", position: 1), Rule(3, "team-*", "all", position: 3), Rule(4, "other", "x", position: 4)]);

        var verdicts = book.Try(GroupSource.Oidc, "team-shop-dev");

        Assert.Equal([2, 1, 3, 4], verdicts.Select(v => v.Rule.Id));
        Assert.Equal([true, false, true, false], verdicts.Select(v => v.Gives));
        Assert.Equal(2, verdicts[1].OverruledBy!.Id);
        Assert.Equal(["shop", "shop", "all", ""], verdicts.Select(v => v.Project));
    }

    [Fact]
    public void Try_GroupOfTheDirectory_HoldsPlainPatternsAgainstTheFirstPart()
    {
        const string dn = "cn=team-shop-dev,ou=groups,dc=example";
        var book = new RuleBook([Rule(1, "team-(*)-dev", "$1"), Rule(2, "cn=team-(*)-dev,ou=groups,**", "$1-all"), Rule(3, "*", "oidc-only", GroupSource.Oidc)]);

        Assert.Equal(["shop", "shop-all"], book.Try(GroupSource.Ldap, dn).Where(v => v.Gives).Select(v => v.Project));
        Assert.DoesNotContain(book.Try(GroupSource.Local, "team-shop-dev"), v => v.Matches);
    }

    [Theory]
    [InlineData("CN=Devs, OU=Groups,dc=Example", "cn=devs,ou=groups,dc=example"), InlineData(@"cn=a\,b,dc=x", @"cn=a\,b,dc=x"), InlineData(@"cn=a\2cb,dc=x", @"cn=a\,b,dc=x"), InlineData("cn=a+sn=b,dc=x", "cn=a+sn=b,dc=x")]
    [InlineData(@"cn=\c3\a9,dc=x", "cn=é,dc=x"), InlineData("devs", null), InlineData("", null), InlineData("cn=,dc=x", null), InlineData("cn=a,", null), InlineData("=a", null)]
    public void Normalize_SpellingsOfOneName_BecomeOne(string text, string? expected) => Assert.Equal(expected, DistinguishedName.Normalize(text));

    [Fact]
    public void IsAtOrBelow_NameThatOnlyEndsAlike_IsNotBelow()
    {
        Assert.True(DistinguishedName.TryParse("cn=a,ou=groups,dc=x", out var name) && DistinguishedName.TryParse("ou=groups,dc=x", out var below) && name.IsAtOrBelow(below));
        Assert.True(DistinguishedName.TryParse(@"cn=a\,ou=groups,dc=x", out var fake) && DistinguishedName.TryParse("ou=groups,dc=x", out var real) && !fake.IsAtOrBelow(real));
    }

    [Theory]
    [InlineData("*", @"\2a"), InlineData("a)(uid=*", @"a\29\28uid=\2a"), InlineData(@"a\b", @"a\5cb"), InlineData("a\0b", @"a\00b"), InlineData("é", @"\c3\a9"), InlineData("ann.lee-1", "ann.lee-1")]
    public void Escape_Value_CannotChangeTheFilter(string value, string expected) => Assert.Equal(expected, LdapFilter.Escape(value));

    [Theory]
    [InlineData("(a=b)", true), InlineData("(&(a=b)(c=d))", true), InlineData("(a=b)(c=d)", false), InlineData("a=b", false), InlineData("((a=b)", false), InlineData("(a=b))", false), InlineData("()", false), InlineData("(a=b)c", false)]
    public void IsWellFormed_Filter_IsOneInBalancedBrackets(string filter, bool good) => Assert.Equal(good, LdapFilter.IsWellFormed(filter));

    [Theory]
    [InlineData("ldap://host", "host", 389), InlineData("ldaps://host:1636/", "host", 1636), InlineData("ldaps://host", "host", 636), InlineData("http://host", null, 0), InlineData("ldap://host/dc=x", null, 0), InlineData("ldap://u:p@host", null, 0)]
    public void TryParse_Address_IsSchemeHostAndPort(string text, string? host, int port)
    {
        Assert.Equal(host is not null, LdapAddress.TryParse(text, out var address));
        if (host is not null) Assert.Equal((host, port), (address!.Host, address.Port));
    }

    static MappingRule Rule(int id, string pattern, string project, GroupSource? source = null, int? position = null) =>
        new() { Id = id, Position = position ?? id, Pattern = pattern, Project = project, Source = source };
}
