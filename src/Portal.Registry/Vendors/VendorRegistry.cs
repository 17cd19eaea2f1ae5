using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>One page of names.</summary>
/// <param name="Items">In the vendor's order; may be empty although more follow, when a filter took all of a page.</param>
/// <param name="Next">To ask for the next page; null on the last. Opaque, at most some kilobytes.</param>
public sealed record NamePage(IReadOnlyList<string> Items, string? Next);

/// <summary>Which repositories are asked for.</summary>
/// <param name="Prefix">Names that begin so; null for all the credential may see.</param>
/// <param name="Next">What the page before gave.</param>
/// <param name="PageSize">Names wanted; the vendor's bound applies.</param>
public sealed record RepositoryQuery(string? Prefix = null, string? Next = null, int PageSize = 100);

/// <summary>
/// One registry of some vendor. Repository names are those of <c>/v2</c>: what stands between the host and the tag when pulling. Refusals are results; a vendor
/// that cannot do something at all answers <c>VENDOR_CANNOT</c>. This class is the plain protocol; the vendors override what they do otherwise.
/// </summary>
public class VendorRegistry
{
    internal VendorRegistry(RegistryVendor vendor, VendorContext context, RegistryTarget target)
    {
        (Vendor, Context) = (vendor, context);
        Client = new(context.Http, target with { Retries = 2 }, context.Time);
    }

    /// <summary>Whose it is.</summary>
    public RegistryVendor Vendor { get; }

    /// <summary>Pulls and pushes with the vendor's authentication.</summary>
    public RegistryClient Client { get; }

    private protected VendorContext Context { get; }

    /// <summary>The name under which the vendor keeps a repository: the Hub's <c>alpine</c> is <c>library/alpine</c>.</summary>
    public virtual string CanonicalName(string repository) => repository;

    /// <summary>One page of repositories.</summary>
    public virtual Task<Result<NamePage>> ListRepositoriesAsync(RepositoryQuery query, CancellationToken ct = default) => CatalogAsync("v2/_catalog", "", query, ct);

    /// <summary>One page of a repository's tags; what is no tag (digests have been seen) is left out.</summary>
    public virtual async Task<Result<NamePage>> ListTagsAsync(string repository, string? next = null, int pageSize = 100, CancellationToken ct = default)
    {
        var page = await Client.ListTagsAsync(CanonicalName(repository), Address(next), Math.Clamp(pageSize, 1, Vendor.Capabilities.MaxTagsPage), ct);
        return page.Map(p => new NamePage([.. p.Items.Where(t => TagName.TryParse(t, out _))], p.Next?.AbsoluteUri));
    }

    /// <summary>True when a manifest is there.</summary>
    public async Task<Result<bool>> ExistsAsync(string repository, Reference reference, CancellationToken ct = default)
    {
        var head = await Client.HeadManifestAsync(CanonicalName(repository), reference, ct);
        return head.Ok ? true : head.Error.Kind == ErrorKind.NotFound ? false : head.Error;
    }

    /// <summary>Makes sure that a push can start: creates what the vendor wants to exist, or says what is missing. That it exists already is success.</summary>
    public virtual Task<Result> PrepareAsync(string repository, CancellationToken ct = default) =>
        Task.FromResult(Vendor.Capabilities.CanPush ? Result.Success : Cannot("does not take pushes"));

    /// <summary>Takes a tag away; other tags of the same manifest stay.</summary>
    public virtual async Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default) =>
        Refusal(await Client.DeleteManifestAsync(CanonicalName(repository), tag, ct), "does not take single tags away; only a whole manifest with all its tags can be deleted");

    /// <summary>Deletes a manifest with all its tags.</summary>
    public virtual async Task<Result> DeleteManifestAsync(string repository, Digest digest, CancellationToken ct = default) =>
        Refusal(await Client.DeleteManifestAsync(CanonicalName(repository), digest, ct), "has deleting switched off");

    /// <summary>Tries the address and the credential, and says in words what is wrong.</summary>
    public Task<ConnectionReport> TestAsync(CancellationToken ct = default) => ConnectionTest.RunAsync(this, ct);

    /// <summary>Every repository whose name matches; a refusal when more than <paramref name="max"/> names had to be looked at.</summary>
    public async Task<Result<IReadOnlyList<string>>> AllRepositoriesAsync(Glob pattern, int max = 100_000, CancellationToken ct = default)
    {
        var literal = pattern.Pattern.AsSpan().IndexOfAny("*?[{\\") is var at && at >= 0 ? pattern.Pattern[..at] : pattern.Pattern;
        var found = new List<string>();
        var query = new RepositoryQuery(literal.Length == 0 ? null : literal, null, Vendor.Capabilities.MaxRepositoriesPage);
        for (var (pages, seen) = (0, 0); ; pages++)
        {
            var page = await ListRepositoriesAsync(query, ct);
            if (!page.Ok) return page.Error;
            found.AddRange(page.Value.Items.Where(pattern.IsMatch));
            seen += page.Value.Items.Count;
            // a vendor that turns pages without end is stopped by their number
            if (seen > max || pages > max) return OciErrors.TooLarge.Because($"{Vendor.DisplayName} lists more than the {max} repositories that are read here; narrow the pattern.");
            if (page.Value.Next is null) return found;
            query = query with { Next = page.Value.Next };
        }
    }

    internal bool Anonymous => Client.Target.Credentials is null && Client.Target.CredentialSource is null;

    /// <summary>Asks <c>/v2/</c> with the credential; false when what answers is no registry.</summary>
    internal virtual async Task<Result<bool>> ProbeAsync(CancellationToken ct)
    {
        var response = await Client.SendOwnAsync(HttpMethod.Get, "v2/", "", ct);
        // asked without a scope, token services refuse who has no account, and have shown themselves by that
        if (!response.Ok) return Anonymous && response.Error.Kind == ErrorKind.Unauthenticated ? true : response.Error;
        using (response.Value)
        {
            var challenged = Challenge.Choose(Challenge.Parse(RegistryTransport.Values(response.Value, "WWW-Authenticate"))) is not null;
            if (Anonymous && challenged) return true;
            if (response.Value.StatusCode == System.Net.HttpStatusCode.Unauthorized && !challenged) return false;
            if (!response.Value.IsSuccessStatusCode) return await RegistryErrors.FromAsync(response.Value, Vendor.DisplayName, ct);
            return response.Value.Headers.Contains("Docker-Distribution-Api-Version") || response.Value.Content.Headers.ContentType?.MediaType is not "text/html";
        }
    }

    private protected async Task<Result<NamePage>> CatalogAsync(string path, string under, RepositoryQuery query, CancellationToken ct)
    {
        var page = await Client.OwnListAsync(path, Address(query.Next), Math.Clamp(query.PageSize, 1, Vendor.Capabilities.MaxRepositoriesPage), "repositories", "registry:catalog:*", ct);
        return page.Map(p => new NamePage([.. p.Items.Select(n => under + n).Where(n => Matches(n, query.Prefix))], p.Next?.AbsoluteUri));
    }

    private protected static bool Matches(string name, string? prefix) => prefix is null || name.StartsWith(prefix, StringComparison.Ordinal);

    private protected static Uri? Address(string? next) => next is null ? null : new Uri(next);

    private protected Error Cannot(string what) => new("VENDOR_CANNOT", $"{Vendor.DisplayName} {what}.", ErrorKind.Precondition);

    // a method that is not offered is told by its status, by UNSUPPORTED, or (Distribution 2.8, by tag) by DIGEST_INVALID
    private protected Result Refusal(Result result, string why) =>
        result.Error is { Code: "UNSUPPORTED" or "DIGEST_INVALID" } ? Cannot(why) : result;
}
