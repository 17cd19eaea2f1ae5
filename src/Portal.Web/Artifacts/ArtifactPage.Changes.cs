using Microsoft.AspNetCore.Components;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Web.Kit;

namespace Portal.Web.Artifacts;

/// <summary>What a reader with the right to it can change here: the artifact and its tags.</summary>
public sealed partial class ArtifactPage
{
    const string DeleteForm = "delete";
    const string DeleteTagForm = "delete-tag";

    IReadOnlyList<DeletionLine> _lines = [];
    Error? _refusal;

    [Inject] DeletionUndo Undo { get; set; } = default!;

    [Inject] TagService Tags { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [SupplyParameterFromForm(FormName = DeleteTagForm, Name = "name")] public string? DeleteTagName { get; set; }

    [SupplyParameterFromForm(FormName = AddTagDialog.FormName, Name = "tag")] public string? TagText { get; set; }

    [SupplyParameterFromForm(FormName = AddTagDialog.FormName, Name = "move")] public bool TagMove { get; set; }

    string HereUrl => new Uri(Navigation.Uri).PathAndQuery;

    RepositoryName Name => RepositoryName.TryCreate(Project, Repository, out var name) ? name : default;

    async Task DeleteAsync()
    {
        var repository = PortalUrls.Repository(Project, Repository);
        _lines = await Undo.DeleteAsync(_place!.Caller, Name, [Artifact], repository, default);
        if (_lines.All(l => l.Error is null)) Navigation.NavigateTo(repository);
    }

    async Task DeleteTagAsync()
    {
        if (!TagName.TryParse(DeleteTagName, out var tag))
        {
            _refusal = ArtifactErrors.TagNotFound;
            return;
        }
        var result = await Undo.DeleteTagAsync(_place!.Caller, Name, tag, HereUrl, default);
        _refusal = result.Error;
        if (result.Ok) Navigation.NavigateTo(HereUrl);
    }

    async Task AddTagAsync()
    {
        var result = await Tags.SetAsync(_place!.Caller, Name, Kernel.Digest.Parse(Artifact.Digest), TagText?.Trim(), TagMove, default);
        _refusal = result.Error;
        if (!result.Ok) return;
        Toasts.Add(new($"Tag {TagText!.Trim()} set on {Format.ShortDigest(Artifact.Digest)}"));
        Navigation.NavigateTo(HereUrl);
    }
}
