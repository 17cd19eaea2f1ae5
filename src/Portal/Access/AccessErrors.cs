using System.Globalization;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>The refusals of Access: code, message and kind in one place.</summary>
public static class AccessErrors
{
    public static Error WrongCredentials { get; } = new("UNAUTHORIZED", "The user name or password is wrong.", ErrorKind.Unauthenticated);

    public static Error SignInNeeded { get; } = new("UNAUTHORIZED", "This needs a signed-in user.", ErrorKind.Unauthenticated);

    public static Error PasswordChangeRequired { get; } = new("PASSWORD_CHANGE_REQUIRED",
        "The first password was meant for one sign-in only. Sign in to Portal in the browser and choose your own.", ErrorKind.Unauthenticated);

    public static Error TooManyAttempts(TimeSpan wait) => new("TOOMANYREQUESTS", $"Too many wrong passwords. Try again in {Words(Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)))}.", ErrorKind.TooMany);

    static string Words(int seconds) => (seconds / 60, seconds % 60) switch
    {
        (0, var s) => string.Create(CultureInfo.InvariantCulture, $"{s} s"),
        (var m, 0) => string.Create(CultureInfo.InvariantCulture, $"{m} min"),
        var (m, s) => string.Create(CultureInfo.InvariantCulture, $"{m} min {s} s"),
    };

    /// <summary>Known caller, missing right; names the right and nothing else.</summary>
    public static Error Lacks(Permission permission) =>
        new("FORBIDDEN", $"This needs the right {permission}. A project admin or an administrator can give it.", ErrorKind.Forbidden);

    /// <summary>The right is there, but on other tags.</summary>
    public static Error LacksOnTag(Permission permission, string tag, TagScope scope) =>
        new("FORBIDDEN", $"You have the right {permission} here on the tags {string.Join(", ", scope.Patterns.Select(p => p.Text).Distinct())}, and not on {tag}. A project admin can give it.", ErrorKind.Forbidden);

    public static Error UserNameTaken(string name) => new("CONFLICT", $"The user name {name} is taken.", ErrorKind.Conflict, "username");

    public static Error UserName { get; } = Error.Invalid("username", "A user name has 1 to 255 characters, none of them ',', '\"', '~', '#', '%', '$', '/', ':' or white space.");

    public static Error Password(int least) => Error.Invalid("password", string.Create(CultureInfo.InvariantCulture, $"A password has {least} to 128 characters and is not the user name."));

    public static Error WrongPassword { get; } = Error.Invalid("old_password", "The present password is wrong.") with { Code = "WRONG_PASSWORD", Kind = ErrorKind.Forbidden };

    public static Error PasswordIsOwn { get; } = new("PRECONDITION", "You have chosen your own password already. Change it in your profile.", ErrorKind.Precondition);

    public static Error PasswordKeptElsewhere { get; } = new("PRECONDITION", "This account's password is kept by the directory or the identity provider. Change it there.", ErrorKind.Precondition);

    public static Error ChangedMeanwhile { get; } = new("CONFLICT", "Somebody changed this account at the same moment. Look at it again.", ErrorKind.Conflict);

    public static Error LastAdministrator { get; } = new("PRECONDITION", "This is the last administrator. Make somebody else administrator first.", ErrorKind.Precondition);

    public static Error Yourself { get; } = new("PRECONDITION", "You cannot do this to your own account. Ask another administrator.", ErrorKind.Precondition);

    public static Error NotAMember { get; } = Error.NotFound("The member");

    public static Error AlreadyMember(string name) => new("CONFLICT", $"{name} is a member already; change the role instead.", ErrorKind.Conflict, "member");

    public static Error TokenEnded { get; } = new("UNAUTHORIZED", "This access token has expired. Make a new one in your profile.", ErrorKind.Unauthenticated);

    public static Error TokenNotFromHere { get; } = new("UNAUTHORIZED", "This access token may not be used from this address.", ErrorKind.Unauthenticated);

    /// <summary>A token must not make another one, or change the account that it belongs to.</summary>
    public static Error NotWithToken { get; } = new("FORBIDDEN", "This cannot be done with an access token. Sign in, or use your password.", ErrorKind.Forbidden);

    public static Error TokenNameTaken(string name) => new("CONFLICT", $"You have an access token named {name} already.", ErrorKind.Conflict, "name");

    public static Error RobotDisabled { get; } = new("UNAUTHORIZED", "This robot is disabled.", ErrorKind.Unauthenticated);

    public static Error RobotEnded { get; } = new("UNAUTHORIZED", "This robot has expired.", ErrorKind.Unauthenticated);

    public static Error RobotTaken(string name) => new("CONFLICT", $"The name {name} is taken.", ErrorKind.Conflict, "name");

    public static Error NoRobot { get; } = Error.NotFound("The robot");

    /// <summary>Nobody hands on a right that they lack.</summary>
    public static Error RobotExceeds(Permission right) => new("DENIED", $"The robot would hold the right {right}, which you do not have there.", ErrorKind.Forbidden, "permissions");
    public static Error NoRole { get; } = Error.NotFound("The role");

    public static Error RoleBuiltIn { get; } = new("PRECONDITION", "This role ships with Portal and is never changed. Clone it and change the copy.", ErrorKind.Precondition);

    public static Error RoleTaken(string title) => new("CONFLICT", $"There is a role named {title} already.", ErrorKind.Conflict, "title");

    public static Error RoleHeld(int bindings) => new("PRECONDITION",
        string.Create(CultureInfo.InvariantCulture, $"The role is given {bindings} {(bindings == 1 ? "time" : "times")}. Give its holders another role first."), ErrorKind.Precondition);

    /// <summary>Group rules give the role; they are named by their patterns.</summary>
    public static Error RoleInRules(IReadOnlyList<string> patterns, int more) => new("CONFLICT",
        string.Create(CultureInfo.InvariantCulture, $"The group {(patterns.Count + more == 1 ? "rule" : "rules")} {string.Join(", ", patterns)}{(more > 0 ? $" and {more} more" : "")} {(patterns.Count + more == 1 ? "gives" : "give")} this role. Change or delete {(patterns.Count + more == 1 ? "it" : "them")} first."), ErrorKind.Conflict);

    public static Error TooManyRoles { get; } = new("PRECONDITION", string.Create(CultureInfo.InvariantCulture, $"There are {RoleRules.MaxRoles} custom roles, and there can be no more. Delete one first."), ErrorKind.Precondition);

    /// <summary>An author can hand on only what they hold.</summary>
    public static Error RoleBeyondAuthor(Permission lacked) =>
        new("FORBIDDEN", $"You cannot make or change a role with the right {lacked}, because you do not have it on the whole system.", ErrorKind.Forbidden, "permissions");

    public static Error UnknownRole { get; } = Error.Invalid("role", "The role is the name of one that exists. GET /api/portal/roles lists them.");

    public static Error RoleForProjects(string title) => Error.Invalid("role", $"The role {title} holds nothing that counts inside a project. Give it on the whole system.");

    public static Error RoleForSystem(string title) => Error.Invalid("role", $"The role {title} holds everything, also beside projects. It can only be given on the whole system, without a pattern.");

    /// <summary>Nobody gives more than they have there.</summary>
    public static Error RoleBeyondGiver(string title, Permission lacked) =>
        new("FORBIDDEN", $"You cannot give the role {title} here, because it holds the right {lacked}, which you do not have.", ErrorKind.Forbidden, "role");

    /// <summary>The same when it is changed or taken away.</summary>
    public static Error RoleBeyondChanger(string title, Permission lacked) =>
        new("FORBIDDEN", $"You cannot change who has the role {title} here, because it holds the right {lacked}, which you do not have.", ErrorKind.Forbidden, "role");

    public static Error NoBinding { get; } = Error.NotFound("The binding");

    public static Error UntilPast { get; } = Error.Invalid("until", "The end of a role lies in the future.");

    public static Error RobotElsewhere { get; } = Error.Invalid("subject", "A robot of a project has roles in that project only.");
}
