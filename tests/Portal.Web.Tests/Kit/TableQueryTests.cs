using Portal.Kernel;
using Portal.Web.Kit;
using Xunit;

namespace Portal.Web.Tests.Kit;

public sealed class TableQueryTests : KitContext
{
    [Theory]
    [InlineData("/p?page=0")]
    [InlineData("/p?page=-3")]
    [InlineData("/p?page=x")]
    [InlineData("/p?page=99999999999")]
    [InlineData("/p?size=0")]
    [InlineData("/p?size=101")]
    public void Request_BadNumbers_FallBackToTheDefaults(string address) => Assert.Equal(new PageRequest(0, 15, "name"), At(address, "name").Request);

    [Fact]
    public void Request_PageAndSize_BecomeSkipAndTake() => Assert.Equal(new PageRequest(40, 20, "-size", "api"), At("/p?page=3&size=20&sort=-size&q=+api+").Request);

    [Fact]
    public void Text_LongerThanTheBound_IsCut() => Assert.Equal(TableQuery.MaxText, At("/p?q=" + new string('a', 5000)).Text!.Length);

    [Theory]
    [InlineData("/p", "/p?sort=size")]
    [InlineData("/p?sort=size&page=3", "/p?sort=-size")]
    [InlineData("/p?sort=-size&q=a", "/p?q=a&sort=size")]
    public void SortUrl_AgainAndAgain_TurnsTheOrder(string address, string expected) => Assert.Equal(expected, At(address, "name").SortUrl("size"));

    [Fact]
    public void Url_TwoTables_KeepEachOthersState() =>
        Assert.Equal("/p?page=2&m-page=4", At("/p?page=2&m-page=3", prefix: "m-").PageUrl(4));

    [Fact]
    public void FilterUrl_Hostile_IsEncoded() => Assert.Equal("/p?state=a%26b%3D%22", At("/p").FilterUrl("state", "a&b=\""));

    [Fact]
    public void Filtered_OwnFilter_Counts()
    {
        Assert.True(At("/p?public=1", filters: "public").Filtered);
        Assert.False(At("/p?public=1").Filtered);
    }
}
