using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Tests.Kit;

/// <summary>What kit parts need around them: a clock that stands still, an address, nobody signed in, no antiforgery.</summary>
public abstract class KitContext : BunitContext
{
    protected static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 16, 40, TimeSpan.Zero);

    protected KitContext()
    {
        Services.AddSingleton<TimeProvider>(new FakeClock(Now));
        Services.AddSingleton<AntiforgeryStateProvider>(new FakeAntiforgery());
        Services.AddSingleton<IHttpContextAccessor>(new HttpContextAccessor { HttpContext = new DefaultHttpContext() });
        Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        Services.AddScoped<ShellContext>();
        Services.AddScoped<ToastQueue>();
        Account = this.AddAuthorization();
    }

    protected BunitAuthorizationContext Account { get; }

    /// <summary>The state of the address as a page would read it.</summary>
    protected TableQuery At(string address, string? sort = null, int size = 15, string prefix = "", params string[] filters)
    {
        var navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo(address);
        return TableQuery.From(navigation, sort, size, prefix, filters);
    }

    sealed class FakeClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    sealed class FakeAntiforgery : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => new("token", "__RequestVerificationToken");
    }
}
