using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Account;

/// <summary>One's own personal access tokens: made, seen once, revoked.</summary>
public sealed partial class TokensPage
{
    const string Never = "never";

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ShellContext Shell { get; set; } = default!;

    [Inject] CurrentCaller Current { get; set; } = default!;

    [Inject] AccessTokenQueries Tokens { get; set; } = default!;

    [Inject] AccessTokenService Service { get; set; } = default!;

    [Inject] ProjectQueries Projects { get; set; } = default!;

    [Inject] IOptions<AccessOptions> Options { get; set; } = default!;

    [Inject] TimeProvider Time { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "create")] NewToken? Create { get; set; }

    [SupplyParameterFromForm(FormName = "revoke", Name = "id")] string? Revoked { get; set; }

    Caller _caller = Caller.Anonymous;
    TableQuery _query = default!;
    Page<AccessTokenRow>? _page;
    (string Name, string Text)? _fresh;
    DateTimeOffset _now;
    Error? _error;
    Error? _refused;
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        Shell.Enter(NavPlace.None);
        _caller = await Current.GetAsync();
        await LoadAsync();
    }

    async Task LoadAsync()
    {
        _now = Time.GetUtcNow();
        _query = TableQuery.From(Navigation, "-created");
        var listed = await Tokens.ListAsync(_caller, _query.Request, default);
        _page = listed.Ok ? listed.Value : null;
        _error = listed.Error;
    }

    async Task CreateAsync()
    {
        var form = Create ?? new();
        int? projectId = null;
        if (form.Project?.Trim() is { Length: > 0 } project)
        {
            var found = await Projects.ResolveAsync(_caller, project, Permissions.ProjectRead, default);
            if (!found.Ok)
            {
                _refused = found.Error with { Field = "project" };
                return;
            }
            projectId = found.Value.Id;
        }
        int? days = form.Days == Never ? null : int.TryParse(form.Days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var made = await Service.CreateAsync(_caller, new(form.Name ?? "", [form.Scope ?? ""], projectId, form.AllowedFrom ?? "", days), default);
        if (!made.Ok)
        {
            _refused = made.Error;
            return;
        }
        // Shown in this very answer: after a redirect it would be gone, or lie somewhere.
        _fresh = (form.Name!.Trim(), made.Value.Text);
        await LoadAsync();
    }

    async Task RevokeAsync()
    {
        var revoked = await Service.RevokeAsync(_caller, int.TryParse(Revoked, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0, default);
        if (!revoked.Ok)
        {
            _notice = revoked.Error;
            return;
        }
        Toasts.Add(new("The access token is revoked"));
        Navigation.NavigateTo(PortalUrls.AccessTokens);
    }

    IEnumerable<(string Days, string Text)> Lifetimes
    {
        get
        {
            foreach (var days in new SortedSet<int>([7, 30, 90, 365, Options.Value.TokenMaxDays]).Where(d => d <= Options.Value.TokenMaxDays))
                yield return (days.ToString(CultureInfo.InvariantCulture), Format.Count(days, "day"));
            if (Options.Value.TokensMayNotEnd) yield return (Never, "Never");
        }
    }

    static string Where(AccessTokenRow token) => string.Join(", ", new[]
    {
        token.Project switch { null => "", "" => "in a project that is gone", var name => $"in {name}" },
        token.AllowedFrom.Length > 0 ? $"from {token.AllowedFrom}" : "",
    }.Where(w => w.Length > 0));

    string? ErrorOf(string field) => _refused?.Field == field ? _refused.Message : null;
}

/// <summary>The form for a new access token.</summary>
public sealed class NewToken
{
    public string? Name { get; set; }
    public string? Scope { get; set; }
    public string? Days { get; set; }
    public string? Project { get; set; }
    public string? AllowedFrom { get; set; }
}
