using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Portal.Web.Kit;

/// <summary>One message at the foot of the next page.</summary>
/// <param name="Text">Past tense: <c>3 tags of payments/api moved to the trash</c>.</param>
/// <param name="Undo">How to take it back; null when it cannot be.</param>
/// <param name="Failed">True for a failure, which is spoken at once and stays until closed.</param>
public sealed record Toast(string Text, ToastUndo? Undo = null, bool Failed = false);

/// <summary>A form post that takes an action back.</summary>
/// <param name="Url">A local address that accepts the post and checks the caller's rights again.</param>
/// <param name="Fields">What it needs.</param>
public sealed record ToastUndo(string Url, IReadOnlyDictionary<string, string> Fields);

/// <summary>
/// Carries toasts over the redirect that follows a post, in a sealed cookie that is read once. Only for static pages:
/// a live circuit has no response to put a cookie on.
/// </summary>
public sealed class ToastQueue(IHttpContextAccessor accessor, IDataProtectionProvider protection)
{
    const string Cookie = "portal-toast";

    /// <summary>The largest sealed value; browsers keep about 4,096 bytes a cookie.</summary>
    const int MaxLength = 3500;

    readonly IDataProtector _protector = protection.CreateProtector("Portal.Web.Toasts");
    readonly List<Toast> _added = [];

    /// <summary>Shows a toast on the page that the browser is sent to next.</summary>
    /// <exception cref="InvalidOperationException">There is no response to carry it.</exception>
    public void Add(Toast toast)
    {
        var context = accessor.HttpContext ?? throw new InvalidOperationException("A toast needs a request; a live circuit has none.");
        _added.Add(toast);
        var text = Seal(_added);
        if (text.Length > MaxLength) text = Seal([toast with { Undo = null }]);
        if (text.Length > MaxLength) throw new InvalidOperationException("The toast's text is longer than a cookie can carry.");
        context.Response.Cookies.Append(Cookie, text, Options(context));
    }

    /// <summary>Reads and forgets what an earlier response left; empty when nothing, or when the cookie was tampered with.</summary>
    public IReadOnlyList<Toast> Take()
    {
        if (accessor.HttpContext is not { } context || context.Request.Cookies[Cookie] is not { Length: > 0 } text || _added.Count > 0) return [];
        if (!context.Response.HasStarted) context.Response.Cookies.Delete(Cookie, Options(context));
        try
        {
            return JsonSerializer.Deserialize<List<Toast>>(_protector.Unprotect(text)) ?? [];
        }
        catch (Exception error) when (error is CryptographicException or JsonException)
        {
            return []; // sealed by a key that is gone, or forged: there is nothing to show
        }
    }

    string Seal(IReadOnlyList<Toast> toasts) => _protector.Protect(JsonSerializer.Serialize(toasts));

    static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = TimeSpan.FromMinutes(1),
        IsEssential = true,
    };
}
