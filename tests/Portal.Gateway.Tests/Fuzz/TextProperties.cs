using FsCheck;
using FsCheck.Fluent;
using Portal.Gateway.Tokens;
using Portal.Gateway.Uploads;
using Portal.Kernel;
using Portal.Registry.Client;
using Xunit;

namespace Portal.Gateway.Tests.Fuzz;

/// <summary>Whatever text a client sends, reading it ends, and ends without an exception.</summary>
public sealed class TextProperties
{
    [Fact]
    public void Path_AnyText_IsTakenApartWithoutInventing() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, text =>
    {
        var path = "/v2/" + text;
        var parsed = OciPath.Parse(path);
        return path.Contains(parsed.Name.ToString(), StringComparison.Ordinal) && path.EndsWith(parsed.Reference.ToString(), StringComparison.Ordinal);
    }));

    [Fact]
    public void Path_OfANameAndAReference_IsReadBack() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, Samples.Text, (name, reference) =>
    {
        if (!RepositoryName.TryParse(name, out _) || !Reference.TryParse(reference, out _)) return true;
        var parsed = OciPath.Parse($"/v2/{name}/manifests/{reference}");
        return parsed.Resource == OciResource.Manifest && parsed.Name.SequenceEqual(name) && parsed.Reference.SequenceEqual(reference);
    }));

    [Fact]
    public void Reference_AnyText_IsATagOrADigestThatReadsBackOrNothing() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, text =>
        !Reference.TryParse(text, out var reference) || reference.ToString() == text));

    [Fact]
    public void Range_AnyText_StaysInsideTheContent() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, ArbMap.Default.ArbFor<NonNegativeInt>(), (text, size) =>
        new[] { text, "bytes=" + text, "bytes=0-" + text, "bytes=-" + text }.All(header => ByteRange.Parse(header, size.Get) is var range && range.Kind switch
        {
            RangeKind.Part => range.From >= 0 && range.From <= range.To && range.To < size.Get,
            RangeKind.Whole => range.From == 0 && range.Length == size.Get,
            _ => true,
        })));

    [Fact]
    public void Range_OfTwoNumbers_IsReadBack() => Check.One(Samples.Config, Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (from, more) =>
        ByteRange.Parse($"bytes={from.Get}-{(long)from.Get + more.Get}", long.MaxValue) == new ByteRange(RangeKind.Part, from.Get, (long)from.Get + more.Get)));

    [Fact]
    public void Challenge_AnyText_IsReadOrLeftOut() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, Samples.Text, (one, two) => Challenge.Parse([one, "Bearer " + two, $"Bearer realm=\"{two}\"", one]).Count <= 4 * 10_000));

    [Fact]
    public void Credentials_AnyText_AreReadOrNothing() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, text =>
        BasicCredentials.Parse("Basic " + text) is not { } read || read.User.Length > 0));

    [Fact]
    public void Credentials_OfANameAndASecret_AreReadBack() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, Samples.Text, (user, secret) =>
    {
        var utf8 = System.Text.Encoding.UTF8;
        if (user.Length is 0 or > 200 || secret.Length > 200 || user.Contains(':', StringComparison.Ordinal) || utf8.GetString(utf8.GetBytes(user + secret)) != user + secret) return true;
        return BasicCredentials.Parse("Basic " + Convert.ToBase64String(utf8.GetBytes($"{user}:{secret}"))) == new BasicCredentials(user, secret);
    }));

    [Fact]
    public void Scope_AnyText_GrantsNothingUnknown() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, text =>
        new[] { text, "repository:" + text, "repository:a/b:" + text, "registry:" + text }.All(s => Scope.Parse(s) is not { } scope || scope.Type is "registry" || RepositoryName.TryParse(scope.Name, out _))));

    [Fact]
    public void Seals_AnyText_OpenNothing() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, text => new UploadSeal(new byte[32]).Open(text) is null));

    [Fact]
    public void Seals_OneCharacterChanged_OpenNothing() => Check.One(Samples.Config, Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<char>(), (at, letter) =>
    {
        var seal = new UploadSeal(new byte[32]);
        var state = new UploadState(1, Access.SubjectKind.User, 2, "a/b", "id", 3, "/v2/a/b/blobs/uploads/id?_state=x");
        var text = seal.Seal(state).ToCharArray();
        var index = at.Get % (text.Length - 1); // the last character carries bits that base64url leaves out
        if (text[index] == letter) return seal.Open(new(text)) == state;
        text[index] = letter;
        return seal.Open(new(text)) is null;
    }));

    [Fact]
    public void Tokens_AnyText_AreNotOurs() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, text => new TokenCodec(new byte[32], "s").Read(text, DateTimeOffset.UnixEpoch) is null));
}
