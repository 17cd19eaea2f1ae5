using Portal.Access;
using Portal.Web.Kit;

namespace Portal.Web.Projects;

/// <summary>Why something is allowed, in a sentence.</summary>
static class ReasonWords
{
    /// <param name="reason">What gives the right.</param>
    /// <param name="place">The target's full name; its project stands in front.</param>
    /// <param name="sentence">True for a full stop at the end.</param>
    public static string Of(AccessReason reason, string place, bool sentence = true)
    {
        var text = reason.Source switch
        {
            AccessSource.Public => "The project is public",
            AccessSource.Robot => $"A right of the robot's own, {(reason.ProjectId is null ? "everywhere" : Where(reason, place))}",
            _ => $"Role {reason.RoleTitle} {(reason.Group is null ? "given directly" : $"through group {reason.Group}")}, {Where(reason, place)}{Until(reason)}",
        };
        return sentence ? text + "." : text;
    }

    /// <summary>What a reason does for one right, in a sentence: gives it, would but for its patterns, or does not know it.</summary>
    public static string Effect(AccessReason reason, Permission asked)
    {
        var by = reason.GivenAt is { } at && reason.GivenBy.Length > 0 ? $" Given by {reason.GivenBy} on {Format.LongDate(at)}." : "";
        return (reason.Gives(asked) ? "Allows it." : reason.WouldGive(asked) ? "Would allow it, but its pattern leaves this place out." : "This right is not in it.") + by;
    }

    /// <summary>Where the binding is listed; null for what is no binding.</summary>
    public static string? Url(AccessReason reason, string place) => reason.BindingId is null ? null : reason.ProjectId is null ? PortalUrls.SystemMembers : PortalUrls.Members(place.Split('/', ':')[0]);

    static string Where(AccessReason reason, string place)
    {
        var where = reason.ProjectId is null ? "on the whole system" : $"in {place.Split('/', ':')[0]}";
        if (reason.RepositoryPattern.Length > 0) where += $", repositories {reason.RepositoryPattern}";
        return reason.TagPattern.Length > 0 ? $"{where}, tags {reason.TagPattern}" : where;
    }

    // An end at midnight is the end of the day before.
    static string Until(AccessReason reason) => reason.Until is { } end ? $", until {Format.Date(end.ToUniversalTime().AddTicks(-1))}" : "";
}
