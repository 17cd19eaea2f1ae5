using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Ldap;
using Portal.Access.Settings;
using Portal.Kernel;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Ldap;

[Collection(LdapCollection.Name)]
public sealed class LdapSignInTests(LdapFixture ldap)
{
    [Fact]
    public async Task FirstSignIn_MakesAnAccountOfItsOwn_AndTheSecondFindsIt()
    {
        await ldap.Directory.AddPersonAsync("ann", LdapFixture.Password, name: "Ann Example");

        var first = await ldap.SignInAsync("ann");
        var second = await ldap.SignInAsync("ANN", address: "192.0.2.2");

        Assert.True(first.Ok, first.Error?.ToString());
        Assert.Equal(first.Value.Id, second.Value.Id);
        var account = await ldap.ReadAsync(db => db.Users.SingleAsync(u => u.Id == first.Value.Id));
        Assert.Equal((UserSource.Ldap, LdapSignIn.Issuer, "ann", "Ann Example", "ann@example.org", null as string),
            (account.Source, account.ExternalIssuer, account.UserName, account.DisplayName, account.Email, account.PasswordHash));
        Assert.True(Guid.TryParse(account.ExternalSubject, out _));
    }

    [Fact]
    public async Task SignIn_NameOfALocalAccount_NeverBecomesThatAccount()
    {
        var local = await ldap.Host.CreateUserAsync("bob");
        await ldap.Directory.AddPersonAsync("bob", LdapFixture.Password, mail: "bob@example.org");

        var theirs = await ldap.SignInAsync("bob");
        var own = await ldap.SignInAsync("bob", PortalHost.Password, "192.0.2.3");
        var byFullName = await ldap.SignInAsync("bob@ldap", address: "192.0.2.4");

        Assert.NotEqual(local.Id, theirs.Value.Id);
        Assert.Equal("bob@ldap", theirs.Value.Name);
        Assert.Equal(local.Id, own.Value.Id);
        Assert.Equal(theirs.Value.Id, byFullName.Value.Id);
    }

    [Fact]
    public async Task SignIn_WrongUnknownOrEmpty_AnswersAlikeAndMakesNothing()
    {
        await ldap.Directory.AddPersonAsync("carl", LdapFixture.Password);
        var before = await ldap.ReadAsync(db => db.Users.CountAsync());

        foreach (var (name, password) in ((string, string)[])[("carl", "wrong"), ("nobody-there", LdapFixture.Password), ("carl", ""), ("", LdapFixture.Password)])
            Assert.Equal(AccessErrors.WrongCredentials, (await ldap.SignInAsync(name, password, "192.0.2.5")).Error);

        Assert.Equal(before, await ldap.ReadAsync(db => db.Users.CountAsync()));
    }

    [Fact]
    public async Task Bind_EmptyPassword_IsRefusedBeforeTheDirectoryIsAsked()
    {
        await ldap.Directory.AddPersonAsync("empty", LdapFixture.Password);
        var settings = (await ldap.Host.Services.GetRequiredService<AuthSettingsStore>().CurrentAsync(CancellationToken.None)).Ldap;

        var found = await ldap.Host.Services.GetRequiredService<LdapDirectory>().SignInAsync(settings, "empty", "", CancellationToken.None);

        Assert.Null(found.Value.Person);
    }

    [Theory]
    [InlineData("*"), InlineData("dor*"), InlineData("dora)(uid=*"), InlineData("dora)(|(uid=*"), InlineData("*)(objectClass=*"), InlineData("dora\\2a"), InlineData("\\64ora")]
    [InlineData("dora,ou=people,dc=example,dc=org"), InlineData("uid=dora"), InlineData("dora)(&"), InlineData("dora\\"), InlineData("(|(uid=dora)"), InlineData("dora))%00")]
    public async Task SignIn_FilterSyntaxInTheName_StandsForItself(string name)
    {
        if (!await ldap.ReadAsync(db => db.Users.AnyAsync(u => u.UserName == "dora")))
        {
            await ldap.Directory.AddPersonAsync("dora", LdapFixture.Password);
            Assert.True((await ldap.SignInAsync("dora", address: "192.0.2.6")).Ok);
        }

        Assert.Equal(AccessErrors.WrongCredentials, (await ldap.SignInAsync(name, address: $"198.51.100.{Math.Abs(name.Length * 7 % 200) + 1}")).Error);
    }

    [Fact]
    public async Task SignIn_SpecialCharactersInTheEntry_FindTheirOwnPerson()
    {
        await ldap.Directory.AddPersonAsync("o(b)rien*", LdapFixture.Password);

        var signedIn = await ldap.SignInAsync("o(b)rien*", address: "192.0.2.7");

        Assert.True(signedIn.Ok, signedIn.Error?.ToString());
        Assert.Equal("o(b)rien*", signedIn.Value.Name);
    }

    [Fact]
    public async Task SignIn_DisabledAccount_StaysOut()
    {
        await ldap.Directory.AddPersonAsync("eve", LdapFixture.Password);
        var eve = (await ldap.SignInAsync("eve")).Value;
        var users = ldap.Host.Services.GetRequiredService<UserService>();
        Assert.True((await users.SetDisabledAsync(ldap.Host.Admin, eve.Id, true, CancellationToken.None)).Ok);

        Assert.Equal(AccessErrors.WrongCredentials, (await ldap.SignInAsync("eve")).Error);
        Assert.Equal(1, await ldap.ReadAsync(db => db.Users.CountAsync(u => u.UserName!.StartsWith("eve"))));
    }

    [Fact]
    public async Task ResetPassword_AccountOfTheDirectory_IsRefused()
    {
        await ldap.Directory.AddPersonAsync("fay", LdapFixture.Password);
        var fay = (await ldap.SignInAsync("fay")).Value;

        var reset = await ldap.Host.Services.GetRequiredService<UserService>().ResetPasswordAsync(ldap.Host.Admin, fay.Id, "another-password-1", CancellationToken.None);

        Assert.Equal(AccessErrors.PasswordKeptElsewhere, reset.Error);
        Assert.False((await ldap.SignInAsync("fay", "another-password-1", "192.0.2.8")).Ok);
    }

    [Fact]
    public async Task DirectoryDown_LocalAccountsSignIn_OthersAreToldWhy_AndGuessingIsStillSlowed()
    {
        await ldap.Directory.AddPersonAsync("gus", LdapFixture.Password);
        await ldap.Directory.PauseAsync();
        try
        {
            Assert.True((await ldap.SignInAsync("admin", PortalHost.AdminPassword, "192.0.2.9")).Ok);
            Assert.Equal("DIRECTORY_UNAVAILABLE", (await ldap.SignInAsync("gus", address: "192.0.2.10")).Error!.Code);
            Assert.Equal("DIRECTORY_UNAVAILABLE", (await ldap.SignInAsync("admin", "wrong", "192.0.2.11")).Error!.Code);
            Result<Caller> last = default;
            for (var i = 0; i < 8; i++) last = await ldap.SignInAsync("admin", "wrong", "192.0.2.12");
            Assert.Equal(ErrorKind.TooMany, last.Error!.Kind);
        }
        finally
        {
            await ldap.Directory.ResumeAsync();
        }
        Assert.True((await ldap.SignInAsync("gus", address: "192.0.2.13")).Ok);
    }

    [Theory]
    [InlineData(true, true, false), InlineData(true, false, true), InlineData(false, true, false), InlineData(false, false, true)]
    public async Task Tls_CertificateThatNobodyTrusts_IsRefusedUnlessTheCheckIsOff(bool startTls, bool verify, bool works)
    {
        var settings = (await ldap.Host.Services.GetRequiredService<AuthSettingsStore>().CurrentAsync(CancellationToken.None)).Ldap;

        var ping = await ldap.Host.Services.GetRequiredService<LdapDirectory>()
            .PingAsync(settings with { Url = startTls ? ldap.Directory.Url : ldap.Directory.TlsUrl, StartTls = startTls, VerifyCertificate = verify }, CancellationToken.None);

        Assert.True(works == ping.Ok, ping.Error?.ToString());
    }

    [Fact]
    public async Task Ping_ServerThatNeverAnswers_EndsWithinTheLimit()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var settings = new LdapSettings { Url = $"ldap://127.0.0.1:{((System.Net.IPEndPoint)silent.LocalEndpoint).Port}", SearchDn = SlapdProcess.AdminDn, SearchPassword = "x", TimeLimit = TimeSpan.FromSeconds(1) };
        var watch = System.Diagnostics.Stopwatch.StartNew();

        var ping = await ldap.Host.Services.GetRequiredService<LdapDirectory>().PingAsync(settings, CancellationToken.None);

        Assert.Equal(ErrorKind.Unavailable, ping.Error!.Kind);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"{watch.Elapsed}");
    }
}
