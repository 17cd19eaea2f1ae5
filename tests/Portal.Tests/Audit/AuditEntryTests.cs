using Portal.Audit;
using Xunit;

namespace Portal.Tests.Audit;

public sealed class AuditEntryTests
{
    [Fact]
    public void Text_OfAClient_CannotForgeLinesOrGrowWithoutBound()
    {
        var entry = new AuditEntry(new("eve\r\nadmin signed in", 7, "10.0.0.1", "curl\u001b[31m" + new string('x', 1000)), AuditActions.SignIn, AuditResources.User, new string('r', 2000));
        var row = entry.ToEvent(DateTimeOffset.UnixEpoch);
        Assert.DoesNotContain(row.Actor, char.IsControl);
        Assert.DoesNotContain(row.Client, char.IsControl);
        Assert.Equal(256, row.Client.Length);
        Assert.Equal(600, row.Resource.Length);
    }

    [Fact]
    public void State_IsKeptAsJson()
    {
        var row = new AuditEntry(new("admin", 1, "", ""), AuditActions.Update, AuditResources.Project, "web") { Before = new { Public = false }, After = new { Public = true } }.ToEvent(DateTimeOffset.UnixEpoch);
        Assert.Equal("""{"public":false}""", row.Before);
        Assert.Equal("""{"public":true}""", row.After);
    }
}
