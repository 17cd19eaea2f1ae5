using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Data;

namespace Portal.Integration.Tests.Faults.Planted;

/// <summary>Mistakes about browsers.</summary>
static class BrowserFaults
{
    /// <summary>After the sign-in the browser goes wherever the address said, when <paramref name="local"/> takes it.</summary>
    public static Action<IServiceCollection> ReturnsTo(Func<string, bool> local) => Plant.Before(async (http, next) =>
    {
        http.Response.OnStarting(() =>
        {
            if (http.Request.Path == "/sign-in" && http.Response.StatusCode == 302 && http.Request.Query["return"].ToString() is { Length: > 0 } wanted && local(wanted)) http.Response.Headers.Location = new string([.. wanted.Where(c => !char.IsControl(c))]);
            return Task.CompletedTask;
        });
        await next(http);
    });

    public static Action<IServiceCollection> AnyFormToken { get; } = Plant.Around<IAntiforgery>((_, real) => new AnyToken(real));

    /// <summary>Each request says of itself that it comes from Portal's own pages.</summary>
    public static Action<IServiceCollection> EveryOriginIsOurs { get; } = Plant.Before((http, next) =>
    {
        if (http.Request.Path.StartsWithSegments("/api")) http.Request.Headers["Sec-Fetch-Site"] = "same-origin";
        return next(http);
    });

    public static Action<IServiceCollection> CircuitsForAll { get; } = Plant.Before((http, next) =>
    {
        if (http.Request.Path.StartsWithSegments("/_blazor")) http.Request.Headers.Origin = default;
        return next(http);
    });

    public static Action<IServiceCollection> Cookie(Action<CookieBuilder> change) => services => services.PostConfigureAll<CookieAuthenticationOptions>(o => change(o.Cookie));

    /// <summary>The session that a browser brings along when its person signs in is kept, and so is its cookie.</summary>
    public static Action<IServiceCollection> SessionIsKept { get; } = Plant.Before(async (http, next) =>
    {
        var cookies = http.RequestServices.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(CookieAuthenticationDefaults.AuthenticationScheme);
        var brought = HttpMethods.IsPost(http.Request.Method) && http.Request.Path == "/sign-in" && http.Request.Cookies.TryGetValue(PortalAuthentication.CookieName, out var cookie)
            && cookies.TicketDataFormat.Unprotect(cookie) is { } ticket ? PortalAuthentication.SessionId(ticket.Principal) : null;
        await next(http);
        if (brought is not { } id || http.Response.StatusCode != 302) return;
        await using var db = await http.RequestServices.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        await db.Sessions.Where(s => s.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, (DateTimeOffset?)null));
    });

    /// <summary>Signing out takes the cookie out of the browser and leaves the session as it is.</summary>
    public static Action<IServiceCollection> SessionsNeverEnd { get; } = Plant.Sql(sql =>
        sql.Contains("UPDATE access.session", StringComparison.Ordinal) && !sql.Contains("<>", StringComparison.Ordinal) ? System.Text.RegularExpressions.Regex.Replace(sql, "\"EndedAt\" = (@\\w+)", "\"EndedAt\" = NULLIF($1, $1)") : sql);

    /// <summary>The others' sessions end in the database, and nobody who remembers them is told.</summary>
    public static Action<IServiceCollection> OthersGoOn { get; } = Plant.Sql(sql =>
        sql.Contains("UPDATE access.session", StringComparison.Ordinal) && sql.Contains("\"Id\" <> @", StringComparison.Ordinal) ? sql.Replace("WHERE", "WHERE FALSE AND", StringComparison.Ordinal) : sql);

    /// <summary>With each use the end moves on.</summary>
    public static Action<IServiceCollection> NoAbsoluteEnd { get; } = Plant.Part<SessionService>(_ => Options.Create(new AccessOptions { SessionMaxHours = 1_000_000 }));

    /// <summary>Each further failure doubles the wait, without a bound.</summary>
    public static Action<IServiceCollection> WaitsForEver { get; } = Plant.Part<SignInThrottle>(_ => Options.Create(new AccessOptions { MaxWaitSeconds = int.MaxValue, FreeAttemptsPerAddress = 10 }));

    /// <summary>A session is ended by its id, whoever it belongs to.</summary>
    public static Action<IServiceCollection> AnybodysSession { get; } = Plant.Sql(sql =>
        sql.Contains("UPDATE access.session", StringComparison.Ordinal) ? System.Text.RegularExpressions.Regex.Replace(sql, "\\w+\\.\"UserId\" = @\\w+", "TRUE") : sql);

    /// <summary>All requests seem to come from one address, as behind a proxy that is not believed.</summary>
    public static Action<IServiceCollection> OneAddress { get; } = Plant.Before((http, next) =>
    {
        http.Request.Headers.Remove("X-Forwarded-For");
        return next(http);
    });

    /// <summary>Attempts are counted with bounds that nobody reaches.</summary>
    public static Action<IServiceCollection> EndlessAttempts(int perAccount, int perAddress) =>
        Plant.Part<SignInThrottle>(_ => Options.Create(new AccessOptions { FreeAttempts = perAccount, FreeAttemptsPerAddress = perAddress }));

    /// <summary>Answers of a page are kept for a while, for whoever asks.</summary>
    public static Action<IServiceCollection> PagesOfOthers()
    {
        string? kept = null;
        return Plant.Before(async (http, next) =>
        {
            if (http.Request.Path != "/profile")
            {
                await next(http);
                return;
            }
            if (kept is not null)
            {
                http.Response.ContentType = "text/html";
                await http.Response.WriteAsync(kept);
                return;
            }
            var body = http.Response.Body;
            using var page = new MemoryStream();
            http.Response.Body = page;
            await next(http);
            http.Response.Body = body;
            if (http.Response.StatusCode == 200) kept = System.Text.Encoding.UTF8.GetString(page.ToArray());
            await body.WriteAsync(page.ToArray());
        });
    }

    sealed class AnyToken(IAntiforgery real) : IAntiforgery
    {
        public AntiforgeryTokenSet GetAndStoreTokens(HttpContext httpContext) => real.GetAndStoreTokens(httpContext);

        public AntiforgeryTokenSet GetTokens(HttpContext httpContext) => real.GetTokens(httpContext);

        public Task<bool> IsRequestValidAsync(HttpContext httpContext) => Task.FromResult(true);

        public void SetCookieTokenAndHeader(HttpContext httpContext) => real.SetCookieTokenAndHeader(httpContext);

        public Task ValidateRequestAsync(HttpContext httpContext) => Task.CompletedTask;
    }
}
