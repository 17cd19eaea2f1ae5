using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Protection;
using Portal.Web.Kit;
using Portal.Web.Protection;

namespace Portal.Web.Artifacts;

/// <summary>What a reader with the right to it can change here: tags and artifacts.</summary>
public sealed partial class RepositoryPage
{
    const string BulkForm = "bulk";
    const string DeleteForm = "delete";
    const string DeleteManyForm = "delete-many";

    IReadOnlyList<ArtifactRow> _asked = [];
    IReadOnlyList<DeletionLine> _lines = [];
    Error? _refusal;

    [Inject] DeletionUndo Undo { get; set; } = default!;

    [Inject] TagService Tags { get; set; } = default!;

    [Inject] LockQueries Locks { get; set; } = default!;

    [Inject] LockService Locker { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = BulkForm, Name = "selected")] public string[]? Selected { get; set; }

    [SupplyParameterFromForm(FormName = DeleteForm, Name = "digest")] public string? DeleteDigest { get; set; }

    [SupplyParameterFromForm(FormName = DeleteManyForm, Name = "selected")] public string[]? DeleteDigests { get; set; }

    [SupplyParameterFromForm(FormName = AddTagDialog.FormName, Name = "digest")] public string? TagDigest { get; set; }

    [SupplyParameterFromForm(FormName = AddTagDialog.FormName, Name = "tag")] public string? TagText { get; set; }

    [SupplyParameterFromForm(FormName = AddTagDialog.FormName, Name = "move")] public bool TagMove { get; set; }

    string HereUrl => new Uri(Navigation.Uri).PathAndQuery;

    RepositoryName Name => RepositoryName.TryCreate(Project, Repository, out var name) ? name : default;

    /// <summary>Asks before several go: only the server knows what goes with them.</summary>
    async Task AskAsync() => _asked = await FindAsync(Selected ?? []);

    Task DeleteOneAsync() => DeleteAsync(DeleteDigest is null ? [] : [DeleteDigest]);

    Task DeleteManyAsync() => DeleteAsync(DeleteDigests ?? []);

    async Task DeleteAsync(string[] digests)
    {
        var artifacts = await FindAsync(digests);
        if (artifacts.Count == 0)
        {
            _refusal ??= ArtifactErrors.ArtifactNotFound;
            return;
        }
        _lines = await Undo.DeleteAsync(_place!.Caller, Name, artifacts, HereUrl, default);
        if (_lines.All(l => l.Error is null)) Navigation.NavigateTo(HereUrl);
        else await LoadAsync(_place.Caller);
    }

    async Task AddTagAsync()
    {
        if (!Digest.TryParse(TagDigest, out var digest))
        {
            _refusal = ArtifactErrors.ArtifactNotFound;
            return;
        }
        var result = await Tags.SetAsync(_place!.Caller, Name, digest, TagText?.Trim(), TagMove, default);
        if (!result.Ok)
        {
            _refusal = result.Error;
            return;
        }
        Toasts.Add(new($"Tag {TagText!.Trim()} set on {digest.Short}"));
        Navigation.NavigateTo(HereUrl);
    }

    async Task<IReadOnlyList<ArtifactRow>> FindAsync(IReadOnlyCollection<string> digests)
    {
        var found = await Artifacts.FindManyAsync(_place!.Caller, Project, Repository, digests, default);
        if (!found.Ok) _refusal = found.Error;
        return found.Ok ? found.Value : [];
    }

    async Task RevertAsync()
    {
        var (tag, text) = (Context.Request.Form["tag"].ToString(), Context.Request.Form["digest"].ToString());
        var reverted = Digest.TryParse(text, out var digest) ? await Tags.RevertAsync(_place!.Caller, Name, tag, digest, default) : ArtifactErrors.ArtifactNotFound;
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
