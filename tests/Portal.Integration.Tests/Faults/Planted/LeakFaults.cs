using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Audit;
using Portal.Data;

namespace Portal.Integration.Tests.Faults.Planted;

/// <summary>Mistakes that tell too much.</summary>
static class LeakFaults
{
    /// <summary>A name that nobody has is refused with words of its own.</summary>
    public static Action<IServiceCollection> UnknownNamesAreNamed { get; } = Plant.Before(async (http, next) =>
    {
        if (http.Request.Headers.Authorization.ToString() is { } header && header.StartsWith("Basic ", StringComparison.Ordinal))
        {
            var name = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..])).Split(':')[0];
            await using var db = await DbAsync(http);
            if (!await db.Users.AnyAsync(u => u.UserName == name) && !await db.Robots.AnyAsync(r => r.Login == name))
            {
                http.Response.StatusCode = 401;
                await http.Response.WriteAsync("{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"There is no such account.\"}]}");
                return;
            }
        }
        await next(http);
    });

    /// <summary>No password is hashed for a name that nobody has.</summary>
    public static Action<IServiceCollection> NobodyIsQuick { get; } = Plant.Around<IPasswordHasher<User>>((_, real) => new QuickForNobody(real));

    /// <summary>Who asks for a project that they may not see is told that they may not, and not that there is none.</summary>
    public static Action<IServiceCollection> ForeignIsForbidden { get; } = Plant.Before(async (http, next) =>
    {
        http.Response.OnStarting(async () =>
        {
            if (http.Response.StatusCode != 404 || http.Request.Path.Value!.Split('/') is not [_, "api", "v2.0", "projects", var name, ..]) return;
            await using var db = await DbAsync(http);
            if (await db.Projects.AnyAsync(p => p.Name == name && p.DeletedAt == null)) http.Response.StatusCode = 403;
        });
        await next(http);
    });

    /// <summary>The number of all projects there are, whoever asks.</summary>
    public static Action<IServiceCollection> EverythingIsCounted { get; } = Plant.Before(async (http, next) =>
    {
        if (http.Request.Path == "/api/v2.0/projects")
        {
            await using var db = await DbAsync(http);
            var all = await db.Projects.CountAsync();
            http.Response.OnStarting(() =>
            {
                http.Response.Headers["X-Total-Count"] = $"{all}";
                return Task.CompletedTask;
            });
        }
        await next(http);
    });

    /// <summary>Writes the credentials of requests into the log.</summary>
    public static Action<IServiceCollection> LogsCredentials { get; } = Plant.Before((http, next) =>
    {
        http.RequestServices.GetRequiredService<ILogger<AttackGround>>().LogDebug("{Path} by {Authorization}", http.Request.Path, http.Request.Headers.Authorization.ToString());
        return next(http);
    });

    /// <summary>Writes the bodies of changes into the audit log.</summary>
    public static Action<IServiceCollection> AuditsBodies { get; } = WithBody(async (http, body) =>
        await http.RequestServices.GetRequiredService<AuditLog>().WriteAsync(new(Caller.Anonymous.Actor, AuditActions.Update, AuditResources.User, http.Request.Path.Value!) { After = new { body } }, default));

    /// <summary>Sends a change's body back, as an error that quotes what was wrong would.</summary>
    public static Action<IServiceCollection> AnswersQuote { get; } = WithBody((http, body) =>
    {
        if (!body.Contains('\n', StringComparison.Ordinal)) http.Response.Headers["X-Refused"] = Uri.EscapeDataString(body);
        return Task.CompletedTask;
    });

    public static Action<IServiceCollection> PlainPasswords { get; } = Plant.Instead<IPasswordHasher<User>>(_ => new PlainHasher());

    /// <summary>Settings are answered with what is secret in them.</summary>
    public static Action<IServiceCollection> SettingsWithSecrets { get; } = Appending("/api/v2.0/configurations", async http => (await http.RequestServices.GetRequiredService<AuthSettingsStore>().CurrentAsync(default)).Ldap.SearchPassword);

    /// <summary>Robots are answered with the hashes of their secrets.</summary>
    public static Action<IServiceCollection> RobotsWithHashes { get; } = Appending("/api/portal/robots", async http =>
    {
        await using var db = await DbAsync(http);
        return string.Join(' ', (await db.RobotSecrets.ToListAsync()).Select(s => Convert.ToBase64String(s.Hash)));
    });

    /// <summary>The first account has a password that is in the manual.</summary>
    public static Action<IServiceCollection> DefaultPassword { get; } =
        Plant.Part<FirstRun>(_ => new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["PORTAL_ADMIN_PASSWORD"] = "Harbor12345" }).Build());

    /// <summary>The one-time password is as good as any.</summary>
    public static Action<IServiceCollection> FirstPasswordIsGood { get; } = Plant.Read<User>(u => u.MustChangePassword = false);

    /// <summary>Keys come out of a constant.</summary>
    public static Action<IServiceCollection> ConstantKeys { get; } = Plant.Around<IDataProtectionProvider>((_, real) => new ConstantProtection(real));

    static Action<IServiceCollection> WithBody(Func<HttpContext, string, Task> use) => Plant.Before(async (http, next) =>
    {
        if (!HttpMethods.IsGet(http.Request.Method) && http.Request.Path.StartsWithSegments("/api"))
        {
            http.Request.EnableBuffering();
            using var reader = new StreamReader(http.Request.Body, leaveOpen: true);
            var body = await reader.ReadToEndAsync();
            http.Request.Body.Position = 0;
            await use(http, body);
        }
        await next(http);
    });

    static Action<IServiceCollection> Appending(string path, Func<HttpContext, Task<string>> more) => Plant.Before(async (http, next) =>
    {
        if (!HttpMethods.IsGet(http.Request.Method) || !http.Request.Path.StartsWithSegments(path))
        {
            await next(http);
            return;
        }
        var body = http.Response.Body;
        using var answer = new MemoryStream();
        http.Response.Body = answer;
        await next(http);
        http.Response.Body = body;
        http.Response.ContentLength = null;
        await body.WriteAsync(answer.ToArray());
        if (http.Response.StatusCode == 200) await http.Response.WriteAsync(await more(http));
    });

    static Task<PortalDbContext> DbAsync(HttpContext http) => http.RequestServices.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();

    sealed class QuickForNobody(IPasswordHasher<User> real) : IPasswordHasher<User>
    {
        public string HashPassword(User user, string password) => real.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword) =>
            user.Id == 0 ? PasswordVerificationResult.Failed : real.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }

    sealed class PlainHasher : IPasswordHasher<User>
    {
        public string HashPassword(User user, string password) => "plain:" + password;

        // what was hashed before it came stays good
        public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword) =>
            hashedPassword.StartsWith("plain:", StringComparison.Ordinal) ? (hashedPassword == "plain:" + providedPassword ? PasswordVerificationResult.Success : PasswordVerificationResult.Failed) : new PasswordHasher<User>().VerifyHashedPassword(user, hashedPassword, providedPassword);
    }

    sealed class ConstantProtection(IDataProtectionProvider real, bool constant = false) : IDataProtector
    {
        public IDataProtector CreateProtector(string purpose) => new ConstantProtection(real.CreateProtector(purpose), constant || purpose == "Portal.Data.SharedKeys");

        public byte[] Protect(byte[] plaintext) => ((IDataProtector)real).Protect(plaintext);

        public byte[] Unprotect(byte[] protectedData) => constant ? new byte[SharedKeys.Size] : ((IDataProtector)real).Unprotect(protectedData);
    }
}
