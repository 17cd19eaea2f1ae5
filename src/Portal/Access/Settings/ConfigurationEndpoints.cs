using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Access.Settings;

/// <summary>One setting of <c>/configurations</c>.</summary>
public sealed class ConfigurationJson
{
    public required object Value { get; init; }
    public bool Editable { get; init; } = true;
}

/// <summary><c>/configurations</c> of the Harbor v2.0 API, as far as it is about sign-in and quotas. <c>auth_mode</c> switches on one way of signing in beside local accounts.</summary>
public static class ConfigurationEndpoints
{
    const string Tag = "configure";
    const string AuthMode = "auth_mode";

    public static void MapConfigurations(this IEndpointRouteBuilder api)
    {
        api.MapGet("/configurations", ReadAsync).Describe("getConfigurations", Tag, "The settings, without secrets").Answers<Dictionary<string, ConfigurationJson>>();
        api.MapPut("/configurations", ChangeAsync).Describe("updateConfigurations", Tag, "Change settings; those left out stay", 400).Answers().Accepts<Dictionary<string, JsonElement>>("application/json");
    }

    static async Task<IResult> ReadAsync(HttpContext http, AuthSettingsService settings, CancellationToken cancellation)
    {
        var values = await settings.ListAsync(http.Caller(), cancellation);
        if (!values.Ok) return values.Error.Reply();
        var shown = new SortedDictionary<string, ConfigurationJson>(StringComparer.Ordinal) { [AuthMode] = new() { Value = Mode(values.Value) } };
        foreach (var value in values.Value.Items.Where(v => v.Key.Kind != SettingKind.Secret)) shown[value.Key.Name] = new() { Value = Typed(value) };
        return Results.Ok(shown);
    }

    static async Task<IResult> ChangeAsync(HttpContext http, AuthSettingsService settings, Dictionary<string, JsonElement> body, CancellationToken cancellation)
    {
        var changes = new Dictionary<string, string>(StringComparer.Ordinal);
        Error? wrong = null;
        foreach (var (name, value) in body)
        {
            if (name == AuthMode) wrong ??= SetMode(changes, value);
            else if (Text(value) is { } text) changes[name] = text;
            else wrong ??= Error.Invalid(name, $"{name} is a text, a number or true or false.");
        }
        // whether the caller may comes first, so that nobody else learns what there is
        if (wrong is not null && await settings.ChangeAsync(http.Caller(), new Dictionary<string, string>(), cancellation) is { Ok: true }) return wrong.Reply();
        return (await settings.ChangeAsync(http.Caller(), wrong is null ? changes : new(), cancellation)).Reply();
    }

    static Error? SetMode(Dictionary<string, string> changes, JsonElement value)
    {
        var mode = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (mode is not (AuthModes.Local or AuthModes.Ldap or AuthModes.Oidc)) return Error.Invalid(AuthMode, $"{AuthMode} is {AuthModes.Local}, {AuthModes.Ldap} or {AuthModes.Oidc}.");
        changes[SettingKeys.LdapEnabled.Name] = mode == AuthModes.Ldap ? "true" : "false";
        changes[SettingKeys.OidcEnabled.Name] = mode == AuthModes.Oidc ? "true" : "false";
        return null;
    }

    static string Mode(SettingValues values) =>
        values[SettingKeys.OidcEnabled].Value == "true" ? AuthModes.Oidc : values[SettingKeys.LdapEnabled].Value == "true" ? AuthModes.Ldap : AuthModes.Local;

    static object Typed(SettingValue value) => value.Key.Kind switch
    {
        SettingKind.Flag => value.Value == "true",
        SettingKind.Number => int.Parse(value.Value, CultureInfo.InvariantCulture),
        SettingKind.Limit => long.Parse(value.Value, CultureInfo.InvariantCulture),
        _ => value.Value,
    };

    static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
