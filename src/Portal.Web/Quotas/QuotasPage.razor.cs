using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Kernel;
using Portal.Quotas;
using Portal.Web.Administration;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Quotas;

/// <summary>What every project holds and may hold, the defaults, and requests for more.</summary>
public sealed partial class QuotasPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Place { get; set; } = default!;

    [Inject] QuotaQueries Quotas { get; set; } = default!;

    [Inject] QuotaPosts Posts { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    Caller _caller = Caller.Anonymous;
    bool _mayChange, _maySetDefaults;
    TableQuery _query = default!, _requestQuery = default!;
    Page<QuotaRow>? _page;
    Page<QuotaRequestRow>? _requests;
    StorageDefaults? _defaults;
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        _query = TableQuery.From(Navigation, "-share");
        _requestQuery = TableQuery.From(Navigation, null, 5, "r-");
        if (await Place.EnterAsync(AdministrationSections.Quotas, Permissions.QuotaList) is not { } place) return;
        (_caller, _mayChange, _maySetDefaults) = (place.Caller, place.May(Permissions.QuotaUpdate), place.May(Permissions.ConfigurationUpdate));
        var listed = await Quotas.ListAsync(_caller, _query.Request, null, default);
        var requests = await Quotas.RequestsAsync(_caller, _requestQuery.Request, default);
        var defaults = await Quotas.DefaultsAsync(_caller, default);
        if (listed.Ok && requests.Ok && defaults.Ok) (_page, _requests, _defaults) = (listed.Value, requests.Value, defaults.Value);
        else Navigation.NotFound();
    }

    async Task EditAsync() => Done(await Posts.EditAsync(_caller, Id, Posted("storage"), Posted("repositories") == "own", Posted("repository"), Posted("tags")), $"The limits of {Posted("who")} are saved");

    async Task RecountAsync()
    {
        var counted = await Posts.RecountAsync(_caller, Id);
        if (!counted.Ok) Done(counted.Error, "");
        else Done(Result.Success, counted.Value.Differed ? $"The account of {Posted("who")} was wrong and is mended: {Format.Bytes(counted.Value.Counted)}" : $"The account of {Posted("who")} is right: {Format.Bytes(counted.Value.Counted)}");
    }

    async Task DecideAsync(bool grant) => Done(await Posts.DecideAsync(_caller, Id, grant, Posted("answer")), $"The request of {Posted("who")} is {(grant ? "granted" : "declined")}");

    async Task SaveDefaultsAsync() => Done(await Posts.SaveDefaultsAsync(_caller, Posted("enabled") == "true", Posted("per-project"), Posted("per-repository"), Posted("per-tags")), "The defaults are saved");

    void Done(Result result, string text)
    {
        if (!result.Ok)
        {
            _notice = result.Error;
            return;
        }
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.Quotas);
    }

    string Posted(string name) => Context.Request.Form[name].ToString();

    int Id => int.TryParse(Posted("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}
