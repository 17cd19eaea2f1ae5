using Portal.Access;
using Portal.Access.Groups;

namespace Portal.Web.Administration;

/// <summary>What screens call groups' sources and the reasons of their roles.</summary>
public static class GroupWords
{
    /// <summary>The source in a word or two.</summary>
    public static string Source(GroupSource? source) => source switch { GroupSource.Ldap => "Directory", GroupSource.Oidc => "OIDC", GroupSource.Local => "Local", _ => "Directory and OIDC" };

    /// <summary>The source as a form's choice; empty for all but local ones.</summary>
    public static string Word(GroupSource? source) => source switch { GroupSource.Ldap => "ldap", GroupSource.Oidc => "oidc", GroupSource.Local => "local", _ => "" };

    /// <summary>Why a role is held.</summary>
    public static string Origin(BindingOrigin origin) => origin switch { BindingOrigin.MappingRule => "By a group rule", BindingOrigin.AdministratorGroup => "Administrator group", _ => "By hand" };

    /// <summary>What deleting a group takes along.</summary>
    public static string Consequence(GroupRow group) =>
        $"{(group.Roles == 1 ? "1 role goes" : FormattableString.Invariant($"{group.Roles} roles go"))} with it, and {(group.Members == 1 ? "1 person loses" : FormattableString.Invariant($"{group.Members} people lose"))} what it gave, within seconds."
        + (group.Source == GroupSource.Local ? "" : " It comes back, with the roles that rules give, when one of its people signs in.");

    /// <summary>Reads a form's choice of source; null for all but local ones.</summary>
    public static GroupSource? Read(string? word) => word switch { "ldap" => GroupSource.Ldap, "oidc" => GroupSource.Oidc, "local" => GroupSource.Local, _ => null };
}
