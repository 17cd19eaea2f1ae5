using Microsoft.Extensions.DependencyInjection;

namespace Portal.Access.Oidc;

static class OidcSetup
{
    /// <summary>Signing in by an OIDC provider. Needs the issuers of Federation and the sign-in settings.</summary>
    public static IServiceCollection AddOidc(this IServiceCollection services) => services
        .AddSingleton<OidcClient>().AddSingleton<OidcAccounts>().AddSingleton<OidcCookies>().AddSingleton<OidcSignIn>().AddSingleton<OidcProbe>().AddSingleton<OidcBackChannel>();
}
