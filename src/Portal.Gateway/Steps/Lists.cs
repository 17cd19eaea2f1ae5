using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Gateway.Steps;

/// <summary>What lists share: the page asked for, the link to the next, the body.</summary>
static class ListAnswer
{
    /// <summary>Reads <c>n</c> and <c>last</c>; the page is never larger than the bound.</summary>
    public static Result<(int Take, string? Last)> Read(HttpRequest request, GatewayOptions options)
    {
        var last = request.Query["last"].ToString();
        // The database takes no NUL. No name holds one, so what comes after "a\0b" is what comes after "a".
        if (last.IndexOf('\0', StringComparison.Ordinal) is var end and >= 0) last = last[..end];
        if (request.Query["n"] is not [{ Length: > 0 } n]) return (options.MaxPageSize, last);
        if (!n.All(char.IsAsciiDigit)) return GatewayErrors.PageSize;
        // more digits than an int has is simply more than the bound
        return (int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? Math.Min(size, options.MaxPageSize) : options.MaxPageSize, last);
    }

    public static void Link(HttpResponse response, string path, int take, string? next, string more = "")
    {
        if (next is not null && take > 0) response.Headers.Link = string.Create(CultureInfo.InvariantCulture, $"<{path}?n={take}&last={Uri.EscapeDataString(next)}{more}>; rel=\"next\"");
    }

    public static async Task WriteAsync(GatewayRequest request, string contentType, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        request.Http.Response.ContentType = contentType;
        request.Http.Response.ContentLength = buffer.Length;
        await request.Http.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), request.Aborted);
    }
}

/// <summary><c>tags/list</c> from the index, in the order of bytes.</summary>
sealed class ListTags(RegistryQueries queries, IOptions<GatewayOptions> options) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var page = ListAnswer.Read(request.Http.Request, options.Value);
        if (!page.Ok) return page.Error;
        var (take, last) = page.Value;
        if (request.Repository is null || await queries.TagsAsync(request.Repository.Id, request.Reach, last, take, request.Aborted) is not { } tags) return GatewayErrors.NoRepository(request.Name);
        ListAnswer.Link(request.Http.Response, $"/v2/{request.Name}/tags/list", take, tags.Next);
        await ListAnswer.WriteAsync(request, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteString("name", request.Name.Text);
            json.WriteStartArray("tags");
            foreach (var tag in tags.Items) json.WriteStringValue(tag);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return null;
    }
}

/// <summary>The catalogue is for those who are known, and each sees what is theirs.</summary>
sealed class AuthoriseCatalog : IGatewayStep
{
    public ValueTask<Error?> RunAsync(GatewayRequest request) => new(
        request.Caller.IsAnonymous ? GatewayErrors.SignIn : request.Token is { Catalog: false } ? GatewayErrors.NewToken : null);
}

/// <summary><c>_catalog</c> from the index: repositories with tags that the caller may list.</summary>
sealed class ListCatalog(RegistryQueries queries, IOptions<GatewayOptions> options) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var page = ListAnswer.Read(request.Http.Request, options.Value);
        if (!page.Ok) return page.Error;
        var (take, last) = page.Value;
        var names = await queries.CatalogAsync(request.Caller, last, take, request.Aborted);
        ListAnswer.Link(request.Http.Response, "/v2/_catalog", take, names.Next);
        await ListAnswer.WriteAsync(request, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("repositories");
            foreach (var name in names.Items) json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return null;
    }
}

/// <summary>What speaks of a digest, as an index; empty when nothing does. Source: OCI distribution specification 1.1, "Listing Referrers".</summary>
sealed class ListReferrers(RegistryQueries queries, IOptions<GatewayOptions> options) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        if (!Digest.TryParse(request.RawReference, out var subject)) return GatewayErrors.Digest;
        var page = ListAnswer.Read(request.Http.Request, options.Value);
        if (!page.Ok) return page.Error;
        var take = page.Value.Take;
        var after = long.TryParse(page.Value.Last, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        var type = request.Http.Request.Query["artifactType"].ToString();
        var rows = request.Repository is { } repository && !type.Contains('\0', StringComparison.Ordinal) ? await queries.ReferrersAsync(repository.Id, request.Reach, subject, type, after, take, request.Aborted) : new([], null);
        if (type.Length > 0) request.Http.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        ListAnswer.Link(request.Http.Response, $"/v2/{request.Name}/referrers/{subject}", take, rows.Next, type.Length > 0 ? "&artifactType=" + Uri.EscapeDataString(type) : "");
        await ListAnswer.WriteAsync(request, MediaTypes.OciIndex, json => Write(json, rows.Items));
        return null;
    }

    static void Write(Utf8JsonWriter json, IReadOnlyList<ReferrerRow> rows)
    {
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaTypes.OciIndex);
        json.WriteStartArray("manifests");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("mediaType", row.MediaType);
            json.WriteString("digest", row.Digest);
            json.WriteNumber("size", row.Size);
            if (row.ArtifactType.Length > 0) json.WriteString("artifactType", row.ArtifactType);
            if (row.Annotations is { } annotations)
            {
                json.WritePropertyName("annotations");
                json.WriteRawValue(annotations);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
