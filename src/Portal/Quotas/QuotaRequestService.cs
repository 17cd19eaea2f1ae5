using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Quotas;

/// <summary>Asks for higher limits and decides on it. One request of a project may be open at a time.</summary>
public sealed class QuotaRequestService(Transactions transactions, IAccessPolicy policy, ProjectQueries projects, QuotaService quotas, AuditLog audit, TimeProvider time)
{
    /// <summary>A project asks to hold so many bytes. Needs <c>project:update</c> there.</summary>
    public async Task<Result<int>> AskAsync(Caller caller, int projectId, long bytes, string? reason, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var found = await projects.ResolveAsync(caller, projectId, Permissions.ProjectUpdate, cancellation);
        if (!found.Ok) return found.Error;
        if (bytes is < 1 or > ProjectStorage.MaxLimit) return QuotaErrors.Requested;
        if (Text(reason) is not { } said) return QuotaErrors.Text("reason");
        return await transactions.RunAsync<int>(async db =>
        {
            // of two that ask at once the second waits here
            await db.ProjectStorages.Where(s => s.ProjectId == projectId).ExecuteUpdateAsync(s => s.SetProperty(x => x.Used, x => x.Used), cancellation);
            var limit = await db.ProjectStorages.Where(s => s.ProjectId == projectId).Select(s => s.Limit).SingleAsync(cancellation);
            if (limit < 0 || bytes <= limit) return QuotaErrors.NotMore;
            if (await db.QuotaRequests.AnyAsync(r => r.ProjectId == projectId && r.State == QuotaRequestState.Open, cancellation)) return QuotaErrors.AlreadyAsked;
            var request = new QuotaRequest { ProjectId = projectId, Bytes = bytes, Reason = said, RequestedBy = caller.Name, RequestedAt = time.GetUtcNow() };
            db.QuotaRequests.Add(request);
            audit.Add(db, new(caller.Actor, AuditActions.Create, AuditResources.QuotaRequest, found.Value.Name, projectId) { After = new { bytes, reason = said, limit } });
            await db.SaveChangesAsync(cancellation);
            return request.Id;
        }, cancellation);
    }

    /// <summary>Grants a request, which sets the project's limit, or declines it; either with a sentence. Needs <c>quota:update</c> on the system.</summary>
    public async Task<Result> DecideAsync(Caller caller, int requestId, bool grant, string? answer, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.QuotaUpdate, cancellation) is { } refusal) return refusal;
        if (Text(answer) is not { } said) return QuotaErrors.Text("answer");
        return await transactions.RunAsync(async db =>
        {
            var now = time.GetUtcNow();
            var state = grant ? QuotaRequestState.Granted : QuotaRequestState.Declined;
            // of two that decide at once the second finds it done
            var decided = await db.QuotaRequests.Where(r => r.Id == requestId && r.State == QuotaRequestState.Open && r.Project!.DeletedAt == null).ExecuteUpdateAsync(s => s
                .SetProperty(r => r.State, state).SetProperty(r => r.DecidedBy, caller.Name).SetProperty(r => r.DecidedAt, now).SetProperty(r => r.Answer, said), cancellation);
            var request = await db.QuotaRequests.Include(r => r.Project).SingleOrDefaultAsync(r => r.Id == requestId && r.Project!.DeletedAt == null, cancellation);
            if (request is null) return QuotaErrors.RequestNotFound;
            if (decided == 0) return QuotaErrors.AlreadyDecided;
            audit.Add(db, new(caller.Actor, AuditActions.Update, AuditResources.QuotaRequest, request.Project!.Name, request.ProjectId)
            {
                Before = new { state = "open" },
                After = new { state = grant ? "granted" : "declined", bytes = request.Bytes, answer = said },
            });
            await db.SaveChangesAsync(cancellation);
            return grant ? await quotas.UpdateAsync(db, caller, request.ProjectId, new(request.Bytes), cancellation) : Result.Success;
        }, cancellation);
    }

    static string? Text(string? text) => text?.Trim() is { Length: >= 1 and <= QuotaRequest.MaxText } said ? said : null;
}
