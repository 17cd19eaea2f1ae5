using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;

namespace Portal.Web.Robots;

/// <summary>The robots of one place, and what may be done to them.</summary>
public sealed partial class RobotBoard
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] RobotQueries Robots { get; set; } = default!;

    [Inject] RobotService Service { get; set; } = default!;

    [Inject] RobotSecretService Secrets { get; set; } = default!;

    [Inject] IOptions<AccessOptions> Options { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter, EditorRequired] public Caller Caller { get; set; } = default!;

    /// <summary>The project; null for the system.</summary>
    [Parameter] public int? ProjectId { get; set; }

    /// <summary>The address of the list itself.</summary>
    [Parameter, EditorRequired] public string ListUrl { get; set; } = "";

    /// <summary>Where a robot is made; null for a reader who may not.</summary>
    [Parameter] public string? NewUrl { get; set; }

    [Parameter] public bool MayUpdate { get; set; }

    [Parameter] public bool MayDelete { get; set; }

    TableQuery _query = default!;
    Page<RobotRow>? _page;
    Error? _error;
    Error? _notice;
    Error? _refused;
    (string Login, string Secret, DateTimeOffset? OldUntil)? _fresh;

    /// <summary>What was sent to replace a secret; kept to fill the dialog again after a refusal.</summary>
    (string Id, string Who, int Hours)? Rotate { get; set; }

    protected override Task OnInitializedAsync() => LoadAsync();

    async Task LoadAsync()
    {
        _query = TableQuery.From(Navigation, "name");
        var listed = await Robots.ListAsync(Caller, ProjectId, _query.Request, [], default);
        _page = listed.Ok ? listed.Value : null;
        _error = listed.Error;
    }

    IEnumerable<(int Hours, string Text)> Overlaps =>
        ((int, string)[])[(0, "no time: it dies at once"), (1, "1 hour"), (24, "1 day"), (7 * 24, "7 days"), (30 * 24, "30 days")] is var all ? all.Where(o => o.Item1 <= Options.Value.RobotOverlapMaxHours) : [];

    async Task RotateAsync()
    {
        Rotate = (Posted("id"), Posted("who"), int.TryParse(Posted("overlap"), NumberStyles.None, CultureInfo.InvariantCulture, out var hours) ? hours : 0);
        if (await OwnAsync(Id) is not { } robot) return;
        var given = Posted("secret");
        var made = await Secrets.RotateAsync(Caller, robot.Id, given, TimeSpan.FromHours(Rotate.Value.Hours), default);
        if (!made.Ok)
        {
            _refused = made.Error;
            return;
        }
        // Shown in this very answer: after a redirect it would be gone, or lie somewhere.
        _fresh = (robot.Login, given.Length > 0 ? given : made.Value.Text, made.Value.OldUntil);
        await LoadAsync();
    }

    async Task ChangeAsync(RobotAction action)
    {
        if (await OwnAsync(Id) is not { } robot) return;
        var changed = await action.Make(new(Service, Secrets, Caller), robot.Id);
        if (!changed.Ok)
        {
            _notice = changed.Error;
            return;
        }
        var undo = action.Reverse is null ? null
            : new ToastUndo(ListUrl, new Dictionary<string, string> { ["_handler"] = "undo", ["id"] = Posted("id"), ["action"] = action.Reverse });
        Toasts.Add(new($"{robot.Login} {action.Done}", undo));
        Navigation.NavigateTo(ListUrl);
    }

    async Task UndoAsync()
    {
        if (RobotAction.OfUpdate.FirstOrDefault(a => a.Form == Posted("action")) is { } action) await ChangeAsync(action);
    }

    // A robot of another place has no business here, whoever asks.
    async Task<RobotRow?> OwnAsync(int id)
    {
        var found = await Robots.FindAsync(Caller, id, default);
        if (found.Ok && found.Value.ProjectId == ProjectId) return found.Value;
        _notice = found.Error ?? Error.NotFound("The robot");
        return null;
    }

    // Several dialogs share these fields, so they are read from the form that came.
    string Posted(string name) => Context.Request.Form[name].ToString();

    int Id => int.TryParse(Posted("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    RenderFragment Confirm(RobotAction action) => builder =>
    {
        builder.OpenComponent<RobotConfirm>(0);
        builder.AddAttribute(1, nameof(RobotConfirm.Action), action);
        builder.AddAttribute(2, nameof(RobotConfirm.OnConfirm), EventCallback.Factory.Create(this, () => ChangeAsync(action)));
        builder.CloseComponent();
    };
}
