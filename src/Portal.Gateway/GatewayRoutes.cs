using Portal.Gateway.Steps;

namespace Portal.Gateway;

/// <summary>
/// Every route of <c>/v2</c>, and what is done for it, in order. Adding a check means adding its step to a line; <c>OPTIONS</c> tells the
/// methods of a path, and everything that is not here is refused. Source: OCI distribution specification 1.1, "Endpoints", and Docker's <c>_catalog</c>.
/// </summary>
static class GatewayRoutes
{
    // what every route about a repository begins with
    static readonly Type[] Enter = [typeof(Authenticate), typeof(ParseName), typeof(FindProject), typeof(Authorise)];

    // and every one that changes something
    static readonly Type[] Change = [.. Enter, typeof(RefuseWhileReadOnly)];

    // and every route about something in one; a push makes the repository
    static readonly Type[] Find = [.. Enter, typeof(FindRepository)];

    public static IReadOnlyList<GatewayRoute> All { get; } =
    [
        new("GET HEAD", OciResource.Base, OciAction.None, typeof(Authenticate), typeof(AnswerBase)),
        new("GET HEAD", OciResource.Catalog, OciAction.Catalog, typeof(Authenticate), typeof(AuthoriseCatalog), typeof(ListCatalog)),

        new("GET HEAD", OciResource.Manifest, OciAction.Pull, [.. Find, typeof(ParseReference), typeof(FindManifest), typeof(ReachManifest), typeof(GuardPull), typeof(SendManifest), typeof(RecordPull)]),
        new("PUT", OciResource.Manifest, OciAction.Push, [.. Change, typeof(ParseReference), typeof(AuthoriseTag), typeof(PutManifest)]),
        new("DELETE", OciResource.Manifest, OciAction.Delete, [.. Change, typeof(FindRepository), typeof(ParseReference), typeof(DeleteManifest)]),

        new("GET HEAD", OciResource.Tags, OciAction.Pull, [.. Find, typeof(ListTags)]),
        new("GET HEAD", OciResource.Referrers, OciAction.Pull, [.. Find, typeof(ListReferrers)]),

        new("GET HEAD", OciResource.Blob, OciAction.Pull, [.. Find, typeof(FindBlob), typeof(ReachBlob), typeof(SendBlob)]),
        new("DELETE", OciResource.Blob, OciAction.Delete, [.. Find, typeof(RefuseBlobDelete)]),

        new("POST", OciResource.Uploads, OciAction.Push, [.. Change, typeof(GuardUpload), typeof(MountBlob), typeof(StartUpload)]),
        new("GET", OciResource.Upload, OciAction.Push, [.. Enter, typeof(FindUpload), typeof(SendUploadStatus)]),
        new("PATCH", OciResource.Upload, OciAction.Push, [.. Change, typeof(FindUpload), typeof(CheckChunk), typeof(AppendChunk)]),
        new("PUT", OciResource.Upload, OciAction.Push, [.. Change, typeof(FindUpload), typeof(CheckChunk), typeof(FinishUpload)]),
        new("DELETE", OciResource.Upload, OciAction.Push, [.. Change, typeof(FindUpload), typeof(CancelUpload)]),
    ];
}
