using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Web.Administration;
using Portal.Web.Artifacts;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Projects;
using Portal.Web.Trash;
using Xunit;

namespace Portal.Web.Tests.Pages;

/// <summary>Renders whole pages for somebody, with the server's own services behind them.</summary>
public abstract class PageContext : BunitContext
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly DefaultHttpContext _http = new();
    bool _missing;

    protected PageContext(PagesFixture portal)
    {
        Portal = portal;
        var scope = portal.Host.Services.CreateScope();
        Services.AddScoped<ShellContext>();
        Services.AddScoped(_ => ActivatorUtilities.CreateInstance<ToastQueue>(Services));
        Services.AddScoped(_ => ActivatorUtilities.CreateInstance<CurrentCaller>(Services));
        Services.AddScoped(_ => ActivatorUtilities.CreateInstance<ProjectAccess>(Services));
        Services.AddScoped(_ => ActivatorUtilities.CreateInstance<AdministrationAccess>(Services));
        Services.AddScoped(_ => ActivatorUtilities.CreateInstance<DeletionUndo>(Services));
        Services.AddScoped(_ => ActivatorUtilities.CreateInstance<TrashDesk>(Services));
        Services.AddSingleton<AntiforgeryStateProvider>(new FakeAntiforgery());
        Services.AddSingleton<IHttpContextAccessor>(new HttpContextAccessor { HttpContext = _http });
        Services.AddFallbackServiceProvider(scope.ServiceProvider);
        Account = this.AddAuthorization();
    }

    protected PagesFixture Portal { get; }

    BunitAuthorizationContext Account { get; }

    /// <summary>The page at an address, as this person sees it.</summary>
    protected IRenderedComponent<T> Open<T>(Caller caller, string address, string? project = null, (string Name, object Value)? more = null) where T : IComponent
    {
        if (caller.IsAnonymous) Account.SetNotAuthorized();
        else Account.SetAuthorized(caller.Name);
        _http.SetCaller(caller);
        var navigation = Services.GetRequiredService<NavigationManager>();
        navigation.OnNotFound += (_, _) => _missing = true;
        navigation.NavigateTo(address);
        return Render<T>(parameters =>
        {
            parameters.AddCascadingValue<HttpContext>(_http);
            if (project is not null) parameters.TryAdd("Project", project);
            if (more is { } other) parameters.TryAdd(other.Name, other.Value);
        });
    }

    /// <summary>What the next submitted form holds.</summary>
    protected void Post(params (string Name, string Value)[] fields)
    {
        _http.Request.Method = "POST";
        _http.Request.ContentType = "application/x-www-form-urlencoded";
        _http.Request.Form = new FormCollection(fields.GroupBy(f => f.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => new Microsoft.Extensions.Primitives.StringValues([.. g.Select(f => f.Value)])));
    }

    /// <summary>Waits until the page shows a table of this many rows, and gives the first cell of each.</summary>
    protected static IReadOnlyList<string> Rows<T>(IRenderedComponent<T> page, int count) where T : IComponent
    {
        page.WaitForAssertion(() => Assert.Equal(count, page.FindAll("tbody tr[data-row]").Count), Patience);
        return [.. page.FindAll("tbody tr[data-row]").Select(r => string.Join(' ', r.QuerySelector("td, th")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))];
    }

    /// <summary>Waits until the page says this.</summary>
    protected static void Says<T>(IRenderedComponent<T> page, string text) where T : IComponent =>
        page.WaitForAssertion(() => Assert.Contains(text, string.Join(' ', page.Nodes.Select(n => n.TextContent)), StringComparison.Ordinal), Patience);

    /// <summary>Waits until the page shows such an element.</summary>
    protected static void Shows<T>(IRenderedComponent<T> page, string selector) where T : IComponent =>
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(selector)), Patience);

    /// <summary>Waits until the page has answered "not found", and makes sure that it shows nothing.</summary>
    protected void IsMissing<T>(IRenderedComponent<T> page) where T : IComponent
    {
        page.WaitForState(() => _missing, Patience);
        Assert.Empty(page.FindAll("h1, table"));
    }

    sealed class FakeAntiforgery : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => new("token", "__RequestVerificationToken");
    }
}
