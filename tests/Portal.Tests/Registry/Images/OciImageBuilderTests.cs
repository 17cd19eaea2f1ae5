using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Portal.Kernel;
using Portal.Registry.Images;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Tests.Registry.Images;

public sealed class OciImageBuilderTests
{
    static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    static BuiltArtifact Build() => new OciImageBuilder(Time).File("etc/app/motd", "hi").Env("A", "b").Label("k", "v").Expose("80/tcp").RandomLayer(1000, 3).Build();

    [Fact]
    public void Build_Twice_GivesTheSameDigest() => Assert.Equal(Build().Digest, Build().Digest);

    [Fact]
    public void Build_ConfigAndLayers_AgreeWithEachOther()
    {
        var image = Build();
        var config = ImageConfig.Parse(image.Blobs[0].Bytes()).Value;
        using var plain = new MemoryStream();
        using (var gzip = new GZipStream(image.Blobs[1].Open(), CompressionMode.Decompress)) gzip.CopyTo(plain);
        Assert.Equal(Digest.Sha256(plain.ToArray()), config.DiffIds[0]);
        Assert.Equal(image.Blobs[2].Digest, config.DiffIds[1]);
        Assert.Equal(2, config.History.Count(h => !h.EmptyLayer));
        plain.Position = 0;
        using var tar = new TarReader(plain);
        Assert.Equal(["etc/", "etc/app/", "etc/app/motd"], Names(tar));
    }

    [Fact]
    public void RandomLayer_IsATarThatCanBeReadFromAnywhere()
    {
        var layer = Build().Blobs[2];
        using var stream = layer.Open();
        using (var tar = new TarReader(stream, leaveOpen: true))
        {
            var entry = tar.GetNextEntry()!;
            Assert.Equal(("random-3.bin", 1000L), (entry.Name, entry.Length));
            Assert.Null(tar.GetNextEntry());
        }
        stream.Position = 777;
        var tail = new byte[100];
        stream.ReadExactly(tail);
        Assert.Equal(layer.Bytes()[777..877], tail);
        Assert.True(layer.Bytes()[512..1512].Distinct().Count() > 200);
    }

    [Fact]
    public void CosignSignature_PublicKey_VerifiesThePayload()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var image = Build();
        var layer = OciArtifacts.CosignSignature(image, "r/p/app", key, true).Document.Layers[0];
        var made = OciArtifacts.CosignSignature(image, "r/p/app", key, true);
        var signature = Convert.FromBase64String(made.Document.Layers[0].Annotations["dev.cosignproject.cosign/signature"]);
        var payload = made.Blobs.Single(b => b.Digest == layer.Digest).Bytes();
        Assert.True(key.VerifyData(payload, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        Assert.Equal(image.Digest, made.Document.Subject!.Digest);
        Assert.Contains(image.Digest.Text, System.Text.Encoding.UTF8.GetString(payload), StringComparison.Ordinal);
    }

    static IEnumerable<string> Names(TarReader tar)
    {
        while (tar.GetNextEntry() is { } entry) yield return entry.Name;
    }
}
