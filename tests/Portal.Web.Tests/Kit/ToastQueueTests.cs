using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Portal.Web.Kit;
using Xunit;

namespace Portal.Web.Tests.Kit;

public sealed class ToastQueueTests
{
    readonly EphemeralDataProtectionProvider _protection = new();

    static string CookieOf(HttpContext context) => context.Response.Headers.SetCookie[^1]!;

    ToastQueue On(HttpContext context) => new(new HttpContextAccessor { HttpContext = context }, _protection);

    static HttpContext Next(string setCookie)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = setCookie.Split(';')[0];
        return context;
    }

    [Fact]
    public void Take_AfterARedirect_GivesTheToastsOnceAndForgetsThem()
    {
        var post = new DefaultHttpContext();
        var queue = On(post);
        queue.Add(new("One moved", new("/undo", new Dictionary<string, string> { ["id"] = "7" })));
        queue.Add(new("Two moved"));
        var next = Next(CookieOf(post));

        var taken = On(next).Take();

        Assert.Equal(["One moved", "Two moved"], taken.Select(toast => toast.Text));
        Assert.Equal("7", taken[0].Undo!.Fields["id"]);
        Assert.Contains("expires=Thu, 01 Jan 1970", CookieOf(next), StringComparison.Ordinal);
    }

    [Fact]
    public void Add_Cookie_IsClosedToScripts()
    {
        var post = new DefaultHttpContext();
        On(post).Add(new("Moved"));

        Assert.Contains("httponly", CookieOf(post), StringComparison.Ordinal);
        Assert.DoesNotContain("Moved", CookieOf(post), StringComparison.Ordinal);
    }

    [Fact]
    public void Take_Forged_ShowsNothing() => Assert.Empty(On(Next("portal-toast=W3siVGV4dCI6IngifV0")).Take());

    [Fact]
    public void Add_UndoTooLarge_KeepsTheTextWithoutUndo()
    {
        var post = new DefaultHttpContext();
        On(post).Add(new("Moved", new("/undo", new Dictionary<string, string> { ["ids"] = new('7', 9000) })));

        var toast = Assert.Single(On(Next(CookieOf(post))).Take());
        Assert.Equal(new Toast("Moved"), toast);
    }
}
