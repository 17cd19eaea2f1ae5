using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access.Settings;
using Portal.TestKit;
using Portal.TestKit.IdentityProvider;
using Xunit;

namespace Portal.Integration.Tests.Oidc;

/// <summary>The whole server with a real identity provider beside it.</summary>
public sealed class OidcFixture : IAsyncLifetime
{
    public PortalHost Host { get; private set; } = null!;
    public IdentityProviderProcess Provider { get; private set; } = null!;
    public ShiftedTime Time { get; } = new();

    public async Task InitializeAsync()
    {
        Host = await PortalHost.StartAsync(null, builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(Time);
            builder.WebHost.UseStaticWebAssets();
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Portal:Federation:AllowHttpOnLoopback"] = "true" });
        });
        await Host.CreateUserAsync("victim");
        Provider = await IdentityProviderProcess.StartAsync(Host.BaseAddress);
        await SetAsync(("oidc_endpoint", Provider.Url), ("oidc_client_id", IdentityProviderProcess.ClientId), ("oidc_client_secret", IdentityProviderProcess.ClientSecret), ("oidc_name", "Acme ID"),
            ("oidc_scope", "openid profile email"), ("oidc_groups_claim", "groups"), ("oidc_admin_group", "registry-admins"), ("oidc_auto_onboard", "true"), ("oidc_enabled", "true"));
    }

    public async Task DisposeAsync()
    {
        if (Provider is not null) await Provider.DisposeAsync();
        if (Host is not null) await Host.DisposeAsync();
    }

    public async Task SetAsync(params (string Name, string Value)[] settings)
    {
        var changed = await Host.Services.GetRequiredService<AuthSettingsService>().ChangeAsync(Host.Admin, settings.ToDictionary(s => s.Name, s => s.Value), CancellationToken.None);
        Assert.True(changed.Ok, changed.Error?.ToString());
    }

    public OidcBrowser Browser() => new(Host.BaseAddress);
}

/// <summary>A browser without scripts that keeps cookies and follows redirects one by one.</summary>
public sealed class OidcBrowser(Uri portal) : IDisposable
{
    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });

    public Uri Portal => portal;

    public Task<HttpResponseMessage> GetAsync(Uri address) => _http.GetAsync(address);

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(portal, path));

    public Task<HttpResponseMessage> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> form) => _http.PostAsync(new Uri(portal, path), new FormUrlEncodedContent(form));

    /// <summary>Begins at Portal; gives where the provider is asked.</summary>
    public async Task<Uri> BeginAsync(string path = "/c/oidc/login")
    {
        using var begun = await GetAsync(path);
        Assert.Equal(302, (int)begun.StatusCode);
        return begun.Headers.Location!;
    }

    /// <summary>Signs in at the provider; gives the address that it sends the browser back to.</summary>
    public async Task<Uri> SignInAtProviderAsync(Uri authorization, object person)
    {
        var at = authorization;
        for (var hop = 0; hop < 10; hop++)
        {
            using var answer = at.AbsolutePath.StartsWith("/interaction/", StringComparison.Ordinal) ? await _http.PostAsJsonAsync(at, person) : await _http.GetAsync(at);
            Assert.True(answer.Headers.Location is not null, $"{at}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            at = new Uri(at, answer.Headers.Location);
            if (at.Authority == portal.Authority) return at;
        }
        throw new InvalidOperationException("The provider never sends the browser back.");
    }

    /// <summary>All of it; gives where Portal sends the browser then.</summary>
    public async Task<string> SignInAsync(object person, string path = "/c/oidc/login")
    {
        using var answer = await GetAsync(await SignInAtProviderAsync(await BeginAsync(path), person));
        Assert.Equal(302, (int)answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }

    /// <summary>Who Portal says that this browser is; null for nobody.</summary>
    public async Task<string?> NameAsync()
    {
        using var answer = await GetAsync("/api/v2.0/users/current");
        return answer.IsSuccessStatusCode ? (string?)System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["username"] : null;
    }

    public void Dispose() => _http.Dispose();
}
