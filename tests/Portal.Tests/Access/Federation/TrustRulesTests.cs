using Microsoft.Extensions.Options;
using Portal.Access.Federation;
using Xunit;

namespace Portal.Tests.Access.Federation;

/// <summary>Nobody trusts the whole world by accident.</summary>
public sealed class TrustRulesTests : IDisposable
{
    readonly IssuerHttp _http = new(Options.Create(new FederationOptions()));

    const string GitHub = "https://token.actions.githubusercontent.com";

    string? Refused(TrustDraft draft) => TrustRules.Refuse(draft, _http)?.Field;

    static TrustDraft Draft(string issuer, params ClaimCondition[] conditions) => new("ci", issuer == GitHub ? IssuerKind.GitHub : IssuerKind.Generic, issuer, "portal", conditions, false, false);

    static ClaimCondition Is(string claim, string value) => new(claim, ClaimMatch.Equals, value);

    static ClaimCondition Fits(string claim, string value) => new(claim, ClaimMatch.Glob, value);

    [Fact]
    public void TrustWithoutAnotherCondition_IsRefused() => Assert.Equal("conditions", Refused(Draft("https://id.example.com")));

    [Theory]
    [InlineData("repository", "acme/app", false), InlineData("repository", "acme/*", true), InlineData("repository_owner", "acme", false), InlineData("sub", "repo:acme/app:*", true), InlineData("job_workflow_ref", "acme/ci/.github/workflows/*", true), InlineData("repository_owner_id", "12", false)]
    public void SharedIssuer_WithItsOwnerNamed_IsTaken(string claim, string value, bool glob) => Assert.Null(Refused(Draft(GitHub, glob ? Fits(claim, value) : Is(claim, value))));

    [Theory]
    [InlineData("ref", "refs/heads/main", false), InlineData("environment", "production", false), InlineData("repository", "*/app", true), InlineData("repository", "acme*/app", true), InlineData("repository", "a?me/app", true), InlineData("repository_owner", "acme*", true), InlineData("sub", "repo:*", true), InlineData("sub", "repo:{acme,evil}/app", true), InlineData("repository_visibility", "public", false)]
    public void SharedIssuer_WithoutAnOwner_IsRefused(string claim, string value, bool glob)
    {
        Assert.Equal("conditions", Refused(Draft(GitHub, glob ? Fits(claim, value) : Is(claim, value))));
        Assert.Equal("conditions", Refused(Draft("https://gitlab.com", glob ? Fits(claim, value) : Is(claim, value))));
        // whatever it is called
        Assert.Equal("conditions", Refused(Draft("https://GITLAB.com", glob ? Fits(claim, value) : Is(claim, value)) with { Kind = IssuerKind.Kubernetes }));
    }

    [Theory]
    [InlineData("*"), InlineData("**"), InlineData("*/*"), InlineData("?*")]
    public void PatternThatFitsEverything_IsRefused(string pattern) => Assert.Equal("conditions", Refused(Draft("https://id.example.com", Fits("sub", pattern))));

    [Theory]
    [InlineData("iss"), InlineData("aud"), InlineData("exp"), InlineData("jti"), InlineData("")]
    public void ConditionOnWhatIsCheckedAnyway_IsRefused(string claim) => Assert.Equal("conditions", Refused(Draft("https://id.example.com", Is(claim, "x"))));

    [Fact]
    public void OtherFields_HaveBounds()
    {
        var good = Draft("https://id.example.com", Is("sub", "x"));
        Assert.Null(Refused(good));
        Assert.Equal("name", Refused(good with { Name = "" }));
        Assert.Equal("name", Refused(good with { Name = new('x', 101) }));
        Assert.Equal("kind", Refused(good with { Kind = (IssuerKind)(-1) }));
        Assert.Equal("issuer", Refused(good with { Issuer = "http://id.example.com" }));
        Assert.Equal("issuer", Refused(good with { Issuer = "https://id.example.com/?a=b" }));
        Assert.Equal("audience", Refused(good with { Audience = "" }));
        Assert.Equal("conditions", Refused(good with { Conditions = [new("sub", (ClaimMatch)(-1), "x")] }));
        Assert.Equal("conditions", Refused(good with { Conditions = [Fits("sub", "a{b")] }));
        Assert.Equal("conditions", Refused(good with { Conditions = [.. Enumerable.Repeat(Is("sub", "x"), 11)] }));
    }

    public void Dispose() => _http.Dispose();
}
