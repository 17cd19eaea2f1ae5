using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Account;

/// <summary>One's own account: name, password, sessions, and how the portal looks here.</summary>
public sealed partial class ProfilePage
{
    const string Repeat = "repeat";

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ShellContext Shell { get; set; } = default!;

    [Inject] CurrentCaller Current { get; set; } = default!;

    [Inject] UserQueries Users { get; set; } = default!;

    [Inject] UserService Service { get; set; } = default!;

    [Inject] SessionService Sessions { get; set; } = default!;

    [Inject] IOptions<AccessOptions> Options { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "profile")] ProfileForm? Profile { get; set; }

    [SupplyParameterFromForm(FormName = "password")] PasswordForm? Password { get; set; }

    [SupplyParameterFromForm(FormName = "end", Name = "session")] string? Ended { get; set; }

    Caller _caller = Caller.Anonymous;
    UserRow? _user;
    IReadOnlyList<Session> _sessions = [];
    Guid? _own;
    RegistryAddress _registry = new("");
    Error? _refused;
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        Shell.Enter(NavPlace.None);
        _registry = ThisRegistry.Of(Navigation);
        _caller = await Current.GetAsync();
        _own = Context.Session()?.Id;
        var found = await Users.FindAsync(_caller, _caller.Id, default);
        if (!found.Ok)
        {
            Navigation.NotFound();
            return;
        }
        _sessions = await Sessions.ListAsync(_caller, default);
        _user = found.Value;
    }

    async Task SaveAsync()
    {
        var saved = await Service.UpdateProfileAsync(_caller, _caller.Id, new(Profile?.DisplayName?.Trim() ?? "", Profile?.Email?.Trim() ?? "", _user!.Comment), default);
        Finish(saved, "Your profile is saved");
    }

    async Task ChangePasswordAsync()
    {
        if (Password?.Wanted != Password?.Repeated) _refused = Error.Invalid(Repeat, "The two passwords differ.");
        else Finish(await Service.ChangeOwnPasswordAsync(_caller, Password?.Present ?? "", Password?.Wanted ?? "", _own, default), "Your password is changed; other sessions have ended");
    }

    async Task EndAsync() => Finish(await Sessions.EndAsync(_caller, Guid.TryParse(Ended, out var id) ? id : Guid.Empty, default), "The session has ended");

    async Task EndOthersAsync()
    {
        if (_own is not { } keep) return;
        await Sessions.EndOthersAsync(_caller, keep, default);
        Finish(Result.Success, "All other sessions have ended");
    }

    void Finish(Result result, string done)
    {
        if (!result.Ok)
        {
            if (result.Error.Field is null) _notice = result.Error;
            else _refused = result.Error;
            return;
        }
        Toasts.Add(new(done));
        Navigation.NavigateTo(PortalUrls.Profile);
    }

    string? ErrorOf(string field) => _refused?.Field == field ? _refused.Message : null;

    RenderFragment Looks(string cookie, string[] values) => builder =>
    {
        foreach (var value in values)
        {
            builder.OpenElement(0, "option");
            builder.AddAttribute(1, "value", value);
            builder.AddAttribute(2, "selected", value == Context.Request.Cookies[cookie]);
            builder.AddContent(3, char.ToUpperInvariant(value[0]) + value[1..]);
            builder.CloseElement();
        }
    };
}

/// <summary>What a person says of themselves.</summary>
public sealed class ProfileForm
{
    public string? DisplayName { get; set; }
    public string? Email { get; set; }
}

/// <summary>The form that replaces a password.</summary>
public sealed class PasswordForm
{
    public string? Present { get; set; }
    public string? Wanted { get; set; }
    public string? Repeated { get; set; }
}
