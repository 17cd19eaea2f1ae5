using Portal.Retention;
using Portal.Retention.Rules;
using Portal.Retention.Text;
using Portal.Web.Retention;
using Xunit;

namespace Portal.Web.Tests.Retention;

public sealed class PolicyEditorTests
{
    const string Text = "rules:\n  - keep:\n      tag: release-*\n  - delete:\n      pushed-before: 14 days\n";

    static PolicyEditor Post(string op, params (string Name, string Value)[] fields)
    {
        var all = new Dictionary<string, string> { ["text"] = Text, ["view"] = "builder", ["mode"] = "replace", ["schedule"] = "none", ["op"] = op };
        foreach (var (name, value) in fields) all[name] = value;
        return PolicyEditor.Post(name => all.GetValueOrDefault(name, ""));
    }

    static string[] Actions(PolicyEditor editor) => [.. editor.Rules.Rules.Select(r => r.Action.ToString())];

    [Fact]
    public void Buttons_MoveSwitchAndRemoveRules_AndTheTextFollows()
    {
        Assert.Equal(["Delete", "Keep"], Actions(Post("up-1")));
        Assert.Equal(["Delete", "Keep"], Actions(Post("down-0")));
        Assert.Equal(["Keep", "Delete"], Actions(Post("up-0")));
        Assert.Equal(["Delete"], Actions(Post("remove-0")));
        Assert.True(Post("toggle-1").Rules.Rules[1].Off);
        Assert.Equal(["Keep", "Delete"], Actions(Post("remove-99")));
        Assert.Equal(PolicyText.Write(Post("up-1").Rules), Post("up-1").Text);
        Assert.False(Post("preview").Saving);
        Assert.True(Post("save").Saving);
    }

    [Fact]
    public void Add_PutsFieldsTogether_AsTheTextWould()
    {
        var added = Post("add", ("rule-place", "-1"), ("rule-action", "keep"), ("rule-name", "Recent"), ("rule-tag", "v*"), ("rule-newest", "3"), ("rule-per", "minor"), ("rule-by", "version"), ("rule-prerelease", "false"),
            ("rule-pulled", "within"), ("rule-pulledDays", "30"), ("rule-trait", "not-signed"));
        Assert.Null(added.Wrong);
        var rule = added.Rules.Rules[2];
        Assert.Equal("Recent", rule.Name);
        Assert.Equal([new NameFits(NameOf.Tag, "v*"), new Prerelease(false), new Newest(3, Series.Minor, NewestBy.Version), new Age(Happening.Pulled, 720), new Has(Trait.Signed, false)], ((AllOf)rule.When).Conditions);
        Assert.IsType<Everything>(Post("add", ("rule-place", "-1"), ("rule-action", "delete")).Rules.Rules[2].When);
        Assert.Equal(new Newest(2), Post("add", ("rule-place", "-1"), ("rule-action", "keep"), ("rule-newest", "2"), ("rule-per", "all"), ("rule-by", "pushed")).Rules.Rules[2].When);
    }

    [Theory]
    [InlineData("rule-tag", "[v", "'['"), InlineData("rule-newest", "0", "newest is a whole number"), InlineData("rule-semver", "x.y", "semver"), InlineData("rule-tag", "a\nb", "control")]
    public void Add_OfWhatCannotBe_SaysSo_AndKeepsTheFields(string field, string value, string said)
    {
        var editor = Post("add", ("rule-place", "-1"), ("rule-action", "keep"), (field, value));
        Assert.Contains(said, editor.Wrong!.Message, StringComparison.Ordinal);
        Assert.Equal(2, editor.Rules.Count);
        Assert.Equal(value, editor.Rule[field["rule-".Length..]]);
    }

    [Fact]
    public void Edit_FillsTheFields_AndAddPutsTheRuleBackInItsPlace()
    {
        var editing = Post("edit-1");
        Assert.Equal((1, "delete", "before", "14"), (editing.Rule.Place, editing.Rule.Action, editing.Rule["pushed"], editing.Rule["pushedDays"]));
        var changed = Post("add", ("rule-place", "1"), ("rule-action", "delete"), ("rule-pushed", "before"), ("rule-pushedDays", "20"));
        Assert.Equal(new Age(Happening.Pushed, 480, true), changed.Rules.Rules[1].When);
        Assert.Equal(2, changed.Rules.Count);
        // what the fields cannot show is shown as text
        var deep = Post("edit-0", ("text", "rules:\n  - keep:\n      any:\n        - tag: a\n        - tag: b\n"));
        Assert.True(deep.AsText);
    }

    [Fact]
    public void WrongText_StaysAsTyped_AndIsNotSaved()
    {
        var editor = Post("save", ("text", "rules:\r\n  - keep:\r\n      tags: x\r\n"), ("view", "text"));
        Assert.False(editor.Saving);
        Assert.True(editor.AsText);
        Assert.StartsWith("Line 3", editor.Wrong!.Message, StringComparison.Ordinal);
        Assert.Contains("tags: x", editor.Text, StringComparison.Ordinal);
        Assert.False(editor.Draft().Ok);
    }

    [Fact]
    public void Draft_ReadsScheduleAndBrake()
    {
        var draft = Post("save", ("mode", "extend"), ("schedule", "weekly"), ("percent", "20"), ("gigabytes", "1.5")).Draft().Value;
        Assert.Equal((PolicyMode.Extend, "0 0 0 * * 0", 20, 1_500_000_000L), (draft.Mode, draft.Cron, draft.BrakePercent!.Value, draft.BrakeBytes!.Value));
        Assert.Equal(-1, Post("save", ("gigabytes", "-1")).Draft().Value.BrakeBytes);
        Assert.Equal("brake_percent", Post("save", ("percent", "half")).Draft().Error!.Field);
        Assert.Equal("brake_bytes", Post("save", ("gigabytes", "much")).Draft().Error!.Field);
        Assert.Equal("cron", Post("save", ("schedule", "cron")).Draft().Error!.Field);
        Assert.Equal("0 30 4 * * *", Post("save", ("schedule", "cron"), ("cron", "0 30 4 * * *")).Draft().Value.Cron);
    }

    [Fact]
    public void Saved_ComesBackAsItWas()
    {
        var editor = PolicyEditor.Of(new RetentionPolicy { ProjectId = 1, Rules = PolicyText.Write(PolicyText.Read(Text).Value), Mode = PolicyMode.Extend, Cron = "0 0 0 * * *", BrakePercent = 5, BrakeBytes = 2_500_000_000 }, false);
        Assert.Equal(("daily", "5", "2.5", PolicyMode.Extend, 2), (editor.Schedule, editor.Percent, editor.Gigabytes, editor.Mode, editor.Rules.Count));
        Assert.Equal(PolicyMode.Inherit, PolicyEditor.Of(null, false).Mode);
    }
}
