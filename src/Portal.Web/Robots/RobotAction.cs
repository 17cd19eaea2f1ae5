using Portal.Access;
using Portal.Kernel;

namespace Portal.Web.Robots;

/// <summary>Who makes a change, and with what.</summary>
public sealed record RobotHands(RobotService Robots, RobotSecretService Secrets, Caller Caller);

/// <summary>A change to a robot that is asked about once more before it is made.</summary>
/// <param name="Form">The form's and the dialog's name.</param>
/// <param name="Consequence">What follows, after the robot's name.</param>
/// <param name="Done">Past tense, after the robot's name.</param>
/// <param name="Reverse">The change that takes it back; null when none does.</param>
public sealed record RobotAction(string Form, string Title, string Verb, string Consequence, string Done, string? Reverse, Func<RobotHands, int, Task<Result>> Make)
{
    /// <summary>Those that need the right to update.</summary>
    public static IReadOnlyList<RobotAction> OfUpdate { get; } =
    [
        new("disable", "Disable this robot?", "Disable", "refused at its next request, with every registry token it holds. It can be enabled again, with the same secret.", "is disabled", "enable",
            (hands, id) => hands.Robots.UpdateAsync(hands.Caller, id, new(Disabled: true), default)),
        new("enable", "Enable this robot?", "Enable", "works again at once, with the secret and the rights from before.", "is enabled", "disable",
            (hands, id) => hands.Robots.UpdateAsync(hands.Caller, id, new(Disabled: false), default)),
        new("end-old", "End the old secret now?", "End it now", "machines that still use the old secret are refused at once. The list shows when it was last used.", "has only its new secret now", null,
            (hands, id) => hands.Secrets.EndOverlapAsync(hands.Caller, id, default)),
    ];

    /// <summary>Needs the right to delete.</summary>
    public static RobotAction Delete { get; } = new("delete", "Delete this robot for good?", "Delete for good",
        "refused at its next request. Its secret cannot be brought back; the name is free again, and the audit log keeps what it did.", "is deleted", null,
        (hands, id) => hands.Robots.DeleteAsync(hands.Caller, id, default));
}
