using Portal.Immutability;
using Portal.Web.Rules;
using Xunit;

namespace Portal.Web.Tests.Rules;

public sealed class RuleFormTests
{
    [Fact]
    public void Address_HoldsTheWholeDraft_AndGivesItBackFieldByField()
    {
        const string query = "?edit=7&repos=team%2F**&reposKind=regex&reposNot=1&tags=v*&tagsKind=glob&tagsNot=1";
        var form = RuleForm.OfAddress("http://portal/projects/p/rules" + query);
        Assert.Equal((7, "team/**", "regex", true, "v*", "glob", true, true), (form.Edit, form.Repositories, form.RepositoryKind, form.RepositoriesExcluded, form.Tags, form.TagKind, form.TagsExcluded, form.Started));
        Assert.Equal(query, "?" + string.Join('&', RuleForm.Fields.Select(f => $"{f}={Uri.EscapeDataString(form.Value(f)).Replace("%2A", "*", StringComparison.Ordinal)}")));
    }

    [Fact]
    public void Address_WithoutADraft_HasNotStarted() => Assert.False(RuleForm.OfAddress("http://portal/projects/p/rules?tab=x").Started);

    [Fact]
    public void Empty_SelectsEverything()
    {
        var draft = RuleForm.OfAddress("http://portal/rules?tags=&repos=").Read().Value;
        Assert.True(draft.Repositories.IsAll && draft.Tags.IsAll);
    }

    [Theory]
    [InlineData("tags=%28&tagsKind=regex", "tags")]
    [InlineData("tags=v*&repos=%7Ba", "repositories")]
    [InlineData("tags=v*&tagsKind=sql", "tags")]
    public void WrongPattern_IsRefusedWithItsField(string query, string field) => Assert.Equal(field, RuleForm.OfAddress("http://portal/rules?" + query).Read().Error!.Field);

    [Fact]
    public void Rule_FillsTheFields()
    {
        var row = new RuleRow(3, false, "t", "n", false, true, new(SelectorKind.Regex, true, "a.*"), new(SelectorKind.Glob, false, "v*"), default, "x", default);
        var draft = RuleForm.Of(row).Read().Value;
        Assert.Equal((row.Repositories, row.Tags, "n", true), (draft.Repositories, draft.Tags, draft.Name, draft.Expirable));
    }
}
