using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portal.Kernel;

namespace Portal.Gateway.Tokens;

/// <summary>Reads the small forms that ask for tokens.</summary>
static class TokenForm
{
    const int MaxBytes = 64 * 1024;

    public static async Task<Result<IFormCollection>> ReadAsync(HttpContext http)
    {
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = MaxBytes;
        if (!http.Request.HasFormContentType) return Error.Invalid("grant_type", "POST takes a form (application/x-www-form-urlencoded).");
        try
        {
            return new Result<IFormCollection>() is var _ && await http.Request.ReadFormAsync(http.RequestAborted) is FormCollection form ? Of(form) : Of(FormCollection.Empty);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return Error.Invalid("grant_type", $"The form cannot be read; it has at most {MaxBytes} bytes.");
        }
    }
}
