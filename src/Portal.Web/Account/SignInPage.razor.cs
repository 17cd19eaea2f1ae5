using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Access.Oidc;
using Portal.Access.Settings;
using Portal.Kernel;

namespace Portal.Web.Account;

/// <summary>The identity provider, or name and password; then on to where the person wanted to go. Known and unknown names get the same answer.</summary>
public sealed partial class SignInPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AuthSettingsStore Settings { get; set; } = default!;

    [Inject] CredentialService Credentials { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [SupplyParameterFromQuery(Name = PortalUrls.ReturnParameter)] string? Return { get; set; }

    [SupplyParameterFromForm(FormName = "sign-in", Name = "name")] string? Name { get; set; }

    [SupplyParameterFromForm(FormName = "sign-in", Name = "password")] string? Password { get; set; }

    [SupplyParameterFromQuery(Name = "oidc")] string? ProviderCode { get; set; }

    string OidcAddress => $"{PortalUrls.OidcSignIn}?redirect_url={Uri.EscapeDataString(ReturnUrl.OrHome(Return))}";

    Error? _refused;
    Error? _providerRefused;
    string? _provider;
    bool _local;

    protected override async Task OnInitializedAsync()
    {
        var settings = await Settings.CurrentAsync(Context.RequestAborted);
        // a local account always finds its way in, also when the provider is away
        _local = Context.Request.Query.ContainsKey("local");
        _provider = !settings.Oidc.Enabled ? null : settings.Oidc.Name.Length > 0 ? settings.Oidc.Name : "OIDC";
        _providerRefused = OidcErrors.Find(ProviderCode);
        if (Context.User.Identity is { IsAuthenticated: true } && HttpMethods.IsGet(Context.Request.Method)) Navigation.NavigateTo(ReturnUrl.OrHome(Return));
        else if (_provider is not null && settings.OidcFirst && !_local && HttpMethods.IsGet(Context.Request.Method)) Navigation.NavigateTo(OidcAddress, forceLoad: true);
    }

    async Task SignInAsync()
    {
        var found = await Credentials.VerifyAsync(Name?.Trim() ?? "", Password ?? "", Context.AnonymousCaller(), Context.RequestAborted, allowPasswordChange: true);
        if (!found.Ok)
        {
            _refused = found.Error;
            return;
        }
        await Context.SignInBrowserAsync(found.Value, Context.RequestAborted);
        Navigation.NavigateTo(ReturnUrl.OrHome(Return));
    }
}
