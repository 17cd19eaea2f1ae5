using System.Globalization;
using System.Text.Json;
using Portal.Kernel;

namespace Portal.Registry.Client;

public sealed partial class RegistryClient
{
    /// <summary>The largest page that is asked for.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>One page of a repository's tags; empty for a repository without tags.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="next">What the page before gave; null for the first.</param>
    /// <param name="pageSize">Tags wanted, 1 to <see cref="MaxPageSize"/>; some registries ignore it.</param>
    /// <param name="ct">Ends the request.</param>
    public async Task<Result<ListPage>> ListTagsAsync(string repository, Uri? next = null, int pageSize = 100, CancellationToken ct = default)
    {
        if (repository.Length > 255 || !RepositoryGrammar().IsMatch(repository)) return RegistryErrors.RepositoryName(repository);
        return await PageAsync($"v2/{repository}/tags/list", next, pageSize, "tags", $"repository:{repository}:pull", ct);
    }

    /// <summary>One page of the registry's repositories, where the registry offers that.</summary>
    /// <param name="next">What the page before gave; null for the first.</param>
    /// <param name="pageSize">Names wanted, 1 to <see cref="MaxPageSize"/>.</param>
    /// <param name="ct">Ends the request.</param>
    public Task<Result<ListPage>> CatalogAsync(Uri? next = null, int pageSize = 100, CancellationToken ct = default) =>
        PageAsync("v2/_catalog", next, pageSize, "repositories", "registry:catalog:*", ct);

    /// <summary>One page of a list at a path of the registry's own, such as a catalog behind a prefix.</summary>
    internal Task<Result<ListPage>> OwnListAsync(string path, Uri? next, int pageSize, string property, string scope, CancellationToken ct) =>
        PageAsync(path, next, pageSize, property, scope, ct);

    /// <summary>All tags of a repository, or a refusal when there are more than <paramref name="max"/>.</summary>
    public async Task<Result<IReadOnlyList<string>>> AllTagsAsync(string repository, int max = 100_000, CancellationToken ct = default)
    {
        var all = new List<string>();
        Uri? next = null;
        do
        {
            var page = await ListTagsAsync(repository, next, MaxPageSize, ct);
            if (!page.Ok) return page.Error;
            all.AddRange(page.Value.Items);
            if (all.Count > max) return OciErrors.TooLarge.Because($"{repository} has more than the {max} tags that are read here.");
            next = page.Value.Next;
        }
        while (next is not null);
        return all;
    }

    async Task<Result<ListPage>> PageAsync(string path, Uri? next, int pageSize, string property, string scope, CancellationToken ct)
    {
        var size = Math.Clamp(pageSize, 1, MaxPageSize).ToString(CultureInfo.InvariantCulture);
        var address = next ?? new Uri(_target.Root, $"{path}?n={size}");
        if (!HostRules.SameOrigin(address, _target.Root)) return RegistryErrors.BadAnswer("The next page is on another server.");
        var response = await _transport.SendAsync(() => new(HttpMethod.Get, address), scope, true, ct);
        if (!response.Ok) return response.Error;
        using (response.Value)
        {
            if (!response.Value.IsSuccessStatusCode) return await RegistryErrors.FromAsync(response.Value, "The registry", ct);
            var following = Following(address, LinkHeader.Next(RegistryTransport.Values(response.Value, "Link")));
            if (!following.Ok) return following.Error;
            var body = await GuardAsync(() => response.Value.ReadCappedAsync(_target.MaxListBytes, ct), ct);
            if (!body.Ok) return body.Error;
            var items = Items(body.Value, property);
            return items.Ok ? new ListPage(items.Value, following.Value) : items.Error;
        }
    }

    Result<Uri?> Following(Uri address, string? link)
    {
        if (link is null) return (Uri?)null;
        if (!Uri.TryCreate(address, link, out var named)) return RegistryErrors.BadAnswer("The registry's link to the next page is not an address.");
        var next = _transport.Resolve(address, named);
        if (!next.Ok) return next.Error;
        if (!HostRules.SameOrigin(next.Value, _target.Root)) return RegistryErrors.BadAnswer("The registry's link to the next page leads to another server.");
        return next.Value == address ? RegistryErrors.BadAnswer("The registry's link to the next page leads to the same page.") : next.Value;
    }

    static Result<IReadOnlyList<string>> Items(byte[] body, string property)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty(property, out var list) || list.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
                return RegistryErrors.BadAnswer($"The registry's list has no '{property}'.");
            // null for an empty repository, and null entries, have both been seen
            return list.ValueKind == JsonValueKind.Null ? Array.Empty<string>()
                : list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!).Where(i => i.Length is > 0 and <= 512).ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return RegistryErrors.BadAnswer("The registry's list is not JSON.");
        }
    }
}

/// <summary>Reads <c>Link: &lt;address&gt;; rel="next"</c> (RFC 8288).</summary>
static class LinkHeader
{
    public static string? Next(IEnumerable<string> headers)
    {
        foreach (var header in headers)
        {
            for (var at = 0; at < header.Length;)
            {
                var open = header.IndexOf('<', at);
                var close = open < 0 ? -1 : header.IndexOf('>', open);
                if (close < 0) break;
                var end = header.IndexOf('<', close);
                var parameters = end < 0 ? header[close..] : header[close..end];
                if (parameters.Split(';', ',').Any(p => p.Trim().Replace("\"", "", StringComparison.Ordinal).Equals("rel=next", StringComparison.OrdinalIgnoreCase)))
                    return header[(open + 1)..close];
                at = close + 1;
            }
        }
        return null;
    }
}
