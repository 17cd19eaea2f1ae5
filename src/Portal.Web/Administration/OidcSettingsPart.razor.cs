using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Access.Oidc;
using Portal.Access.Settings;
using Portal.Kernel;
using Portal.Web.Kit;

namespace Portal.Web.Administration;

/// <summary>The identity provider's part of the sign-in settings.</summary>
public sealed partial class OidcSettingsPart
{
    static readonly SettingKey[] Keys = [.. SettingKeys.All.Where(k => k.Name.StartsWith("oidc_", StringComparison.Ordinal) || k == SettingKeys.PrimaryAuthMode)];

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AuthSettingsService Settings { get; set; } = default!;

    [Inject] OidcProbe Probe { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    /// <summary>The settings as they are stored.</summary>
    [Parameter, EditorRequired] public SettingValues Values { get; set; } = default!;

    [Parameter, EditorRequired] public Caller Caller { get; set; } = default!;

    bool _sent;
    bool _pinged;
    Error? _refused;

    async Task SubmitAsync()
    {
        _sent = true;
        if (Posted("act") == "test")
        {
            var ping = await Probe.PingAsync(Caller, Posted(SettingKeys.OidcEndpoint.Name).Trim(), Posted(SettingKeys.OidcVerifyCert.Name) == "true", default);
            (_pinged, _refused) = (ping.Ok, ping.Ok ? null : ping.Error with { Field = SettingKeys.OidcEndpoint.Name });
            return;
        }
        var changes = Keys.Where(k => k.Kind != SettingKind.Secret || Posted(k.Name).Length > 0)
            .ToDictionary(k => k.Name, k => k.Kind == SettingKind.Flag ? (Posted(k.Name) == "true" ? "true" : "false") : Posted(k.Name), StringComparer.Ordinal);
        var saved = await Settings.ChangeAsync(Caller, changes, default);
        if (!saved.Ok)
        {
            _refused = saved.Error;
            return;
        }
        Toasts.Add(new("The sign-in settings are saved"));
        Navigation.NavigateTo(Navigation.Uri);
    }

    // what was typed stays while it is refused or tried
    string Shown(SettingKey key) => _sent ? Posted(key.Name) : Values[key].Value;

    string? ErrorOf(SettingKey key) => _refused?.Field == key.Name ? _refused.Message : null;

    string Posted(string name) => Context.Request.HasFormContentType ? Context.Request.Form[name].ToString() : "";
}
