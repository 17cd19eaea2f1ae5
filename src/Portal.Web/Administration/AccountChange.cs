using Portal.Access;
using Portal.Kernel;

namespace Portal.Web.Administration;

/// <summary>A change to somebody's account that is asked about once more before it is made.</summary>
/// <param name="Form">The form's and the dialog's name.</param>
/// <param name="Consequence">What follows, after the account's name.</param>
/// <param name="Done">Past tense, after the account's name.</param>
sealed record AccountChange(string Form, string Title, string Verb, string Consequence, string Done, Func<UserService, Caller, int, Task<Result>> Make)
{
    public static IReadOnlyList<AccountChange> All { get; } =
    [
        new("disable", "Disable this account?", "Disable", "signed out everywhere within seconds, also from docker and the API. What it pushed stays, and it can be enabled again.", "is disabled",
            (users, caller, id) => users.SetDisabledAsync(caller, id, true, default)),
        new("enable", "Enable this account?", "Enable", "may sign in again, with the roles from before.", "is enabled",
            (users, caller, id) => users.SetDisabledAsync(caller, id, false, default)),
        new("promote", "Make this account an administrator?", "Make administrator", "may then do everything, in every project and with every account.", "is an administrator",
            (users, caller, id) => users.SetAdministratorAsync(caller, id, true, default)),
        new("demote", "Take the administrator right?", "Take the right", "keeps only the roles given in projects.", "is no administrator any more",
            (users, caller, id) => users.SetAdministratorAsync(caller, id, false, default)),
        new("delete", "Delete this account for good?", "Delete for good", "every role and session goes with it; the user name is free again. The audit log keeps what it did.", "is deleted",
            (users, caller, id) => users.DeleteAsync(caller, id, default)),
    ];

    public Task<Result> RunAsync(UserService users, Caller caller, int id) => Make(users, caller, id);
}
