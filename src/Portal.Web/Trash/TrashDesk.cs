using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Trash;
using Portal.Web.Kit;

namespace Portal.Web.Trash;

/// <summary>What a page of the trash holds while it is drawn, and what its forms do.</summary>
public sealed class TrashDesk(TrashQueries queries, TrashService service, ToastQueue toasts, NavigationManager navigation)
{
    public TableQuery Query { get; private set; } = default!;

    public Page<TrashRow>? Page { get; private set; }

    public TrashTotals? Totals { get; private set; }

    public TrashDetail? Detail { get; private set; }

    public TrashDetail? Clash { get; private set; }

    public Error? Refused { get; private set; }

    Caller _caller = Caller.Anonymous;

    /// <summary>Reads the page; false when the caller may not.</summary>
    /// <param name="project">Null for all projects.</param>
    public async Task<bool> LoadAsync(Caller caller, string? project)
    {
        _caller = caller;
        Query = TableQuery.From(navigation, "-deleted", 15, "", "kind", "cause", "batch");
        var filter = new TrashFilter(Enum.TryParse<DeletionKind>(Query.Get("kind"), true, out var kind) ? kind : null, Enum.TryParse<DeletionCause>(Query.Get("cause"), true, out var cause) ? cause : null,
            Guid.TryParse(Query.Get("batch"), out var batch) ? batch : null);
        var listed = await queries.ListAsync(caller, project, filter, Query.Request, default);
        var totals = await queries.TotalsAsync(caller, project, default);
        if (!listed.Ok || !totals.Ok) return false;
        (Page, Totals) = (listed.Value, totals.Value);
        if (long.TryParse(Query.Get("show"), NumberStyles.None, CultureInfo.InvariantCulture, out var shown) && await queries.FindAsync(caller, shown, new(0, 20), default) is { Ok: true } found) Detail = found.Value;
        return true;
    }

    /// <summary>Restores, unless names are used again and nobody has been asked what to do then.</summary>
    public async Task RestoreAsync(IFormCollection form)
    {
        var (id, repository, project) = (Id(form), form["repository"].ToString().Trim(), form["project"].ToString().Trim());
        if (repository.Length == 0 && await queries.FindAsync(_caller, id, new(0, 1), default) is { Ok: true, Value: { TagsUsed.Count: > 0 } used })
        {
            Clash = used;
            return;
        }
        Done(await service.RestoreAsync(_caller, id, new(null, repository.Length == 0 ? null : repository), project.Length == 0 ? null : project, default));
    }

    /// <summary>Restores under the names that were chosen.</summary>
    public async Task RestoreAsAsync(IFormCollection form)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (old, i) in form["old"].Take(TrashBoard.MaxNames).Select((o, i) => (o ?? "", i)))
            if (form[string.Create(CultureInfo.InvariantCulture, $"as-{i}")].ToString().Trim() is { Length: > 0 } name) names[old] = name;
        Done(await service.RestoreAsync(_caller, Id(form), new(names), null, default));
    }

    public async Task DestroyAsync(IFormCollection form)
    {
        var name = form["name"].ToString().Trim();
        var done = await service.DestroyAsync(_caller, Id(form), name, default);
        Refused = done.Error;
        if (done.Ok) Tell($"{name} is deleted for good");
    }

    /// <summary>Keeps a refusal, or tells and draws the page anew.</summary>
    public void Done(Result done, string text)
    {
        Refused = done.Error;
        if (done.Ok) Tell(text);
    }

    void Done(Result<RestoreSummary> done)
    {
        Refused = done.Error;
        if (done.Ok) Tell(TrashWords.Restored(done.Value));
    }

    void Tell(string text)
    {
        toasts.Add(new(text));
        navigation.NavigateTo(Query.FilterUrl("show", null));
    }

    static long Id(IFormCollection form) => long.TryParse(form["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}
