using Portal.Api;

namespace Portal.Access.Groups;

/// <summary>A group of <c>/api/v2.0/usergroups</c>; <c>group_type</c> is 1 LDAP, 2 local, 3 OIDC.</summary>
[Wire]
public sealed class UserGroupJson
{
    public int Id { get; init; }
    public string GroupName { get; init; } = "";
    public int GroupType { get; init; }
    public string LdapGroupDn { get; init; } = "";

    internal static UserGroupJson From(GroupRow row) => new()
    {
        Id = row.Id,
        GroupName = row.Name,
        GroupType = (int)row.Source,
        LdapGroupDn = row.Source == GroupSource.Ldap ? row.ExternalName : "",
    };

    /// <summary>Without what only administrators may know.</summary>
    internal static UserGroupJson Found(GroupRow row) => new() { Id = row.Id, GroupName = row.Name, GroupType = (int)row.Source };
}

[Wire]
public sealed class UserGroupReq
{
    public string? GroupName { get; init; }
    public int GroupType { get; init; }
    public string? LdapGroupDn { get; init; }
}

/// <summary>A person in a group.</summary>
public sealed class GroupMemberJson
{
    public int UserId { get; init; }
    public string Username { get; init; } = "";
    public string DisplayName { get; init; } = "";
    public bool Disabled { get; init; }

    internal static GroupMemberJson From(GroupMemberRow row) => new() { UserId = row.UserId, Username = row.Name, DisplayName = row.DisplayName, Disabled = row.Disabled };
}

public sealed class GroupMemberReq
{
    public string? Username { get; init; }
}

/// <summary>A mapping rule, as it is sent and as it is shown.</summary>
public sealed class MappingRuleJson
{
    public int Id { get; init; }

    /// <summary><c>ldap</c>, <c>oidc</c>, or null for both.</summary>
    public string? Source { get; init; }
    public string? Pattern { get; init; }
    public string? Project { get; init; }
    public string? Role { get; init; }

    internal static MappingRuleJson From(MappingRule rule) => new() { Id = rule.Id, Source = GroupWords.Of(rule.Source), Pattern = rule.Pattern, Project = rule.Project, Role = rule.Role!.Name };
}

public sealed class MoveReq
{
    public bool Up { get; init; }
}

/// <summary>What a rule says of a tried name.</summary>
public sealed class TriedRuleJson
{
    public int RuleId { get; init; }
    public bool Matches { get; init; }
    public string Project { get; init; } = "";
    public string Role { get; init; } = "";
    public bool ProjectExists { get; init; }

    /// <summary>The earlier rule that decides in the same project.</summary>
    public int? OverruledBy { get; init; }
}

public sealed class TriedNameJson
{
    public string Name { get; init; } = "";
    public bool Administrators { get; init; }
    public IReadOnlyList<TriedRuleJson> Rules { get; init; } = [];

    internal static TriedNameJson From(TriedName tried) => new()
    {
        Name = tried.Name,
        Administrators = tried.Administrators,
        Rules = [.. tried.Rules.Select(r => new TriedRuleJson
        {
            RuleId = r.Verdict.Rule.Id,
            Matches = r.Verdict.Matches,
            Project = r.Verdict.Project,
            Role = r.Verdict.Rule.Role!.Name,
            ProjectExists = r.ProjectExists,
            OverruledBy = r.Verdict.OverruledBy?.Id,
        })],
    };
}

/// <summary>The words for sources on <c>/api/portal</c>.</summary>
static class GroupWords
{
    public static string? Of(GroupSource? source) => source switch { GroupSource.Ldap => "ldap", GroupSource.Oidc => "oidc", GroupSource.Local => "local", _ => null };

    /// <summary>The source of a word; null for none, and false for a word that there is not.</summary>
    public static bool TryRead(string? word, out GroupSource? source)
    {
        source = word switch { "ldap" => GroupSource.Ldap, "oidc" => GroupSource.Oidc, _ => null };
        return source is not null || string.IsNullOrEmpty(word);
    }
}
