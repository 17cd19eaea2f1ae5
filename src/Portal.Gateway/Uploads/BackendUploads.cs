using System.Net;
using Portal.Artifacts;
using Portal.Kernel;

namespace Portal.Gateway.Uploads;

/// <summary>Opens, looks at and ends uploads at the backing registry.</summary>
sealed class BackendUploads(RegistryBackend backend)
{
    /// <summary>Opens an upload; gives its path and query there.</summary>
    public async Task<Result<string>> OpenAsync(RepositoryName repository, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Post, $"/v2/{repository}/blobs/uploads/", cancellation);
        if (response is null) return GatewayErrors.Backend;
        if (response.StatusCode != HttpStatusCode.Accepted || response.Headers.Location is not { } location)
            return (int)response.StatusCode is >= 400 and < 500 ? await BackendErrors.ReadAsync(response, cancellation) : GatewayErrors.Backend;
        return location.IsAbsoluteUri ? location.PathAndQuery : location.OriginalString;
    }

    /// <summary>True while the upload can be continued.</summary>
    public async Task<Result<bool>> IsOpenAsync(string pathAndQuery, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, pathAndQuery, cancellation);
        return response is null || (int)response.StatusCode >= 500 ? GatewayErrors.Backend : response.IsSuccessStatusCode;
    }

    /// <summary>Ends an upload for good; the registry forgets those it will not end by itself.</summary>
    public async Task<Result> CancelAsync(string pathAndQuery, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Delete, pathAndQuery, cancellation);
        if (response is null || (int)response.StatusCode >= 500) return GatewayErrors.Backend;
        return response.StatusCode == HttpStatusCode.NotFound ? GatewayErrors.NoUpload : Result.Success;
    }

    async Task<HttpResponseMessage?> SendAsync(HttpMethod method, string pathAndQuery, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, backend.Prefix + pathAndQuery);
        if (method == HttpMethod.Post) request.Content = new ByteArrayContent([]);
        request.Headers.Authorization = backend.Authorization;
        try
        {
            return await backend.Http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException)
        {
            // away: the caller answers that, and the health check says why
            return null;
        }
    }
}
