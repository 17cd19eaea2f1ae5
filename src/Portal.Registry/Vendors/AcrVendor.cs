using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>
/// Azure Container Registry: the admin user, a token or a service principal by password, or a service principal by Entra ID, whose token the registry exchanges.
/// </summary>
public sealed class AcrVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.Acr;
    /// <inheritdoc />
    public override string DisplayName => "Azure Container Registry";
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        CommonFields.User("The admin user, a repository-scoped token's name, or the application id of a service principal."),
        CommonFields.Secret("Password", "The password, or the client secret of the service principal."),
        new("tenant", "Tenant", "Only for a service principal that signs in by Entra ID: the tenant's id or domain.") { Pattern = "[A-Za-z0-9.-]{1,255}" },
        new("login_url", "Sign-in address", "Only for a sovereign cloud, instead of https://login.microsoftonline.com.") { IsAddress = true },
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        MaxRepositoriesPage = 1000,
        RateLimits = "By tier: reads 1,000 to 10,000 and writes 100 to 2,000 a minute",
        RateLimitHeaders = ["Retry-After"],
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential) => base.Check(url, credential) ?? BothOrNone(credential, "username", "password")
        ?? (credential["tenant"] is not null && credential["username"] is null ? Error.Invalid("username", "Signing in by Entra ID needs the application id.") : null);

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context) => new AcrRegistry(this, context, context.Credential["tenant"] is { } tenant && context.Credentials() is { } principal
        ? new(context.Url) { CredentialHosts = CommonFields.Hosts(), CredentialSource = new ExpiringCredentials(context.Time, ct => ExchangeAsync(context, tenant, principal, ct)) }
        : new(context.Url, context.Credentials()) { CredentialHosts = CommonFields.Hosts() });

    // Entra's token becomes a refresh token of the registry, good for three hours
    static async Task<Result<(RegistryCredentials, DateTimeOffset)>> ExchangeAsync(VendorContext context, string tenant, RegistryCredentials principal, CancellationToken ct)
    {
        var entra = new VendorApi(context.Http, new(context.Credential["login_url"] ?? "https://login.microsoftonline.com"), "Entra ID");
        var signedIn = await entra.PostFormAsync($"{tenant}/oauth2/v2.0/token",
            [new("grant_type", "client_credentials"), new("client_id", principal.User), new("client_secret", principal.Secret), new("scope", "https://containerregistry.azure.net/.default")], ct);
        // a wrong secret is 400 invalid_client there
        if (!signedIn.Ok) return signedIn.Error.Kind == ErrorKind.Invalid ? signedIn.Error with { Kind = ErrorKind.Unauthenticated } : signedIn.Error;
        if (signedIn.Value.Text("access_token") is not { } access) return RegistryErrors.BadAnswer("Entra ID answered without an access token.");
        var registry = new VendorApi(context.Http, context.Url, "Azure Container Registry");
        var exchanged = await registry.PostFormAsync("oauth2/exchange",
            [new("grant_type", "access_token"), new("service", context.Url.IdnHost), new("tenant", tenant), new("access_token", access)], ct);
        if (!exchanged.Ok) return exchanged.Error;
        if (exchanged.Value.Text("refresh_token") is not { } refresh) return RegistryErrors.BadAnswer("Azure Container Registry answered without a refresh token.");
        return (new RegistryCredentials("00000000-0000-0000-0000-000000000000", refresh) { IsRefreshToken = true }, JwtTimes.Expiry(refresh) ?? context.Time.GetUtcNow().AddHours(1));
    }

    sealed class AcrRegistry(RegistryVendor vendor, VendorContext context, RegistryTarget target) : VendorRegistry(vendor, context, target)
    {
        public override async Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default)
        {
            var answer = await Client.SendOwnAsync(HttpMethod.Delete, $"acr/v1/{repository}/_tags/{tag}", $"repository:{repository}:delete", ct);
            if (!answer.Ok) return answer.Error;
            using (answer.Value)
                return answer.Value.IsSuccessStatusCode ? Result.Success : await RegistryErrors.FromAsync(answer.Value, Vendor.DisplayName, ct);
        }
    }
}
