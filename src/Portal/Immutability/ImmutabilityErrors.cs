using Portal.Artifacts;
using Portal.Kernel;
using Portal.Registry;

namespace Portal.Immutability;

/// <summary>The refusals of Immutability. Codes and the beginnings of the texts are those of the Harbor API, which clients and scripts look for.</summary>
static class ImmutabilityErrors
{
    public static Error RuleNotFound { get; } = Error.NotFound("The immutability rule");

    public static Error ExemptionNotFound { get; } = Error.NotFound("The exemption");

    public static Error Same { get; } = new("CONFLICT", "There is a rule that selects the same tags already. Change that one.", ErrorKind.Conflict);

    public static Error TooMany { get; } = new("PRECONDITION", $"There are {ImmutabilityService.MaxRules} rules here, and there can be no more. Delete one first.", ErrorKind.Precondition);

    public static Error Reason { get; } = Error.Invalid("reason", $"Say why, in 1 to {ImmutabilityService.MaxReason} characters.");

    public static Error Moves(PushContext push, TagMark mark) => OciErrors.Precondition.Because(
        $"Failed to process request due to '{push.Repository}:{push.Tag}' configured as immutable, cannot be updated. It names something else already, and the rule \"{mark.Rule}\" keeps it there. Push another tag.");

    public static Error Goes(DeleteContext delete, string tag, TagMark mark) => OciErrors.Precondition.Because(
        $"the tag {tag} of {delete.Repository} configured as immutable, cannot be deleted. The rule \"{mark.Rule}\" keeps it.");
}
