using Microsoft.AspNetCore.Components;
using Portal.Access;

namespace Portal.Web.Projects;

/// <summary>A role that can be chosen in a project, or on the whole system.</summary>
/// <param name="Givable">Whether the reader has every right of it there.</param>
public sealed record RoleChoice(RoleRow Role, bool Givable)
{
    /// <summary>Null for a role that holds nothing that counts in a project.</summary>
    public static RoleChoice? Of(RoleRow role, PermissionSet held)
    {
        var rights = role.Rights & PermissionWords.OfProjects;
        return role.Everything || rights == PermissionSet.None ? null : new(role, held.Covers(rights));
    }

    /// <summary>On the whole system every role counts, also those that hold everything.</summary>
    public static RoleChoice OnSystem(RoleRow role, PermissionSet held) => new(role, held.Covers(role.Rights));

    /// <summary>Options of a select; what cannot be given is there, but cannot be chosen.</summary>
    public static RenderFragment Options(IReadOnlyList<RoleChoice> choices, string chosen) => builder =>
    {
        foreach (var (role, givable) in choices)
        {
            builder.OpenElement(0, "option");
            builder.AddAttribute(1, "value", role.Name);
            builder.AddAttribute(2, "selected", role.Name == chosen);
            builder.AddAttribute(3, "disabled", !givable);
            builder.AddContent(4, givable ? role.Title : $"{role.Title} (holds more than you)");
            builder.CloseElement();
        }
    };
}
