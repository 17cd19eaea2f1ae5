using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Kernel;

namespace Portal.Web.Account;

/// <summary>Name and password, then on to where the person wanted to go. Known and unknown names get the same answer.</summary>
public sealed partial class SignInPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] CredentialService Credentials { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [SupplyParameterFromQuery(Name = PortalUrls.ReturnParameter)] string? Return { get; set; }

    [SupplyParameterFromForm(FormName = "sign-in", Name = "name")] string? Name { get; set; }

    [SupplyParameterFromForm(FormName = "sign-in", Name = "password")] string? Password { get; set; }

    Error? _refused;

    protected override void OnInitialized()
    {
        if (Context.User.Identity is { IsAuthenticated: true } && HttpMethods.IsGet(Context.Request.Method)) Navigation.NavigateTo(ReturnUrl.OrHome(Return));
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
