using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>A browser of one person. Whatever the page logs as an error fails the test that closes the visitor.</summary>
public sealed class Visitor : IAsyncDisposable
{
    readonly IBrowserContext _context;
    readonly List<string> _errors = [], _forgiven = [];

    Visitor(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    public static async Task<Visitor> ArriveAsync(PortalFixture portal, int width = 1280, int height = 1000, ColorScheme theme = ColorScheme.Light, IReadOnlyList<BrowserContextCookiesResult>? cookies = null)
    {
        var context = await portal.Browser.NewContextAsync(new()
        {
            BaseURL = portal.Url.AbsoluteUri,
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = theme,
            ReducedMotion = ReducedMotion.Reduce,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        if (cookies is not null) await context.AddCookiesAsync(cookies.Select(c => new Cookie { Name = c.Name, Value = c.Value, Domain = c.Domain, Path = c.Path, HttpOnly = c.HttpOnly, SameSite = c.SameSite, Expires = c.Expires }));
        var visitor = new Visitor(context, await context.NewPageAsync());
        visitor.Page.Console += (_, message) => { if (message.Type == "error") visitor._errors.Add($"{visitor.Page.Url}: {message.Text}"); };
        visitor.Page.PageError += (_, error) => visitor._errors.Add($"{visitor.Page.Url}: {error}");
        return visitor;
    }

    public Task<IReadOnlyList<BrowserContextCookiesResult>> CookiesAsync() => _context.CookiesAsync();

    public async Task SignInAsync(string user, string password)
    {
        await Page.GotoAsync("/sign-in");
        await Page.GetByLabel("User name").FillAsync(user);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    /// <summary>Fails when axe finds something serious.</summary>
    public async Task CheckAccessibilityAsync()
    {
        var result = await Page.RunAxe(new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } });
        var serious = result.Violations.Where(v => v.Impact is "serious" or "critical").Select(v => $"{v.Id}: {v.Help} at {string.Join("; ", v.Nodes.Take(3).Select(n => n.Html))}");
        Assert.True(!serious.Any(), $"{Page.Url}\n{string.Join("\n", serious)}");
    }

    /// <summary>The four pictures of a page: wide and narrow, light and dark.</summary>
    public async Task ShootAllAsync(string name)
    {
        foreach (var (width, height) in ((int, int)[])[(1280, 1000), (390, 844)])
        {
            await Page.SetViewportSizeAsync(width, height);
            foreach (var theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                await Page.EmulateMediaAsync(new() { ColorScheme = theme });
                await ShootAsync($"{name}-{width}-{(theme == ColorScheme.Dark ? "dark" : "light")}");
            }
            // A page that is wider than the phone would have to be pushed sideways to be read.
            Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{Page.Url} scrolls sideways at {width}");
        }
        await Page.SetViewportSizeAsync(1280, 1000);
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
    }

    /// <summary>
    /// Takes a picture for the user guide. One that is there already is replaced only when <c>PORTAL_PICTURES</c> is 1 (<c>./test.sh --pictures</c>),
    /// because times on the page differ from run to run.
    /// </summary>
    public async Task ShootAsync(string name)
    {
        var file = Path.Combine(PortalFixture.Root, "docs/user/images", name + ".png");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var picture = await Page.ScreenshotAsync();
        Assert.NotEmpty(picture);
        if (!File.Exists(file) || Environment.GetEnvironmentVariable("PORTAL_PICTURES") == "1") await File.WriteAllBytesAsync(file, picture);
    }

    /// <summary>Console errors that a step is meant to cause; they may arrive a moment later.</summary>
    public void Forgive(string part) => _forgiven.Add(part);

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        var errors = _errors.Where(e => !_forgiven.Exists(f => e.Contains(f, StringComparison.Ordinal))).ToList();
        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }
}
