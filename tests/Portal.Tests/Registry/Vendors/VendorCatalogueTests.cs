using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Portal.Kernel;
using Portal.Registry.Vendors;
using Portal.TestKit.Registries;
using Xunit;

namespace Portal.Tests.Registry.Vendors;

public sealed class VendorCatalogueTests
{
    const string Head = """
        # Registries of other vendors

        What Portal needs to know to talk to a registry, and what each can do. The tables are written from the adapters' own data by a test; with `PORTAL_WRITE_PAGES=1` it
        writes this page again.

        - A credential goes to the host it was entered for and to the hosts that the vendor's documentation names for it; never along with a redirect, never to a token service elsewhere.
        - Addresses inside a network (private, loopback, link-local) are refused unless an operator allows the network or the host.
        - `depends` means that it is a matter of the registry's version or settings: it is tried, and a refusal is told.

        """;

    public static TheoryData<RegistryVendorKind> Every => [.. Enum.GetValues<RegistryVendorKind>()];

    [Fact]
    public void Catalogue_HoldsEveryKindInItsPlace()
    {
        Assert.Equal(Enum.GetValues<RegistryVendorKind>(), RegistryVendors.All.Select(v => v.Kind));
        Assert.Equal(RegistryVendors.All.Count, RegistryVendors.All.Select(v => v.DisplayName).Distinct().Count());
    }

    [Theory, MemberData(nameof(Every))]
    public void Fields_AreDescribedForAForm(RegistryVendorKind kind)
    {
        var vendor = RegistryVendors.Of(kind);
        Assert.Equal(vendor.Fields.Count, vendor.Fields.Select(f => f.Name).Distinct().Count());
        Assert.All(vendor.Fields, f => Assert.True(f.Label.Length > 0 && f.Hint.Length > 0 && f.MaxLength > 0));
        Assert.All(vendor.Fields.Where(f => f.Name.Contains("secret", StringComparison.Ordinal) || f.Name.Contains("password", StringComparison.Ordinal) || f.Name.EndsWith("token", StringComparison.Ordinal)), f => Assert.True(f.Secret));
    }

    [Theory, MemberData(nameof(Every))]
    public void Check_RefusesWhatTheVendorDoesNotKnow(RegistryVendorKind kind)
    {
        var fake = FakeVendor.Create(kind, TimeProvider.System);
        var vendor = RegistryVendors.Of(kind);
        Assert.Null(vendor.Check(fake.Url, fake.Good));
        Assert.Equal("shoe_size", vendor.Check(fake.Url, FakeVendor.Values([.. fake.Good.Names.Select(n => (n, fake.Good[n]!)), ("shoe_size", "43")]))!.Field);
        Assert.Equal("url", vendor.Check(new("ftp://files.test"), fake.Good)!.Field);
        Assert.Equal("url", vendor.Check(new("https://user:pw@registry.test"), fake.Good)!.Field);
        foreach (var field in vendor.Fields.Where(f => f.Required))
            Assert.Equal(field.Name, vendor.Check(fake.Url, FakeVendor.Values([.. fake.Good.Names.Where(n => n != field.Name).Select(n => (n, fake.Good[n]!))]))!.Field);
        foreach (var field in vendor.Fields)
            Assert.Equal(field.Name, vendor.Check(fake.Url, FakeVendor.Values([.. fake.Good.Names.Where(n => n != field.Name).Select(n => (n, fake.Good[n]!)), (field.Name, new string('x', field.MaxLength + 1))]))!.Field);
        Assert.DoesNotContain(FakeVendor.Secret, fake.Good.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RegistryVendorKind.Ecr, "https://registry.test")]
    [InlineData(RegistryVendorKind.Ecr, "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.test")]
    [InlineData(RegistryVendorKind.GoogleArtifactRegistry, "https://evil.test")]
    [InlineData(RegistryVendorKind.GoogleContainerRegistry, "https://gcr.io.evil.test")]
    public void Check_HostOfSomebodyElse_IsRefused(RegistryVendorKind kind, string url) =>
        Assert.Equal("url", RegistryVendors.Of(kind).Check(new(url), FakeVendor.Create(kind, TimeProvider.System).Good)!.Field);

    [Theory]
    [InlineData("https://evil.test/token")]
    [InlineData("http://oauth2.googleapis.com/token")]
    [InlineData("https://oauth2.googleapis.com:444/token")]
    public void GoogleKey_ForATokenServiceElsewhere_IsRefused(string token)
    {
        var good = FakeVendor.Create(RegistryVendorKind.GoogleArtifactRegistry, TimeProvider.System);
        var key = good.Good["json_key"]!.Replace("https://oauth2.googleapis.com/token", token, StringComparison.Ordinal);
        Assert.Equal("json_key", RegistryVendors.Of(good.Kind).Check(good.Url, FakeVendor.Values(("json_key", key)))!.Field);
    }

    [Fact]
    public async Task Page_OfAllVendors_IsTrue()
    {
        var text = new StringBuilder(Head).Append("\n## What each can do\n\n| vendor | push | lists repositories | deletes a tag | deletes a manifest | before a push | referrers | mounts | uploads in parts | tags a page |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var vendor in RegistryVendors.All)
        {
            var c = vendor.Capabilities;
            text.Append(CultureInfo.InvariantCulture, $"| {vendor.DisplayName} | {Word(c.CanPush)} | {Word(c.CanListRepositories)}{(c.FiltersByPrefix ? ", by prefix" : "")} | {Word(c.DeletesTags)} | {Word(c.DeletesManifests)} | {(c.CanPush ? Word(c.BeforePush) : "-")} | {Word(c.Referrers)} | {Word(c.CrossMount)} | {Parts(c)} | {c.MaxTagsPage} |\n");
        }
        text.Append("\n## Limits on requests\n\n| vendor | limits | headers |\n|---|---|---|\n");
        foreach (var vendor in RegistryVendors.All)
            text.Append(CultureInfo.InvariantCulture, $"| {vendor.DisplayName} | {vendor.Capabilities.RateLimits ?? "none known"} | {string.Join(", ", vendor.Capabilities.RateLimitHeaders.Select(h => $"`{h}`"))} |\n");
        text.Append("\n## What each asks for\n");
        foreach (var vendor in RegistryVendors.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {vendor.DisplayName}\n\n{(vendor.DefaultUrl is { } url ? $"At `{url.AbsoluteUri.TrimEnd('/')}`.\n" : "")}");
            if (vendor.Fields.Count == 0) text.Append("Asks for nothing.\n");
            else text.Append(vendor.DefaultUrl is null ? "" : "\n").Append("| setting | name | secret | required | hint |\n|---|---|---|---|---|\n");
            foreach (var f in vendor.Fields) text.Append(CultureInfo.InvariantCulture, $"| {f.Label} | `{f.Name}` | {Word(f.Secret)} | {Word(f.Required)} | {f.Hint} |\n");
        }
        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../../docs/operations/registries.md"));
        if (Environment.GetEnvironmentVariable("PORTAL_WRITE_PAGES") == "1") await File.WriteAllTextAsync(path, text.ToString());
        Assert.Equal(await File.ReadAllTextAsync(path), text.ToString());
    }

    static string Word(bool value) => value ? "yes" : "no";

    static string Word(Support value) => value.ToString().ToLowerInvariant();

    static string Word(BeforePush value) => value switch { BeforePush.Created => "is created", BeforePush.MustExist => "must exist", _ => "nothing" };

    static string Parts(VendorCapabilities c) => (c.ChunkedUpload ? "yes" : "no")
        + (c.MinChunkBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $", from {c.MinChunkBytes} bytes") : "") + (c.MaxChunkBytes is { } max ? string.Create(CultureInfo.InvariantCulture, $", to {max} bytes") : "");

    static string Here([CallerFilePath] string path = "") => path;
}
