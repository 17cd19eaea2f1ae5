using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Portal.Gateway.Tests.Fuzz;

/// <summary>What the properties are tried on: text as clients send it and as attackers do. The seed is fixed, so that a failure comes back.</summary>
static class Samples
{
    public static Config Config { get; } = Config.QuickThrowOnFailure.WithMaxTest(3_000).WithReplay(20_261_121, 1);

    static readonly string[] Pieces =
    [
        "/", "v2", "manifests", "blobs", "uploads", "tags/list", "referrers", "_catalog", "a", "team", "sha256:", "sha512:", new('a', 64), new('f', 128), "..", "%2F", "\0", "ü", "\ud83d\ude00", " ", "//",
        "bytes=", "-", "0", "1", "18446744073709551616", ",", ":", ";", "=", "\"", "\\", "Bearer ", "Basic ", "realm", "service", "scope", "repository:", "pull", "push", "*", "Og==", "====", "Negotiate", "\t", "\u212a", new('x', 9_000),
    ];

    /// <summary>Pieces of the protocol in any order, and letters of any kind between them.</summary>
    public static Arbitrary<string> Text { get; } = Gen.OneOf(Gen.Elements(Pieces), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""))
        .ListOf().Select(parts => string.Concat(parts.Take(12))).ToArbitrary();

    /// <summary>Documents of JSON made of a manifest's own words, and of anything else.</summary>
    public static Arbitrary<byte[]> Documents { get; } = Gen.Sized(size => Value(Math.Min(size, 60))).Select(Encoding.UTF8.GetBytes).ToArbitrary();

    static readonly string[] Keys = ["schemaVersion", "mediaType", "config", "layers", "manifests", "subject", "artifactType", "annotations", "digest", "size", "urls", "data", "platform", "os", "architecture", "fsLayers", "Layers", "\\u006dediaType", "x"];

    static readonly string[] Leaves =
    [
        "2", "1", "0", "-1", "1e400", "9223372036854775808", "null", "true", "\"\"", "\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"", "\"sha256:x\"",
        "\"application/vnd.oci.image.manifest.v1+json\"", "\"application/vnd.oci.image.index.v1+json\"", "\"application/vnd.oci.image.config.v1+json\"", "\"application/vnd.oci.image.layer.v1.tar\"", "\"\\ud800\"", "\"\\u0000\"", "\"e30=\"", "{}", "[]",
    ];

    static Gen<string> Value(int size) => size <= 1 ? Gen.Elements(Leaves) : Gen.Frequency(
        (2, Gen.Elements(Leaves)),
        (4, Gen.Zip(Gen.Elements(Keys), Value(size / 3)).ListOf().Select(all => "{" + string.Join(',', all.Take(8).Select(p => $"\"{p.Item1}\":{p.Item2}")) + "}")),
        (2, Value(size / 3).ListOf().Select(all => "[" + string.Join(',', all.Take(6)) + "]")));
}
