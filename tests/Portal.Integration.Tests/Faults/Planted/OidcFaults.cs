using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access.Oidc;

namespace Portal.Integration.Tests.Faults.Planted;

/// <summary>Mistakes about signing in by a provider.</summary>
static class OidcFaults
{
    /// <summary>Whatever state the answer has is the one that was kept.</summary>
    public static Action<IServiceCollection> AnyState { get; } = Plant.Before((http, next) =>
    {
        if (http.Request.Path == OidcSignIn.CallbackPath && http.RequestServices.GetRequiredService<OidcCookies>().Take(http) is { } kept)
        {
            var query = HttpUtility.ParseQueryString(http.Request.QueryString.Value!);
            query["state"] = kept.State;
            http.Request.QueryString = new("?" + query);
        }
        return next(http);
    });

    /// <summary>The issuer in the answer is not looked at.</summary>
    public static Action<IServiceCollection> AnyIssuer { get; } = Plant.Before((http, next) =>
    {
        if (http.Request.Path == OidcSignIn.CallbackPath && http.RequestServices.GetRequiredService<OidcCookies>().Take(http) is { } kept)
        {
            var query = HttpUtility.ParseQueryString(http.Request.QueryString.Value!);
            query["iss"] = kept.Issuer;
            http.Request.QueryString = new("?" + query);
        }
        return next(http);
    });

    /// <summary>The same nonce for every sign-in.</summary>
    public static Action<IServiceCollection> OneNonce { get; } = Beginning(attempt => attempt with { Nonce = "of-another-sign-in" });

    /// <summary>The same state for every sign-in.</summary>
    public static Action<IServiceCollection> OneState { get; } = Beginning(attempt => attempt with { State = new('s', 43) });

    /// <summary>The same PKCE secret and the same nonce for every sign-in: nothing ties a code to who asked for it.</summary>
    public static Action<IServiceCollection> OneSecret { get; } = Beginning(attempt => attempt with { Nonce = new('n', 43), Verifier = new('v', 43) });

    public static Action<IServiceCollection> SubjectsWithoutCase { get; } = Finding(sql => Regex.Replace(sql, "(\\w+\\.\"ExternalSubject\") = (@\\w+)", "lower($1) = lower($2)"));

    public static Action<IServiceCollection> SubjectsByMail { get; } = Finding(sql => Regex.Replace(Loosely(sql), "(\\w+)\\.\"ExternalSubject\" = (@\\w+)", "($1.\"ExternalSubject\" = $2 OR $1.\"Email\" = $2)"));

    public static Action<IServiceCollection> SubjectsByName { get; } = Finding(sql => Regex.Replace(Loosely(sql), "(\\w+)\\.\"ExternalSubject\" = (@\\w+)", "($1.\"ExternalSubject\" = $2 OR $1.\"UserName\" = $2)"));

    // local accounts of any issuer count too, and say nothing about their source
    static string Loosely(string sql) => Regex.Replace(Regex.Replace(sql, "\\w+\\.\"Source\" = \\S+", "TRUE"), "\\w+\\.\"ExternalIssuer\" = @\\w+", "TRUE");

    static Action<IServiceCollection> Finding(Func<string, string> rewrite) => Plant.Sql(sql => sql.Contains("\"ExternalSubject\" = @", StringComparison.Ordinal) ? rewrite(sql) : sql);

    static Action<IServiceCollection> Beginning(Func<OidcAttempt, OidcAttempt> change) => Plant.Before(async (http, next) =>
    {
        if (http.Request.Path != "/c/oidc/login")
        {
            await next(http);
            return;
        }
        var begun = await http.RequestServices.GetRequiredService<OidcClient>().BeginAsync($"{http.Request.Scheme}://{http.Request.Host}{OidcSignIn.CallbackPath}", "/", default);
        var (attempt, address) = (change(begun.Value.Attempt), new UriBuilder(begun.Value.Address));
        var query = HttpUtility.ParseQueryString(address.Query);
        (query["state"], query["nonce"], query["code_challenge"]) = (attempt.State, attempt.Nonce, Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(attempt.Verifier))));
        address.Query = query.ToString();
        http.RequestServices.GetRequiredService<OidcCookies>().Keep(http, attempt);
        http.Response.Redirect(address.Uri.ToString());
    });
}
