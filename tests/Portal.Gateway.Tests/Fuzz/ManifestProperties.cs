using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Portal.Kernel;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Gateway.Tests.Fuzz;

/// <summary>Whatever document a client pushes, it is a manifest with one meaning or refused in words.</summary>
public sealed class ManifestProperties
{
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    static string Folder => Path.Combine(AppContext.BaseDirectory, "Fuzz", "Corpus");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>The corpus: a file's name says whether it is taken.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Corpus_IsTakenOrRefusedAsItsNameSays(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder, file));
        Assert.True(Holds(bytes, null));
        var parsed = ManifestDocument.Parse(bytes, null);
        Assert.True(file.StartsWith(parsed.Ok ? "taken-" : "refused-", StringComparison.Ordinal), parsed.Ok ? "it is taken" : parsed.Error.ToString());
    }

    [Fact]
    public void Documents_OfItsOwnWords_AreTakenOrRefused() => Check.One(Samples.Config, Prop.ForAll(Samples.Documents, document =>
        Holds(document, null) && Holds(document, MediaTypes.OciManifest) && Holds(document, MediaTypes.OciIndex)));

    [Fact]
    public void Text_OfAnyKind_IsTakenOrRefused() => Check.One(Samples.Config, Prop.ForAll(Samples.Text, Samples.Text, (text, type) => Holds(Encoding.UTF8.GetBytes(text), type)));

    /// <summary>A good document with a few bytes changed, taken out or doubled, as a broken client or a careful attacker sends it.</summary>
    [Fact]
    public void Corpus_WithBytesChanged_IsTakenOrRefused()
    {
        var corpus = Directory.GetFiles(Folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        Check.One(Samples.Config, Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<byte>(), (which, where, value) =>
        {
            var bytes = corpus[which.Get % corpus.Length];
            var at = where.Get * 31 % Math.Max(1, bytes.Length);
            return Holds([.. bytes[..at], value, .. bytes[Math.Min(bytes.Length, at + 1)..]], null)
                && Holds(bytes[..at], null)
                && Holds([.. bytes[..at], .. bytes[(at / 2)..]], null);
        }));
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Nesting_AMillionDeep_IsRefusedAtOnce(char open, char close)
    {
        var inside = open == '{' ? string.Concat(Enumerable.Repeat("{\"a\":", 1_000_000)) + "1" : new string(open, 1_000_000);
        var clock = Stopwatch.StartNew();
        var parsed = ManifestDocument.Parse(Encoding.UTF8.GetBytes($"{{\"schemaVersion\":2,\"annotations\":{inside}{new string(close, 1_000_000)}}}"), null);
        Assert.False(parsed.Ok);
        Assert.True(clock.Elapsed < Bound, $"it took {clock.Elapsed}");
    }

    [Fact]
    public void Manifest_OfManyLayers_IsReadInBoundedTimeAndMemory()
    {
        var layer = $$"""{"mediaType":"{{MediaTypes.OciLayer}}","digest":"sha256:{{new string('a', 64)}}","size":70368744177664}""";
        var bytes = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"config":{{layer}},"layers":[{{string.Join(',', Enumerable.Repeat(layer, 10_000))}}]}""");
        var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        var parsed = ManifestDocument.Parse(bytes, null);
        Assert.True(parsed.Ok, parsed.Error?.ToString());
        Assert.True(parsed.Value.TotalSize > 0);
        Assert.True(clock.Elapsed < Bound, $"it took {clock.Elapsed}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 40L * bytes.Length, "it took too much memory");
        Assert.False(ManifestDocument.Parse(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"config":{{layer}},"layers":[{{string.Join(',', Enumerable.Repeat(layer, 10_001))}}]}"""), null).Ok);
    }

    static bool Holds(byte[] bytes, string? type)
    {
        var clock = Stopwatch.StartNew();
        var parsed = ManifestDocument.Parse(bytes, type);
        if (clock.Elapsed > Bound) return false;
        if (!parsed.Ok) return parsed.Error.Code is "MANIFEST_INVALID" or "SIZE_INVALID" && parsed.Error.Message.Length is > 0 and < 70_000;
        var document = parsed.Value;
        return document.Digest == Digest.Sha256(bytes) && MediaTypes.IsManifest(document.MediaType)
            && document.IsIndex == document.Config is null && (document.IsIndex ? document.Layers.Count == 0 : document.Children.Count == 0)
            && document.Layers.Concat(document.Children).All(d => d.Size >= 0 && d.Digest.Text.Length > 0 && d.MediaType.Length > 0)
            // reading what was read gives the same
            && ManifestDocument.Parse(document.Bytes, document.MediaType) is { Ok: true, Value.Digest: var again } && again == document.Digest;
    }
}
