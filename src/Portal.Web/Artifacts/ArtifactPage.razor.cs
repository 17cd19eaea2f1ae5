using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Registry.Manifests;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Projects;
using Portal.Web.Protection;

namespace Portal.Web.Artifacts;

/// <summary>The views of an artifact.</summary>
enum ArtifactTab { Overview, Platforms, Layers, Attached, Tags, History, Manifest }

/// <summary>One artifact: what it is, what it is made of, what is attached to it, how to fetch it.</summary>
public sealed partial class ArtifactPage
{
    const int HistorySize = 30;

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    TableQuery _query = default!;
    RegistryAddress _registry = default!;
    ArtifactTab _tab;
    ProjectPlace? _place;
    ArtifactDetail? _detail;
    ArtifactDetail? _shown;
    PlatformRow? _platform;
    Page<TagRow>? _tags;
    KeysetPage<TagEventRow>? _events;
    Keepers _keepers = Keepers.None;
    string? _manifest;
    Error? _error;

    [Parameter] public string Project { get; set; } = "";

    [Parameter] public string Digest { get; set; } = "";

    [Parameter] public string Repository { get; set; } = "";

    [SupplyParameterFromQuery(Name = "tab")] public string? Tab { get; set; }

    [SupplyParameterFromQuery(Name = "platform")] public string? Platform { get; set; }

    ArtifactRow Artifact => _detail!.Artifact;

    /// <summary>What the overview and the layers speak of: the artifact, or the chosen platform of an index.</summary>
    ArtifactDetail Shown => _shown ?? _detail!;

    IReadOnlyList<PlatformRow> Platforms => [.. Artifact.Platforms.Where(p => !p.IsAttestation)];

    protected override async Task OnInitializedAsync()
    {
        _tab = Enum.TryParse<ArtifactTab>(Tab, ignoreCase: true, out var tab) && Enum.IsDefined(tab) ? tab : ArtifactTab.Overview;
        _query = _tab == ArtifactTab.History ? TableQuery.From(Navigation, null, HistorySize) : TableQuery.From(Navigation, "-pushed");
        _registry = ArtifactWords.Registry(Navigation);
        _place = await Access.EnterAsync(Project, ProjectSections.Repositories, Repository);
        if (_place is not null) await LoadAsync(_place.Caller);
    }

    async Task LoadAsync(Caller caller)
    {
        var found = await Artifacts.DetailAsync(caller, Project, Repository, Digest, default);
        if (!found.Ok)
        {
            Navigation.NotFound();
            return;
        }
        _detail = found.Value;
        var locks = await Locks.OfRepositoryAsync(caller, _place!.Project, Repository, default);
        _keepers = locks.Ok ? new(locks.Value) : Keepers.None; // who may not list repositories is not told
        await ChoosePlatformAsync(caller);
        switch (_tab)
        {
            case ArtifactTab.Tags:
                var tags = await Artifacts.TagsAsync(caller, Project, Repository, Artifact.Digest, _query.Request, default);
                _tags = tags.Ok ? tags.Value : null;
                _error = tags.Error;
                break;
            case ArtifactTab.History:
                var history = await Artifacts.HistoryAsync(caller, Project, Repository, null, Artifact.Digest, _query.After, _query.Size, default);
                _events = history.Ok ? history.Value : null;
                _error = history.Error;
                break;
            case ArtifactTab.Manifest:
                var manifest = await Artifacts.ManifestAsync(caller, Project, Repository, Artifact.Digest, default);
                _manifest = manifest.Ok ? Pretty(manifest.Value) : null;
                _error = manifest.Error;
                break;
        }
    }

    // An index has no config and no layers of its own: those of one platform are shown, the first that is here unless another is asked for.
    async Task ChoosePlatformAsync(Caller caller)
    {
        if (_tab is not (ArtifactTab.Overview or ArtifactTab.Layers)) return;
        var here = Platforms.Where(p => p.ArtifactId is not null).ToList();
        _platform = here.FirstOrDefault(p => p.Digest == Platform) ?? here.FirstOrDefault();
        if (_platform is null) return;
        var child = await Artifacts.DetailAsync(caller, Project, Repository, _platform.Digest, default);
        if (child.Ok) _shown = child.Value;
        else _error = child.Error;
    }

    // As pushed, but for white space: a manifest on one line cannot be read.
    static string Pretty(byte[] manifest)
    {
        using var json = JsonDocument.Parse(manifest);
        return JsonSerializer.Serialize(json.RootElement, Indented);
    }

    internal static IReadOnlyDictionary<string, string> Map(string? json) =>
        json is null ? new Dictionary<string, string>() : JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    static ImageConfig? Config(ArtifactDetail detail) =>
        detail.Config is { } json && detail.Artifact.Kind != ArtifactKind.Chart && ImageConfig.Parse(Encoding.UTF8.GetBytes(json)) is { Ok: true } config ? config.Value : null;

    static ChartConfig? Chart(ArtifactDetail detail) =>
        detail.Config is { } json && detail.Artifact.Kind == ArtifactKind.Chart && ChartConfig.Parse(Encoding.UTF8.GetBytes(json)) is { Ok: true } config ? config.Value : null;

    string TabUrl(ArtifactTab tab)
    {
        var url = PortalUrls.Artifact(Project, Repository, Digest);
        return tab == ArtifactTab.Overview ? url : $"{url}?tab={tab.ToString().ToLowerInvariant()}";
    }

    string PlatformUrl(PlatformRow platform) => $"{TabUrl(_tab)}{(_tab == ArtifactTab.Overview ? "?" : "&")}platform={Uri.EscapeDataString(platform.Digest)}";
}
