using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary>The refusals of groups.</summary>
static class GroupErrors
{
    public static Error NotFound { get; } = Error.NotFound("The group");

    public static Error RuleNotFound { get; } = Error.NotFound("The mapping rule");

    public static Error Name { get; } = Error.Invalid("group_name", $"A group's name has 1 to {Group.MaxNameLength} characters, no control characters, and no space at its ends.");

    public static Error Description { get; } = Error.Invalid("description", $"A description has at most {Group.MaxDescriptionLength} characters and no control characters.");

    public static Error ExternalName { get; } = Error.Invalid("external_name", $"An external name has 1 to {Group.MaxExternalNameLength} characters and no control characters.");

    public static Error Dn { get; } = Error.Invalid("ldap_group_dn", $"ldap_group_dn is a distinguished name such as cn=devs,ou=groups,dc=example,dc=org with at most {Group.MaxExternalNameLength} characters.");

    public static Error Taken(string name) => new("CONFLICT", $"There is a group named {name}, or one with the same external name, already.", ErrorKind.Conflict, "group_name");

    public static Error NotLocal { get; } = new("PRECONDITION", "Who is in this group is decided by the directory or the identity provider. Change it there.", ErrorKind.Precondition);

    public static Error AlreadyIn(string user) => new("CONFLICT", $"{user} is in the group already.", ErrorKind.Conflict, "username");

    public static Error NotIn { get; } = Error.NotFound("The group's member");

    public static Error GivesMore { get; } = new("FORBIDDEN", "You cannot change who is in this group, because its roles hold rights that you do not have.", ErrorKind.Forbidden);
}
