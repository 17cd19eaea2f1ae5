using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Artifacts;
using Portal.Data;
using Portal.Gateway;
using Portal.Gateway.Steps;
using Portal.Gateway.Tokens;
using Portal.Gateway.Uploads;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry;
using Portal.Registry.Manifests;

namespace Portal.Integration.Tests.Faults.Planted;

/// <summary>Goes on with every upload that bears our seal in this repository, whoever began it.</summary>
sealed class UploadOfAnybody(TokenKeys keys) : IGatewayStep
{
    public ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        request.Upload = keys.Uploads.Open(request.Http.Request.Query["_state"]);
        return new(request.Upload is { } state && state.Repository == request.Name.Text && state.Id == request.RawReference ? null : GatewayErrors.NoUpload);
    }
}

/// <summary>Goes on with every upload of the caller's, in whatever repository they began it.</summary>
sealed class UploadOfAnyRepository(TokenKeys keys) : IGatewayStep
{
    public ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        request.Upload = keys.Uploads.Open(request.Http.Request.Query["_state"]);
        return new(request.Upload is { } state && state.Caller == request.Caller.Id && state.Id == request.RawReference ? null : GatewayErrors.NoUpload);
    }
}

/// <summary>Finds a blob by its digest alone, as the backing registry's storage does.</summary>
sealed class BlobOfAnyRepository(IDbContextFactory<PortalDbContext> contexts) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        if (!Digest.TryParse(request.RawReference, out var digest)) return GatewayErrors.Digest;
        await using var db = await contexts.CreateDbContextAsync();
        if (await db.Blobs.Where(b => b.Digest == digest.Text).Select(b => (long?)b.Size).FirstOrDefaultAsync() is not { } size) return GatewayErrors.NoBlob;
        (request.Reference, request.BlobSize) = (digest, size);
        return null;
    }
}

/// <summary>Mounts from any repository that holds the blob; the right to pull there is not asked for.</summary>
sealed class MountFromAnywhere(ProjectDirectory projects, RepositoryDirectory repositories, BlobService blobs) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var query = request.Http.Request.Query;
        if (!Digest.TryParse(query["mount"], out var digest) || !RepositoryName.TryParse(query["from"], out var name)) return null;
        if (await projects.FindAsync(name.Project, request.Aborted) is not { } project || await repositories.FindAsync(project, name, request.Aborted) is not { } source) return null;
        var mounted = await blobs.MountAsync(request.Caller, request.Project!, request.Name, source, digest, request.Aborted);
        if (mounted is { Ok: true, Value: true }) UploadAnswer.Created(request, digest);
        return null;
    }
}

/// <summary>Compares a token's repository by name, and not by the project that it was given out for.</summary>
sealed class AuthoriseByName(IAccessPolicy policy) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var needed = request.Route.Action switch { OciAction.Pull => ScopeActions.Pull, OciAction.Push => ScopeActions.Push, _ => ScopeActions.Delete };
        if (request.Project is not { } project) return GatewayErrors.NoProject(request.Name.Project);
        if (!TokenGrant.Of(await policy.RightsAsync(request.Caller, project.TargetOf(request.Name.Path), request.Aborted)).HasFlag(needed)) return GatewayErrors.NoProject(request.Name.Project);
        request.Reach = TagScope.All;
        return request.Token is { } token && !token.Claims.Access.Any(g => g.Name == request.Name.Text && g.Actions.HasFlag(needed)) ? GatewayErrors.NewToken : null;
    }
}

/// <summary>Says of a project that the caller may not see that they may not.</summary>
sealed class AuthoriseTellingNames(IAccessPolicy policy) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        if (request.Project is not { } project) return GatewayErrors.NoProject(request.Name.Project);
        request.Reach = TagScope.All;
        return (await policy.RightsAsync(request.Caller, project.TargetOf(request.Name.Path), request.Aborted)).Has(Permissions.RepositoryPull) ? null : OciErrors.Denied.Because();
    }
}

/// <summary>Asks for the caller's rights and forgets what the token was given out for.</summary>
sealed class AuthoriseWithoutScope(IAccessPolicy policy) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var needed = request.Route.Action switch { OciAction.Pull => ScopeActions.Pull, OciAction.Push => ScopeActions.Push, _ => ScopeActions.Delete };
        if (request.Project is not { } project) return GatewayErrors.NoProject(request.Name.Project);
        request.Reach = TagScope.All;
        return TokenGrant.Of(await policy.RightsAsync(request.Caller, project.TargetOf(request.Name.Path), request.Aborted)).HasFlag(needed) ? null : GatewayErrors.NoProject(request.Name.Project);
    }
}

/// <summary>Lists every repository there is.</summary>
sealed class CatalogOfEverything(IDbContextFactory<PortalDbContext> contexts) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var names = await db.Repositories.Select(r => r.Project!.Name + "/" + r.Name).OrderBy(n => n).ToListAsync();
        await ListAnswer.WriteAsync(request, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("repositories");
            foreach (var name in names) json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return null;
    }
}

/// <summary>Cuts the page first and filters it then, so that the link names what the page hides.</summary>
sealed class CatalogFilteredLate(IDbContextFactory<PortalDbContext> contexts, RegistryQueries queries) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var take = int.TryParse(request.Http.Request.Query["n"], out var n) ? n : 100;
        await using var db = await contexts.CreateDbContextAsync();
        var page = await db.Repositories.Select(r => r.Project!.Name + "/" + r.Name).OrderBy(name => name).Take(take).ToListAsync();
        var visible = (await queries.CatalogAsync(request.Caller, null, 1_000, request.Aborted)).Items;
        ListAnswer.Link(request.Http.Response, "/v2/_catalog", take, page[^1]);
        await ListAnswer.WriteAsync(request, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("repositories");
            foreach (var name in page.Intersect(visible)) json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return null;
    }
}

/// <summary>Believes what the manifest says of itself, whatever the header says.</summary>
sealed class PutAnyType(PushService push) : PutLoosely(push)
{
    protected override (Reference Reference, byte[] Content, string? Type) Bend(Reference reference, byte[] content, string? type) =>
        (reference, content, System.Text.Json.Nodes.JsonNode.Parse(content)?["mediaType"]?.GetValue<string>());
}

/// <summary>Believes the digest in the path.</summary>
sealed class PutUnderAnyDigest(PushService push) : PutLoosely(push)
{
    protected override (Reference Reference, byte[] Content, string? Type) Bend(Reference reference, byte[] content, string? type) =>
        (reference.IsDigest ? Digest.Parse("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))) : reference, content, type);
}

/// <summary>Keeps the last of fields that are there twice, as most readers do.</summary>
sealed class PutLastOfTwo(PushService push) : PutLoosely(push)
{
    protected override (Reference Reference, byte[] Content, string? Type) Bend(Reference reference, byte[] content, string? type)
    {
        using var json = System.Text.Json.JsonDocument.Parse(content);
        if (json.RootElement.EnumerateObject().DistinctBy(p => p.Name).Count() == json.RootElement.EnumerateObject().Count()) return (reference, content, type);
        var last = json.RootElement.EnumerateObject().GroupBy(p => p.Name).ToDictionary(g => g.Key, g => g.Last().Value);
        return (reference, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(last), type);
    }
}

/// <summary>Bends a manifest, or what stands around it, before it is checked.</summary>
abstract class PutLoosely(PushService push) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        using var body = new MemoryStream();
        await request.Http.Request.Body.CopyToAsync(body, request.Aborted);
        var (reference, content, type) = Bend(request.Reference, body.ToArray(), request.Http.Request.ContentType);
        var pushed = await push.PutAsync(request.Describe(), request.Project!, request.Name, reference, content, type, request.Aborted);
        if (!pushed.Ok) return pushed.Error;
        request.Answer(StatusCodes.Status201Created);
        return null;
    }

    protected abstract (Reference Reference, byte[] Content, string? Type) Bend(Reference reference, byte[] content, string? type);
}

/// <summary>A tag named <c>once</c> may be set once; asked where the guards' seam says, with the tag's row locked.</summary>
sealed class SetOnceGuard : IPushGuard
{
    public ValueTask<Result> CheckAsync(PushContext push, CancellationToken cancellation) => new(Result.Success);

    public ValueTask<Result> ConfirmAsync(PortalDbContext db, PushContext push, CancellationToken cancellation) => new(Verdict(push, push.Replaces is not null));

    public static Result Verdict(PushContext push, bool set) => set && push.Tag?.Text == "once" ? OciErrors.Denied.Because("The tag may be set once.") : Result.Success;
}

/// <summary>The same, asked before the row is locked.</summary>
sealed class SetOnceGuardWithoutLock(IDbContextFactory<PortalDbContext> contexts) : IPushGuard
{
    public async ValueTask<Result> CheckAsync(PushContext push, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var path = push.Repository.Path;
        return SetOnceGuard.Verdict(push, await db.Tags.AnyAsync(t => t.Name == "once" && db.Repositories.Any(r => r.Id == t.RepositoryId && r.Name == path), cancellation));
    }
}
