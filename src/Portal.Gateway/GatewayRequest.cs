using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Artifacts;
using Portal.Gateway.Tokens;
using Portal.Gateway.Uploads;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry;

namespace Portal.Gateway;

/// <summary>One request on its way through the steps of its route; each step fills in what the later ones read.</summary>
sealed class GatewayRequest(HttpContext http, GatewayRoute route)
{
    Caller? _described;

    public HttpContext Http { get; } = http;
    public GatewayRoute Route { get; } = route;
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The name's characters in the path, before they are checked.</summary>
    public ReadOnlySpan<char> RawName => OciPath.Parse(Http.Request.Path.Value).Name;

    /// <summary>Tag, digest or upload in the path, before it is checked.</summary>
    public string RawReference => OciPath.Parse(Http.Request.Path.Value).Reference.ToString();

    /// <summary>Who asks; kind and id only on the hot path, see <see cref="Describe"/>.</summary>
    public Caller Caller { get; set; } = Caller.Anonymous;

    /// <summary>The token that came with it; null with Basic or nothing.</summary>
    public VerifiedToken? Token { get; set; }

    public RepositoryName Name { get; set; }
    public ProjectEntry? Project { get; set; }

    /// <summary>The repository's row; null when nothing was ever pushed to it.</summary>
    public RepositoryEntry? Repository { get; set; }
    public Reference Reference { get; set; }
    public ArtifactEntry? Artifact { get; set; }

    /// <summary>In which tags of the repository the caller has the right that the route needs.</summary>
    public TagScope Reach { get; set; } = TagScope.None;

    /// <summary>Bytes of the blob that <see cref="Reference"/> names.</summary>
    public long BlobSize { get; set; }
    public UploadState? Upload { get; set; }

    /// <summary>Set by a step that has answered although others would follow.</summary>
    public bool Answered { get; set; }

    /// <summary>The caller with address and client, for audit rows and changes.</summary>
    public Caller Describe() => _described ??= Caller with
    {
        Address = Http.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : "",
        Client = Cut(Http.Request.Headers.UserAgent.ToString(), 256),
    };

    // never through the middle of a character: the database takes no half of one
    static string Cut(string text, int max) => text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];

    /// <summary>Answers with headers alone.</summary>
    public void Answer(int status)
    {
        Http.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent) Http.Response.ContentLength = 0;
        Answered = true;
    }
}

/// <summary>One step of a route.</summary>
interface IGatewayStep
{
    /// <summary>Does its part. A refusal ends the request; the step that answers is the last that may write to the response.</summary>
    ValueTask<Error?> RunAsync(GatewayRequest request);
}

/// <summary>What a token must allow.</summary>
enum OciAction
{
    /// <summary>Being somebody.</summary>
    None,
    Pull,
    Push,
    Delete,
    Catalog,
}

/// <summary>One line of the table.</summary>
/// <param name="Methods">HTTP methods, parted by a blank.</param>
/// <param name="Resource">What the path names.</param>
/// <param name="Action">What a token must allow and the caller have a right to.</param>
/// <param name="Steps">What is done, in order.</param>
sealed record GatewayRoute(string Methods, OciResource Resource, OciAction Action, params Type[] Steps);

/// <summary>The refusals that only the gateway knows.</summary>
static class GatewayErrors
{
    public static Error SignIn { get; } = OciErrors.Unauthorized.Because();

    public static Error NewToken { get; } = OciErrors.Unauthorized.Because("The token does not cover this; ask for one with the scope of the challenge.");

    public static Error BadToken { get; } = OciErrors.Unauthorized.Because("The token is not valid, or not any more.");

    public static Error Name { get; } = OciErrors.NameInvalid.Because("An image name is project/repository in lower-case letters and digits, parted by '.', '_', '-' and '/', at most 255 characters.");

    /// <summary>The same for a project that is missing and for one that the caller may not see.</summary>
    public static Error NoProject(string project) => OciErrors.NameUnknown.Because($"The project {project} does not exist or you have no access to it. Create it in Portal first, or ask its admin for access.");

    public static Error NoRepository(RepositoryName name) => OciErrors.NameUnknown.Because($"The repository {name} does not exist.");

    public static Error NoManifest(RepositoryName name, Reference reference) => OciErrors.ManifestUnknown.Because($"The repository {name} holds no {reference}.");

    public static Error NoBlob { get; } = OciErrors.BlobUnknown.Because();

    public static Error Reference { get; } = OciErrors.ManifestInvalid.Because("Behind manifests/ stands a tag (1 to 128 letters, digits, '_', '.', '-') or a sha256 digest.");

    public static Error Digest { get; } = OciErrors.DigestInvalid.Because("A digest is 'sha256:' and 64 lower-case hexadecimal digits.");

    public static Error Range { get; } = OciErrors.RangeInvalid.Because("The blob does not have the bytes that the range asks for.");

    public static Error Chunk(long offset) => OciErrors.RangeInvalid.Because(
        string.Create(CultureInfo.InvariantCulture, $"The upload holds {offset} bytes; Content-Range is 'first-last' and the next chunk begins at {offset}."));

    public static Error NoUpload { get; } = OciErrors.BlobUploadUnknown.Because("There is no such upload here: it has ended, or it was begun for another repository or by somebody else.");

    public static Error PageSize { get; } = OciErrors.PaginationNumberInvalid.Because("n is a whole number, 0 or more.");

    public static Error BlobDelete { get; } = OciErrors.Unsupported.Because("Blobs are not deleted one by one; delete manifests, and garbage collection frees what they alone used.");

    public static Error Route { get; } = new("UNSUPPORTED", "The registry API does not offer this.", ErrorKind.NotFound);

    public static Error Backend { get; } = OciErrors.Unavailable.Because("The backing registry does not answer; try again later.");
}
