using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Access.Ldap;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Administration;

/// <summary>All accounts: making them, and what an administrator may do to them.</summary>
public sealed partial class UsersPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Access { get; set; } = default!;

    [Inject] UserQueries Users { get; set; } = default!;

    [Inject] UserService Service { get; set; } = default!;

    [Inject] LdapAdministration Directory { get; set; } = default!;

    [Inject] IOptions<AccessOptions> Options { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "create")] NewUser? Create { get; set; }

    Caller _caller = Caller.Anonymous;
    TableQuery _query = default!;
    Page<UserRow>? _page;
    AdministrationPlace _place = default!;
    bool _mayImport;
    Error? _refused;
    Error? _notice;

    /// <summary>What was sent to reset a password; kept to fill the dialog again after a refusal.</summary>
    (string Id, string Who)? Reset { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (await Access.EnterAsync(AdministrationSections.Users, Permissions.UserList) is not { } place) return;
        (_place, _caller) = (place, place.Caller);
        _query = TableQuery.From(Navigation, "username");
        var listed = await Users.ListAsync(_caller, _query.Request, default);
        if (!listed.Ok)
        {
            Navigation.NotFound(); // who may not administer learns nothing of it
            return;
        }
        _mayImport = await Directory.MayImportAsync(_caller, default);
        _page = listed.Value;
    }

    /// <summary>The changes that the reader may make.</summary>
    IEnumerable<AccountChange> Changes => AccountChange.All.Where(c => _place.May(c.Form == "delete" ? Permissions.UserDelete : Permissions.UserUpdate));

    async Task CreateAsync()
    {
        var form = Create ?? new();
        var made = await Service.CreateAsync(_caller, form.Name?.Trim() ?? "", form.Password ?? "", new(form.DisplayName?.Trim() ?? "", form.Email?.Trim() ?? "", ""), mustChange: true, default);
        if (made.Ok) Done($"The account {form.Name?.Trim()} is ready");
        else _refused = made.Error;
    }

    async Task ResetAsync()
    {
        Reset = (Posted("id"), Posted("who"));
        var reset = await Service.ResetPasswordAsync(_caller, Id, Posted("password"), default);
        if (reset.Ok) Done($"The password of {Reset.Value.Who} is reset");
        else _refused = reset.Error;
    }

    async Task ChangeAsync(AccountChange change)
    {
        if (change.Form == "delete" && Posted("confirm") != Posted("who"))
        {
            _notice = new("PRECONDITION", "To delete the account, type its user name.", ErrorKind.Precondition);
            return;
        }
        var changed = await change.RunAsync(Service, _caller, Id);
        if (changed.Ok) Done($"{Posted("who")} {change.Done}");
        else _notice = changed.Error;
    }

    void Done(string text)
    {
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.Users);
    }

    string? ErrorOf(string field) => _refused is { } error && error.Field == field && Reset is null ? error.Message : null;

    // Six dialogs share these two fields, so they are read from the form that came and not bound six times.
    string Posted(string name) => Context.Request.Form[name].ToString();

    int Id => int.TryParse(Posted("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}

/// <summary>The form for a new account.</summary>
public sealed class NewUser
{
    public string? Name { get; set; }
    public string? DisplayName { get; set; }
    public string? Email { get; set; }
    public string? Password { get; set; }
}
