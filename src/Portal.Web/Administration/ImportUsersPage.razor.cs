using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Access.Ldap;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Administration;

/// <summary>Finds people in the directory and makes accounts for those who are chosen.</summary>
public sealed partial class ImportUsersPage
{
    const string Form = "import";

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Access { get; set; } = default!;

    [Inject] LdapAdministration Directory { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [SupplyParameterFromForm(FormName = Form, Name = "selected")] string[]? Selected { get; set; }

    AdministrationPlace? _place;
    string? _text;
    IReadOnlyList<LdapFound>? _found;
    IReadOnlyList<LdapImportFailure> _failures = [];
    Error? _error;
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        if (await Access.EnterAsync(AdministrationSections.Users, LdapAdministration.Import) is not { } place) return;
        _place = place;
        _text = TableQuery.From(Navigation).Get("find")?.Trim();
        await FindAsync();
    }

    async Task FindAsync()
    {
        if (_text is not { Length: > 0 } text) return;
        var found = await Directory.FindPeopleAsync(_place!.Caller, text, default);
        (_found, _error) = (found.Ok ? found.Value : null, found.Error);
    }

    async Task ImportAsync()
    {
        var done = await Directory.ImportAsync(_place!.Caller, Selected ?? [], default);
        if (!done.Ok)
        {
            _notice = done.Error;
            return;
        }
        var text = $"{Format.Count(done.Value.Imported, "person is", "people are")} imported";
        if (done.Value.Failures.Count == 0)
        {
            Toasts.Add(new(text));
            Navigation.NavigateTo(PortalUrls.Users);
            return;
        }
        _failures = done.Value.Failures;
        _notice = new("PARTLY", $"{text}; the others are not.", ErrorKind.Conflict);
        await FindAsync();
    }

    static string Called(LdapPerson person) => person.DisplayName.Length > 0 ? person.DisplayName : person.Uid;

    static string Why(LdapImportFailure failure) => failure.Reason switch
    {
        LdapAdministration.Unknown => "the directory has nobody of this name any more, or more than one.",
        LdapAdministration.Disabled => "the account is disabled. An administrator can enable it.",
        var reason => reason,
    };
}
