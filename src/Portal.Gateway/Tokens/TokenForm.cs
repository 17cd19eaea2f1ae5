using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portal.Kernel;

namespace Portal.Gateway.Tokens;

/// <summary>Reads the small forms that ask for tokens.</summary>
static class TokenForm
{
    const int MaxBytes = 64 * 1024;

    /// <summary>The form, or why it cannot be read.</summary>
    public static async Task<(IFormCollection? Form, Error? Error)> ReadAsync(HttpContext http)
    {
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = MaxBytes;
        if (!http.Request.HasFormContentType) return (null, Error.Invalid("grant_type", "POST takes a form (application/x-www-form-urlencoded)."));
        try
        {
            return (await http.Request.ReadFormAsync(http.RequestAborted), null);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return (null, Error.Invalid("grant_type", $"The form cannot be read; it has at most {MaxBytes} bytes."));
        }
    }

    /// <summary>The scopes that a parameter names, parted by blanks.</summary>
    public static List<string> Scopes(Microsoft.Extensions.Primitives.StringValues values) => [.. values.SelectMany(s => (s ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Refuses another service than this one, and more or longer scopes than are looked at.</summary>
    public static Error? Refuse(GatewayOptions options, string service, List<string> scopes) =>
        service.Length > 0 && service != options.Service ? Error.Invalid("service", $"The service is '{options.Service}'.")
        : scopes.Count > options.MaxScopes || scopes.Exists(s => s.Length > 600) ? Error.Invalid("scope", $"At most {options.MaxScopes} scopes of 600 characters at a time.")
        : null;
}
