using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Data;
using Portal.Kernel;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Ldap;

/// <summary>A directory and a server that signs people in with it.</summary>
public sealed class LdapFixture : IAsyncLifetime
{
    public const string Password = "right-password-1";

    public SlapdProcess Directory { get; private set; } = null!;
    public PortalHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Directory = await SlapdProcess.StartAsync();
        Host = await PortalHost.StartAsync(null, builder => builder.WebHost.UseStaticWebAssets());
        await ChangeAsync(Settings(Directory));
    }

    public static Dictionary<string, string> Settings(SlapdProcess directory) => new()
    {
        ["ldap_enabled"] = "true",
        ["ldap_url"] = directory.Url,
        ["ldap_search_dn"] = SlapdProcess.AdminDn,
        ["ldap_search_password"] = SlapdProcess.AdminPassword,
        ["ldap_base_dn"] = SlapdProcess.People,
        ["ldap_uid"] = "uid",
    };

    public async Task ChangeAsync(IReadOnlyDictionary<string, string> changes)
    {
        var changed = await Host.Services.GetRequiredService<AuthSettingsService>().ChangeAsync(Host.Admin, changes, CancellationToken.None);
        Assert.True(changed.Ok, changed.Error?.ToString());
    }

    public Task ChangeAsync(string key, string value) => ChangeAsync(new Dictionary<string, string> { [key] = value });

    public Task<Result<Caller>> SignInAsync(string name, string password = Password, string address = "192.0.2.1") =>
        Host.Services.GetRequiredService<CredentialService>().VerifyAsync(name, password, Caller.Anonymous with { Address = address }, CancellationToken.None, allowPasswordChange: true);

    public async Task<T> ReadAsync<T>(Func<PortalDbContext, Task<T>> read)
    {
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    public Task<List<string>> GroupsOfAsync(int userId) =>
        ReadAsync(db => db.GroupMembers.Where(m => m.UserId == userId).Select(m => m.Group!.Name).Order().ToListAsync());

    public async Task DisposeAsync()
    {
        if (Host is not null) await Host.DisposeAsync();
        if (Directory is not null) await Directory.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class LdapCollection : ICollectionFixture<LdapFixture>
{
    public const string Name = "LDAP";
}
