using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Kernel;
using Portal.Registry;

namespace Portal.Gateway.Steps;

/// <summary><c>GET /v2/</c>: here is a registry, and you are known.</summary>
sealed class AnswerBase : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        request.Http.Response.ContentType = "application/json";
        request.Http.Response.ContentLength = 2;
        if (!HttpMethods.IsHead(request.Http.Request.Method)) await request.Http.Response.WriteAsync("{}", request.Aborted);
        return null;
    }
}

/// <summary>Reads the tag or digest behind <c>manifests/</c>.</summary>
sealed class ParseReference : IGatewayStep
{
    public ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var text = request.RawReference;
        if (!Reference.TryParse(text, out var reference))
            return new(text.Contains(':', StringComparison.Ordinal) ? GatewayErrors.Digest : HttpMethods.IsPut(request.Http.Request.Method) ? OciErrors.TagInvalid.Because() : GatewayErrors.Reference);
        request.Reference = reference;
        return default;
    }
}

/// <summary>Finds the live artifact that the reference names in this repository.</summary>
sealed class FindManifest(ArtifactLookup lookup) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        request.Artifact = request.Repository is { } repository ? await lookup.FindAsync(repository.Id, request.Reference, request.Aborted) : null;
        return request.Artifact is null ? GatewayErrors.NoManifest(request.Name, request.Reference) : null;
    }
}

/// <summary>Asks whoever may refuse a pull.</summary>
sealed class GuardPull(GuardChain guards) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        if (!guards.GuardsPulls) return null;
        var artifact = request.Artifact!;
        TagName? tag = request.Reference.IsDigest ? null : request.Reference.Tag;
        return (await guards.CheckAsync(new PullContext(request.Describe(), request.Project!, request.Name, tag, Digest.Parse(artifact.Digest), artifact.MediaType), request.Aborted)).Error;
    }
}

/// <summary>Sends a manifest from memory; HEAD needs only what the index knows.</summary>
sealed class SendManifest(ArtifactLookup lookup) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var artifact = request.Artifact!;
        var response = request.Http.Response;
        var head = HttpMethods.IsHead(request.Http.Request.Method);
        var manifest = head ? null : await lookup.ManifestAsync(artifact, request.Aborted);
        if (!head && manifest is null) return GatewayErrors.NoManifest(request.Name, request.Reference);
        var tag = manifest?.ETag ?? $"\"{artifact.Digest}\"";
        response.Headers["Docker-Content-Digest"] = artifact.Digest;
        response.Headers.ETag = tag;
        if (request.Http.Request.Headers.IfNoneMatch is { Count: > 0 } known && known.ToString().Contains(tag, StringComparison.Ordinal))
        {
            request.Answer(StatusCodes.Status304NotModified);
            return null;
        }
        response.ContentType = artifact.MediaType;
        response.ContentLength = artifact.ManifestSize;
        if (manifest is not null) await response.BodyWriter.WriteAsync(manifest.Content, request.Aborted);
        return null;
    }
}

/// <summary>Counts a pull and, as the project's setting says, writes it into the audit log. HEAD is no pull.</summary>
sealed class RecordPull(PullRecorder pulls, AuditLog audit) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        if (HttpMethods.IsHead(request.Http.Request.Method)) return null;
        pulls.Record(request.Artifact!);
        if (request.Project!.AuditPulls)
            await audit.RecordAsync(new(request.Describe().Actor, AuditActions.Pull, AuditResources.Artifact,
                request.Reference.IsDigest ? $"{request.Name}@{request.Reference}" : $"{request.Name}:{request.Reference}", request.Project.Id), CancellationToken.None);
        return null;
    }
}

/// <summary>Reads a manifest within its bound and pushes it.</summary>
sealed class PutManifest(PushService push, IOptions<ArtifactOptions> options) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var http = request.Http;
        var max = options.Value.MaxManifestBytes;
        if (http.Request.ContentLength > max) return TooLarge(max);
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        using var body = new MemoryStream((int)(http.Request.ContentLength ?? 4_096));
        var buffer = new byte[16 * 1024];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, request.Aborted)) > 0;)
        {
            if (body.Length + read > max) return TooLarge(max);
            body.Write(buffer, 0, read);
        }
        var pushed = await push.PutAsync(request.Describe(), request.Project!, request.Name, request.Reference, body.ToArray(), http.Request.ContentType, request.Aborted);
        if (!pushed.Ok) return pushed.Error;
        var headers = http.Response.Headers;
        headers.Location = $"/v2/{request.Name}/manifests/{pushed.Value.Digest}";
        headers["Docker-Content-Digest"] = pushed.Value.Digest.Text;
        if (pushed.Value.Subject is { } subject) headers["OCI-Subject"] = subject.Text;
        if (!request.Reference.IsDigest && ReferrersTag.Is(request.Reference.Tag) && pushed.Value.IsIndex) headers.Append("Warning", ReferrersTag.Warning);
        request.Answer(StatusCodes.Status201Created);
        return null;
    }

    static Error TooLarge(int max) => OciErrors.TooLarge.Because($"A manifest has at most {max} bytes here.");
}

/// <summary>
/// The tag under which clients keep a list of referrers where a registry cannot tell them. It is stored like any other; what it lists is found by its subjects,
/// so it is not needed here. Source: OCI distribution specification 1.1, "Referrers Tag Schema" and "Warnings".
/// </summary>
static class ReferrersTag
{
    public const string Warning = "299 - \"This registry lists referrers by itself: the referrers tag is kept but not needed.\"";

    /// <summary>True for <c>sha256-</c> or <c>sha512-</c> and the first 64 digits of a digest.</summary>
    public static bool Is(TagName tag) => tag.Text is { Length: 71 } text && text.StartsWith("sha", StringComparison.Ordinal) && text.AsSpan(3, 4) is "256-" or "512-" && !text.AsSpan(7).ContainsAnyExcept(Hex);

    static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");
}

/// <summary>By tag the tag goes and the artifact stays; by digest the artifact goes with its tags.</summary>
sealed class DeleteManifest(ArtifactDeleter deleter) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        if (request.Repository is null) return GatewayErrors.NoRepository(request.Name);
        var deleted = request.Reference.IsDigest
            ? await deleter.DeleteArtifactAsync(request.Describe(), request.Name, request.Reference, request.Aborted)
            : await deleter.DeleteTagAsync(request.Describe(), request.Name, request.Reference.Tag, request.Aborted);
        if (!deleted.Ok) return deleted.Error.Kind == ErrorKind.NotFound ? GatewayErrors.NoManifest(request.Name, request.Reference) : deleted.Error;
        request.Answer(StatusCodes.Status202Accepted);
        return null;
    }
}
