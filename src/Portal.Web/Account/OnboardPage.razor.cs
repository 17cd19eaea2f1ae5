using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access.Oidc;
using Portal.Kernel;

namespace Portal.Web.Account;

/// <summary>A person whom the provider has vouched for chooses the user name of their new account.</summary>
public sealed partial class OnboardPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] OidcSignIn Oidc { get; set; } = default!;

    [Inject] OidcCookies Cookies { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "onboard", Name = "name")] string? Name { get; set; }

    OidcNewcomer? _newcomer;
    Error? _refused;

    protected override void OnInitialized() => _newcomer = Cookies.Newcomer(Context);

    async Task ChooseAsync()
    {
        var chosen = await Oidc.OnboardAsync(Context, Name?.Trim() ?? "");
        if (chosen.Ok) Navigation.NavigateTo(ReturnUrl.OrHome(chosen.Value));
        else _refused = chosen.Error;
    }
}
