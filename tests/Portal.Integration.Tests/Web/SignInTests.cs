using Xunit;

namespace Portal.Integration.Tests.Web;

[Collection(PortalSiteTests.Name)]
public sealed class SignInTests(PortalSite site)
{
    [Fact]
    public async Task SignIn_UnknownNameAndWrongPassword_AnswerAlike()
    {
        var wrong = await site.Stranger().PostAsync("/sign-in", "sign-in", ("name", "admin"), ("password", "not-the-one"));
        var unknown = await site.Stranger().PostAsync("/sign-in", "sign-in", ("name", "nobody"), ("password", "not-the-one"));

        Assert.Equal((200, 200), (wrong.Status, unknown.Status));
        Assert.Contains("The user name or password is wrong.", wrong.Text, StringComparison.Ordinal);
        Assert.Equal(wrong.Text, unknown.Text);
    }

    [Fact]
    public async Task SignIn_ManyWrongPasswords_SaysHowLongToWait()
    {
        var answers = new List<string>();
        for (var i = 0; i < 7; i++) answers.Add((await site.Stranger().PostAsync("/sign-in", "sign-in", ("name", "guessed"), ("password", $"guess-{i}"))).Text);

        Assert.DoesNotContain("Too many", answers[0], StringComparison.Ordinal);
        Assert.Contains(answers, text => text.Contains("Too many wrong passwords. Try again in ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/projects?mine=1", "/projects?mine=1")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("/%2Fevil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    public async Task SignIn_WithReturn_StaysOnThisSite(string asked, string went)
    {
        var answer = await site.Stranger().PostAsync($"/sign-in?return={Uri.EscapeDataString(asked)}", "sign-in", ("name", "admin"), ("password", PortalSite.AdminPassword));

        Assert.Equal((302, went), (answer.Status, answer.Location));
    }

    [Fact]
    public async Task SignIn_WithoutToken_IsRefused()
    {
        var answer = await site.Stranger().SendAsync("/sign-in", ("_handler", "sign-in"), ("name", "admin"), ("password", PortalSite.AdminPassword));

        Assert.Equal(400, answer.Status);
    }

    [Fact]
    public async Task Page_Stranger_IsSentToSignInAndBack()
    {
        var answer = await site.Stranger().GetAsync("/profile?from=menu");

        Assert.Equal("/sign-in?return=%2Fprofile%3Ffrom%3Dmenu", answer.Location);
    }

    [Fact]
    public async Task SignOut_WithToken_EndsTheSession()
    {
        var person = await site.NewPersonAsync("leaving");
        var token = SiteVisitor.Token(await person.GetAsync("/"));

        Assert.Equal(400, (await person.SendAsync("/sign-out")).Status);
        Assert.Equal(200, (await person.GetAsync("/")).Status);
        Assert.Equal("/sign-in", (await person.SendAsync("/sign-out", ("__RequestVerificationToken", token))).Location);
        Assert.Equal(302, (await person.GetAsync("/")).Status);
    }

    [Fact]
    public async Task FirstRun_UntilAPasswordIsChosen_NothingElseOpens()
    {
        await site.NewAccountAsync("newcomer");
        var person = await site.SignedInAsync("newcomer", PortalSite.FirstPassword);

        Assert.Equal("/first-run", (await person.GetAsync("/projects")).Location);
        var differing = await person.PostAsync("/first-run", "first-run", ("wanted", PortalSite.OwnPassword), ("repeat", "another"));
        Assert.Contains("The two passwords differ.", differing.Text, StringComparison.Ordinal);
        var same = await person.PostAsync("/first-run", "first-run", ("wanted", PortalSite.FirstPassword), ("repeat", PortalSite.FirstPassword));
        Assert.Contains("the password that was given to you", same.Text, StringComparison.Ordinal);
        var chosen = await person.PostAsync("/first-run", "first-run", ("wanted", PortalSite.OwnPassword), ("repeat", PortalSite.OwnPassword));
        Assert.Equal("/", chosen.Location);
        Assert.Contains("Hello, newcomer", (await person.GetAsync("/")).Text, StringComparison.Ordinal);
        Assert.Equal("/", (await person.GetAsync("/first-run")).Location);
    }

    [Fact]
    public async Task Profile_PasswordChanged_EndsOtherSessionsAtOnce()
    {
        var here = await site.NewPersonAsync("changer");
        var there = await site.SignedInAsync("changer", PortalSite.OwnPassword);

        var wrong = await here.PostAsync("/profile", "password", ("Password.Present", "nope"), ("Password.Wanted", "brand-new-pass-3"), ("Password.Repeated", "brand-new-pass-3"));
        Assert.Contains("The present password is wrong.", wrong.Text, StringComparison.Ordinal);
        var changed = await here.PostAsync("/profile", "password", ("Password.Present", PortalSite.OwnPassword), ("Password.Wanted", "brand-new-pass-3"), ("Password.Repeated", "brand-new-pass-3"));

        Assert.Equal("/profile", changed.Location);
        Assert.Equal(200, (await here.GetAsync("/profile")).Status);
        Assert.Equal(302, (await there.GetAsync("/profile")).Status);
    }
}
