using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Access.Ldap;
using Portal.Access.Settings;
using Portal.Kernel;
using Portal.Web.Kit;

namespace Portal.Web.Administration;

/// <summary>The directory's part of the sign-in settings.</summary>
public sealed partial class LdapSettingsPart
{
    static readonly SettingKey[] Keys = [.. SettingKeys.All.Where(k => k.Name.StartsWith("ldap_", StringComparison.Ordinal) && k != SettingKeys.LdapGroupAttachParallel)];

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AuthSettingsService Settings { get; set; } = default!;

    [Inject] LdapAdministration Directory { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter, EditorRequired] public SettingValues Values { get; set; } = default!;

    [Parameter, EditorRequired] public Caller Caller { get; set; } = default!;

    bool _sent;
    bool _pinged;
    Error? _refused;
    Error? _tryRefused;
    LdapTrial? _trial;

    async Task SubmitAsync()
    {
        _sent = true;
        var changes = Keys.Where(k => k.Kind != SettingKind.Secret || Posted(k.Name).Length > 0)
            .ToDictionary(k => k.Name, k => k.Kind == SettingKind.Flag ? (Posted(k.Name) == "true" ? "true" : "false") : Posted(k.Name), StringComparer.Ordinal);
        if (Posted("act") == "test")
        {
            var ping = await Directory.PingAsync(Caller, changes, default);
            (_pinged, _refused) = (ping.Ok, ping.Error);
            return;
        }
        var saved = await Settings.ChangeAsync(Caller, changes, default);
        if (!saved.Ok)
        {
            _refused = saved.Error;
            return;
        }
        Toasts.Add(new("The sign-in settings are saved"));
        Navigation.NavigateTo(PortalUrls.SignInSettings);
    }

    async Task TryAsync()
    {
        var tried = await Directory.TryAsync(Caller, Posted("uid").Trim(), Posted("password"), default);
        if (tried.Ok) _trial = tried.Value;
        else _tryRefused = tried.Error;
    }

    RenderFragment Field(SettingKey key, string label, string hint) => builder =>
    {
        builder.OpenComponent<TextField>(0);
        builder.AddComponentParameter(1, nameof(TextField.Name), key.Name);
        builder.AddComponentParameter(2, nameof(TextField.Label), label);
        builder.AddComponentParameter(3, nameof(TextField.Value), Shown(key));
        builder.AddComponentParameter(4, nameof(TextField.Hint), hint);
        builder.AddComponentParameter(5, nameof(TextField.Error), ErrorOf(key));
        builder.AddComponentParameter(6, nameof(TextField.Mono), true);
        builder.AddComponentParameter(7, nameof(TextField.MaxLength), Setting.MaxValueLength);
        builder.AddComponentParameter(8, nameof(TextField.Autocomplete), "off");
        builder.AddComponentParameter(9, "spellcheck", "false");
        builder.CloseComponent();
    };

    string? ErrorOf(SettingKey key) => _refused is { } error && error.Field == key.Name ? error.Message : null;

    string Shown(SettingKey key) => _sent ? Posted(key.Name) : Values[key].Value;

    bool On(SettingKey key) => Shown(key) == "true";

    string Posted(string name) => Context.Request.HasFormContentType ? Context.Request.Form[name].ToString() : "";
}
