using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Protection;

namespace Portal.Web.Protection;

/// <summary>What the dialogs for locking and unlocking send.</summary>
/// <param name="Until">The last day of the lock, as <c>yyyy-MM-dd</c> in UTC; empty for no end.</param>
public sealed record LockForm(string Repository, string Tag, string Digest, string Reason, string Until)
{
    /// <summary>Reads the fields of <see cref="LockDialog"/>.</summary>
    public static LockForm Of(IFormCollection form) => new(form["repository"].ToString(), form["tag"].ToString(), form["digest"].ToString(), form["reason"].ToString(), form["until"].ToString());

    /// <summary>The lock that <see cref="LockNotices"/> asks to take off; 0 when the field holds none.</summary>
    public static int Id(IFormCollection form) => int.TryParse(form["id"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    /// <summary>Locks what the form names, and gives its name.</summary>
    public async Task<Result<string>> LockAsync(LockService locks, Caller caller, ProjectEntry project, CancellationToken cancellation = default)
    {
        DateTimeOffset? until = null;
        if (Until.Length > 0)
        {
            if (!DateTimeOffset.TryParseExact(Until, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) || day.Year > 9998) return Error.Invalid("until", "The last day is a date such as 2026-12-31.");
            until = day.AddDays(1);
        }
        var target = LockTarget.Read(project.Name, Repository, Tag, Digest);
        if (!target.Ok) return target.Error;
        var made = await locks.LockAsync(caller, project, target.Value, Reason, until, cancellation);
        return made.Ok ? target.Value.In(project.Name) : made.Error;
    }
}
