using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Protection;
using Portal.Registry.Manifests;
using Portal.Web.Kit;
using Portal.Web.Protection;

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

    [Inject] ArtifactCopier Copier { get; set; } = default!;

    [Inject] LockQueries Locks { get; set; } = default!;

    [Inject] LockService Locker { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

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

    // somebody signed in may have rights in another project; what is attached goes with what it is attached to
    bool MayCopy => !_place!.Caller.IsAnonymous && _place.MayHere(Permissions.RepositoryPull) && Artifact.SubjectDigest is null && !Artifact.Tags.Any(t => ArtifactKinds.TagScheme(t.Name) is not null);

    async Task CopyAsync()
    {
        var form = Context.Request.Form;
        if (!RepositoryName.TryParse(form["to"].ToString().Trim(), out var target))
        {
            _refusal = Error.Invalid("to", "A copy goes to a project and a repository, such as release/api.");
            return;
        }
        var tags = new List<TagName>();
        foreach (var text in form["tags"].ToString().Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!TagName.TryParse(text, out var tag))
            {
                _refusal = ArtifactErrors.TagName;
                return;
            }
            tags.Add(tag);
        }
        var copied = await Copier.CopyAsync(_place!.Caller, Name, Kernel.Digest.Parse(Artifact.Digest), target, tags, default);
        _refusal = copied.Error;
        if (!copied.Ok) return;
        Toasts.Add(new($"Copied to {target}{(copied.Value.Tags is [var first, ..] ? $":{first}" : "")}{(copied.Value.Artifacts > 1 ? $", {Format.Count(copied.Value.Artifacts, "manifest")} in all" : "")}"));
        Navigation.NavigateTo(PortalUrls.Artifact(target, copied.Value.Digest));
    }

    async Task RevertAsync()
    {
        var (tag, text) = (Context.Request.Form["tag"].ToString(), Context.Request.Form["digest"].ToString());
        var reverted = Kernel.Digest.TryParse(text, out var digest) ? await Tags.RevertAsync(_place!.Caller, Name, tag, digest, default) : ArtifactErrors.ArtifactNotFound;
        Done(reverted, $"{tag} names {Format.ShortDigest(text)} again");
    }

    async Task LockAsync()
    {
        var locked = await LockForm.Of(Context.Request.Form).LockAsync(Locker, _place!.Caller, _place.Project);
        Done(locked.Ok ? Result.Success : locked.Error, locked.Ok ? $"{locked.Value} is locked" : "");
    }

    async Task UnlockAsync() => Done(await Locker.UnlockAsync(_place!.Caller, _place.Project, LockForm.Id(Context.Request.Form), default), "The lock is off");

    void Done(Result result, string text)
    {
        _refusal = result.Error;
        if (!result.Ok) return;
        Toasts.Add(new(text));
        Navigation.NavigateTo(HereUrl);
    }
}
