using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Kernel;
using Portal.Web.Kit;

namespace Portal.Web.Account;

/// <summary>Replaces a first password. Until then a signed-in browser reaches nothing else.</summary>
public sealed partial class FirstRunPage
{
    const string Repeat = "repeat";

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] CurrentCaller Current { get; set; } = default!;

    [Inject] UserService Users { get; set; } = default!;

    [Inject] IOptions<AccessOptions> Options { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "first-run", Name = "wanted")] string? Wanted { get; set; }

    [SupplyParameterFromForm(FormName = "first-run", Name = Repeat)] string? Repeated { get; set; }

    Caller _caller = Caller.Anonymous;
    bool _needed;
    Error? _refused;

    protected override async Task OnInitializedAsync()
    {
        _caller = await Current.GetAsync(Context.RequestAborted);
        _needed = Context.Session() is { MustChangePassword: true };
        if (!_needed) Navigation.NavigateTo(PortalUrls.Home);
    }

    async Task ChooseAsync()
    {
        if (Wanted != Repeated)
        {
            _refused = Error.Invalid(Repeat, "The two passwords differ.");
            return;
        }
        var chosen = await Users.ChooseFirstPasswordAsync(_caller, Wanted ?? "", Context.Session()?.Id, Context.RequestAborted);
        if (!chosen.Ok)
        {
            _refused = chosen.Error;
            return;
        }
        Toasts.Add(new("Your password is set"));
        Navigation.NavigateTo(PortalUrls.Home);
    }
}
