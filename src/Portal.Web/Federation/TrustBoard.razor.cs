using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Access.Federation;
using Portal.Kernel;
using Portal.Web.Kit;

namespace Portal.Web.Federation;

/// <summary>A robot's trusts: made, changed, removed and tried.</summary>
public sealed partial class TrustBoard
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] FederationService Service { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter, EditorRequired] public Caller Caller { get; set; } = default!;

    [Parameter, EditorRequired] public int RobotId { get; set; }

    /// <summary>The robot's login, for pipelines.</summary>
    [Parameter, EditorRequired] public string Login { get; set; } = "";

    /// <summary>Host and port of this registry.</summary>
    [Parameter, EditorRequired] public string Registry { get; set; } = "";

    [Parameter] public bool MayUpdate { get; set; }

    IReadOnlyList<FederationTrust>? _trusts;
    IReadOnlyList<TrustVerdict>? _tried;
    Error? _refused;
    Error? _notice;
    TrustInput? Draft { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var listed = await Service.ListAsync(Caller, RobotId, default);
        // a reader of the page who may not read the robot sees nothing of its trusts
        if (listed.Ok) _trusts = listed.Value;
    }

    async Task SaveAsync()
    {
        Draft = new(Posted("id"), Posted("name").Trim(), Posted("kind"), Posted("issuer").Trim(), Posted("audience").Trim(), Posted("conditions"), Posted("use"), Posted("state"));
        var conditions = ConditionLines.Read(Draft.Conditions);
        if (!conditions.Ok)
        {
            _refused = conditions.Error;
            return;
        }
        var draft = TrustWords.Draft(new() { Name = Draft.Name, Kind = Draft.Kind, Issuer = Draft.Issuer, Audience = Draft.Audience, SingleUse = Draft.Use == "once", Disabled = Draft.State == "off" }) with { Conditions = conditions.Value };
        if (Id(Draft.Id) is { } id)
        {
            var changed = await Service.UpdateAsync(Caller, RobotId, id, draft, default);
            _refused = changed.Error;
        }
        else
        {
            var made = await Service.CreateAsync(Caller, RobotId, draft, default);
            _refused = made.Error;
        }
        if (_refused is null) Finish($"The trust {draft.Name} is saved");
    }

    async Task RemoveAsync()
    {
        var removed = await Service.DeleteAsync(Caller, RobotId, Id(Posted("id")) ?? 0, default);
        if (removed.Ok) Finish("The trust is removed");
        else _notice = removed.Error;
    }

    async Task TryAsync()
    {
        var tried = await Service.TestAsync(Caller, RobotId, Posted("token"), default);
        if (tried.Ok) _tried = tried.Value;
        else _notice = tried.Error;
    }

    void Finish(string words)
    {
        Toasts.Add(new(words));
        Navigation.NavigateTo(Navigation.Uri);
    }

    string? ErrorOf(string field) => _refused?.Field == field ? _refused.Message : null;

    string Posted(string name) => Context.Request.HasFormContentType ? Context.Request.Form[name].ToString() : "";

    static int? Id(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>What was typed, to be shown again when it is refused.</summary>
    sealed record TrustInput(string Id, string Name, string Kind, string Issuer, string Audience, string Conditions, string Use, string State);
}
