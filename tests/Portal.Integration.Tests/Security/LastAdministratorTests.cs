using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Data;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>There is always an administrator left, whoever tries at the same time.</summary>
public sealed class LastAdministratorTests : IAsyncLifetime
{
    PortalHost _host = null!;
    UserService _users = null!;

    public async Task InitializeAsync()
    {
        _host = await PortalHost.StartAsync();
        _users = _host.Services.GetRequiredService<UserService>();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    async Task<Caller> AdministratorAsync(string name, DateTimeOffset? until = null)
    {
        var user = await _host.CreateUserAsync(name);
        await _host.BindAsync(user, BuiltInRoles.SystemAdministrator, null, until: until);
        return user;
    }

    [Fact]
    public async Task TwoWhoTakeEachOthersRole_AtTheSameTime_AreNotBothAllowed()
    {
        for (var round = 0; round < 5; round++)
        {
            var second = await AdministratorAsync($"second{round}");
            var results = await Task.WhenAll(
                Task.Run(() => _users.SetAdministratorAsync(_host.Admin, second.Id, false, CancellationToken.None)),
                Task.Run(() => _users.SetDisabledAsync(second, _host.Admin.Id, true, CancellationToken.None)));
            await using var db = await _host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            Assert.True(await LastAdministratorRule.Administrators(db).AnyAsync());
            Assert.Contains(results, r => r.Ok);
            // whoever is left brings the first one back for the next round
            await _users.SetDisabledAsync(Caller.Portal, _host.Admin.Id, false, CancellationToken.None);
            await _users.SetAdministratorAsync(Caller.Portal, second.Id, false, CancellationToken.None);
        }
    }

    [Fact]
    public async Task OnlyAnAdministratorForATimeIsLeft_TheLastLastingOneStays()
    {
        await AdministratorAsync("passing", DateTimeOffset.UtcNow.AddDays(1));
        foreach (var result in new[]
        {
            await _users.SetDisabledAsync(Caller.Portal, _host.Admin.Id, true, CancellationToken.None),
            await _users.SetAdministratorAsync(Caller.Portal, _host.Admin.Id, false, CancellationToken.None),
            await _users.DeleteAsync(Caller.Portal, _host.Admin.Id, CancellationToken.None),
        })
            Assert.Equal(AccessErrors.LastAdministrator, result.Error);
        var lasting = await AdministratorAsync("lasting");
        Assert.True((await _users.SetDisabledAsync(Caller.Portal, _host.Admin.Id, true, CancellationToken.None)).Ok);
        Assert.Equal(AccessErrors.LastAdministrator, (await _users.DeleteAsync(Caller.Portal, lasting.Id, CancellationToken.None)).Error);
    }

    [Fact]
    public async Task AdministratorsThroughAGroup_Count_AndGoWithTheirGroup()
    {
        var user = await _host.CreateUserAsync("member");
        await using var db = await _host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var group = new Group { Name = "admins", ExternalName = "admins", Source = GroupSource.Local, Members = [new() { UserId = user.Id }] };
        db.Groups.Add(group);
        await db.SaveChangesAsync();
        await _host.BindAsync(Caller.Anonymous with { Kind = SubjectKind.Group, Id = group.Id }, BuiltInRoles.SystemAdministrator, null);
        Assert.True((await _users.SetDisabledAsync(Caller.Portal, _host.Admin.Id, true, CancellationToken.None)).Ok);

        await using var transaction = await db.Database.BeginTransactionAsync();
        db.GroupMembers.RemoveRange(group.Members);
        Assert.Equal(AccessErrors.LastAdministrator, await new LastAdministratorRule().SaveAsync(db, CancellationToken.None));
    }

    [Fact]
    public async Task GroupThatHoldsTheOnlyAdministrator_KeepsThePersonAndTheRole()
    {
        var groups = _host.Services.GetRequiredService<GroupService>();
        var bindings = _host.Services.GetRequiredService<BindingService>();
        var person = await _host.CreateUserAsync("by-group");
        var group = (await groups.CreateAsync(_host.Admin, GroupSource.Local, "administrators", "", "", CancellationToken.None)).Value;
        Assert.True((await groups.AddMemberAsync(_host.Admin, group, "by-group", CancellationToken.None)).Ok);
        Assert.True((await bindings.GiveAsync(_host.Admin, BindingPlace.System, new BindingSubject(SubjectKind.Group, group), BuiltInRoles.SystemAdministrator.Name, null, CancellationToken.None)).Ok);
        Assert.True((await _users.SetAdministratorAsync(person, _host.Admin.Id, false, CancellationToken.None)).Ok);

        Assert.Equal(AccessErrors.LastAdministrator, (await groups.RemoveMemberAsync(person, group, person.Id, CancellationToken.None)).Error);
        Assert.Equal(AccessErrors.LastAdministrator, (await groups.DeleteAsync(person, group, CancellationToken.None)).Error);
        await using var db = await _host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        Assert.True(await LastAdministratorRule.Administrators(db).AnyAsync(u => u.Id == person.Id));
    }
}
