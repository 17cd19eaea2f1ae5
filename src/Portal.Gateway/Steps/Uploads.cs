using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Artifacts;
using Portal.Gateway.Tokens;
using Portal.Gateway.Uploads;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry;

namespace Portal.Gateway.Steps;

/// <summary>What the upload routes' answers share.</summary>
static class UploadAnswer
{
    /// <summary>Where the upload goes on and how far it is.</summary>
    public static void Progress(GatewayRequest request, UploadSeal seal, UploadState state, int status)
    {
        Describe(request, seal, state);
        request.Answer(status);
    }

    /// <summary>The headers alone, for a refusal that leaves the upload open.</summary>
    public static void Describe(GatewayRequest request, UploadSeal seal, UploadState state)
    {
        var headers = request.Http.Response.Headers;
        headers.Location = $"/v2/{request.Name}/blobs/uploads/{state.Id}?_state={seal.Seal(state)}";
        headers["Docker-Upload-UUID"] = state.Id;
        // by the protocol's custom an empty upload also says 0-0
        headers.Range = string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(0, state.Offset - 1)}");
    }

    /// <summary>The blob is here.</summary>
    public static void Created(GatewayRequest request, Digest digest)
    {
        request.Http.Response.Headers.Location = $"/v2/{request.Name}/blobs/{digest}";
        request.Http.Response.Headers["Docker-Content-Digest"] = digest.Text;
        request.Answer(StatusCodes.Status201Created);
    }

    /// <summary>Reads a digest that content is to be stored under.</summary>
    public static Result<Digest> Digest(string? text) =>
        !Kernel.Digest.TryParse(text, out var digest) ? GatewayErrors.Digest : digest.Algorithm == "sha256" ? digest : ArtifactErrors.Sha256Only;
}

/// <summary>Asks whoever may refuse an upload.</summary>
sealed class GuardUpload(GuardChain guards) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var query = request.Http.Request.Query;
        var named = query["digest"].ToString() is { Length: > 0 } single ? single : query["mount"].ToString();
        Digest? digest = null;
        if (named.Length > 0)
        {
            var parsed = UploadAnswer.Digest(named);
            if (!parsed.Ok) return parsed.Error;
            digest = parsed.Value;
        }
        var size = query.ContainsKey("digest") ? request.Http.Request.ContentLength : null;
        return (await guards.CheckAsync(new BlobPushContext(request.Describe(), request.Project!, request.Name, digest, size), request.Aborted)).Error;
    }
}

/// <summary>Takes a blob over from a repository that holds it and that the caller may pull from; anything else becomes an ordinary upload.</summary>
sealed class MountBlob(ProjectDirectory projects, RepositoryDirectory repositories, IAccessPolicy policy, TagReachQueries reach, BlobService blobs) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var query = request.Http.Request.Query;
        if (!query.ContainsKey("mount") || !Digest.TryParse(query["mount"], out var digest) || !RepositoryName.TryParse(query["from"], out var name)) return null;
        if (await projects.FindAsync(name.Project, request.Aborted) is not { } project) return null;
        var tags = await policy.TagsAsync(request.Caller, Permissions.RepositoryPull, project.TargetOf(name.Path), request.Aborted);
        if (!tags.Some) return null;
        if (request.Token is { } token && !token.Allows(name.Text, project.Id, ScopeActions.Pull)) return null;
        if (await repositories.FindAsync(project, name, request.Aborted) is not { } source) return null;
        if (!await reach.HoldsBlobAsync(source.Id, digest, tags, request.Aborted)) return null;
        var mounted = await blobs.MountAsync(request.Describe(), request.Project!, request.Name, source, digest, request.Aborted);
        if (!mounted.Ok) return mounted.Error;
        if (mounted.Value) UploadAnswer.Created(request, digest);
        return null;
    }
}

/// <summary>Opens an upload; with <c>?digest=</c> the request carries the whole blob and ends it as well.</summary>
sealed class StartUpload(BackendUploads uploads, RepositoryDirectory repositories, TokenKeys keys, BlobReceiver receiver) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        // The row is made while the registry opens the upload: from here on the repository is known, and the rest of the push asks no more for it.
        var row = repositories.EnsureAsync(request.Project!, request.Name, request.Aborted).AsTask();
        var opened = await uploads.OpenAsync(request.Name, request.Aborted);
        await row;
        if (!opened.Ok) return opened.Error;
        if (request.Http.Request.Query["digest"] is [{ Length: > 0 } digest]) return await receiver.FinishAsync(request, opened.Value, Digest.Parse(digest), 0);
        var path = opened.Value.AsSpan();
        var end = path.IndexOf('?');
        if (end >= 0) path = path[..end];
        var state = new UploadState(request.Project!.Id, request.Caller.Kind, request.Caller.Id, request.Name.Text, path[(path.LastIndexOf('/') + 1)..].ToString(), 0, opened.Value);
        UploadAnswer.Progress(request, keys.Uploads, state, StatusCodes.Status202Accepted);
        return null;
    }
}

/// <summary>Opens the seal in the address: only whoever began an upload may go on with it, and only in its repository.</summary>
sealed class FindUpload(TokenKeys keys) : IGatewayStep
{
    public ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var state = keys.Uploads.Open(request.Http.Request.Query["_state"]);
        if (state is null || state.Repository != request.Name.Text || state.Project != request.Project!.Id || state.Kind != request.Caller.Kind || state.Caller != request.Caller.Id || state.Id != request.RawReference)
            return new(GatewayErrors.NoUpload);
        request.Upload = state;
        return default;
    }
}

/// <summary>A chunk that says where it belongs must belong where the upload stands.</summary>
sealed class CheckChunk(TokenKeys keys) : IGatewayStep
{
    public ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var text = request.Http.Request.Headers.ContentRange.ToString();
        if (text.Length == 0) return default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var state = request.Upload!;
        if (dash > 0 && Number(text.AsSpan(0, dash), out var from) && Number(text.AsSpan(dash + 1), out var to) && from == state.Offset && to >= from)
            return request.Http.Request.ContentLength is { } length && length != to - from + 1 ? new(OciErrors.SizeInvalid.Because("Content-Length differs from Content-Range.")) : default;
        UploadAnswer.Describe(request, keys.Uploads, state);
        return new(GatewayErrors.Chunk(state.Offset));
    }

    static bool Number(ReadOnlySpan<char> text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>Streams a chunk to the backing registry.</summary>
sealed class AppendChunk(BackendForwarder forwarder, TokenKeys keys) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var state = request.Upload!;
        var answer = await forwarder.SendBodyAsync(request, HttpMethod.Patch, state.BackendPath);
        if (!answer.Ok) return answer.Error;
        if (answer.Value.Location is not { } next) return GatewayErrors.Backend;
        UploadAnswer.Progress(request, keys.Uploads, state with { Offset = state.Offset + answer.Value.Sent, BackendPath = next }, StatusCodes.Status202Accepted);
        return null;
    }
}

/// <summary>Ends an upload; the request may carry the last chunk or the whole.</summary>
sealed class FinishUpload(GuardChain guards, BlobReceiver receiver, BackendUploads uploads, IUploadLimit limit) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var digest = UploadAnswer.Digest(request.Http.Request.Query["digest"]);
        if (!digest.Ok) return digest.Error;
        var state = request.Upload!;
        var size = request.Http.Request.ContentLength is { } last ? state.Offset + last : (long?)null;
        var allowed = await guards.CheckAsync(new BlobPushContext(request.Describe(), request.Project!, request.Name, digest.Value, size), request.Aborted);
        if (allowed.Ok) return await receiver.FinishAsync(request, state.BackendPath, digest.Value, state.Offset);
        // what came before goes with the refusal
        limit.Forget(UploadLimits.Key(state.BackendPath));
        await uploads.CancelAsync(state.BackendPath, CancellationToken.None);
        return allowed.Error;
    }
}

/// <summary>Sends what is left of a blob, and records it once the backing registry has checked the digest.</summary>
sealed class BlobReceiver(BackendForwarder forwarder, BlobService blobs)
{
    public async Task<Error?> FinishAsync(GatewayRequest request, string backendPath, Digest digest, long offset)
    {
        var separator = backendPath.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var answer = await forwarder.SendBodyAsync(request, HttpMethod.Put, $"{backendPath}{separator}digest={Uri.EscapeDataString(digest.Text)}", digest);
        if (!answer.Ok) return answer.Error;
        if (answer.Value.Status != System.Net.HttpStatusCode.Created) return GatewayErrors.Backend;
        // the bytes are there: recording them must not depend on the client's patience
        if (!await blobs.LinkAsync(request.Project!, request.Name, digest, offset + answer.Value.Sent, CancellationToken.None)) return ArtifactErrors.CleaningUp;
        UploadAnswer.Created(request, digest);
        return null;
    }
}

/// <summary>How far an upload is.</summary>
sealed class SendUploadStatus(BackendUploads uploads, TokenKeys keys) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var open = await uploads.IsOpenAsync(request.Upload!.BackendPath, request.Aborted);
        if (!open.Ok) return open.Error;
        if (!open.Value) return GatewayErrors.NoUpload;
        UploadAnswer.Progress(request, keys.Uploads, request.Upload, StatusCodes.Status204NoContent);
        return null;
    }
}

/// <summary>Ends an upload without a blob.</summary>
sealed class CancelUpload(BackendUploads uploads, IUploadLimit limit) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var cancelled = await uploads.CancelAsync(request.Upload!.BackendPath, request.Aborted);
        if (!cancelled.Ok) return cancelled.Error;
        limit.Forget(UploadLimits.Key(request.Upload.BackendPath));
        request.Answer(StatusCodes.Status204NoContent);
        return null;
    }
}
