using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Portal.Artifacts;
using Portal.Kernel;
using Xunit;

namespace Portal.Tests.Artifacts;

public sealed class ChartArchiveTests
{
    static byte[] Pack(params TarEntry[] entries)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
            foreach (var entry in entries) tar.WriteEntry(entry);
        return packed.ToArray();
    }

    static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }

    static UstarTarEntry File(string name, string text) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    static Task<Result<string?>> FindAsync(byte[] archive, string name = "values.yaml") => ChartArchive.FindAsync(archive, name, CancellationToken.None);

    [Theory]
    [InlineData("app/values.yaml"), InlineData("./app/values.yaml"), InlineData("app/VALUES.yaml")]
    public async Task Find_FileOfTheChart_IsRead(string path) =>
        Assert.Equal("größe: 1", (await FindAsync(Pack(File("app/Chart.yaml", new string('x', 1500)), File(path, "größe: 1")))).Value);

    [Fact]
    public async Task Find_PaxHeaders_AreSteppedOver() =>
        Assert.Equal("a: 1", (await FindAsync(Pack(new PaxTarEntry(TarEntryType.RegularFile, "app/values.yaml") { DataStream = new MemoryStream("a: 1"u8.ToArray()) }))).Value);

    [Theory]
    [InlineData("app/charts/db/values.yaml"), InlineData("values.yaml"), InlineData("app/other.yaml"), InlineData("../app/values.yaml"), InlineData("/values.yaml")]
    public async Task Find_AnyOtherPlace_IsNotTheChartsFile(string path) => Assert.Null((await FindAsync(Pack(File(path, "a: 1")))).Value);

    [Fact]
    public async Task Find_LinkOfThatName_IsNotFollowed() =>
        Assert.Null((await FindAsync(Pack(new UstarTarEntry(TarEntryType.SymbolicLink, "app/values.yaml") { LinkName = "/etc/passwd" }))).Value);

    [Fact]
    public async Task Find_NoArchive_IsRefused()
    {
        Assert.Equal("UNPROCESSABLE_ENTITY", (await FindAsync("no archive"u8.ToArray())).Error!.Code);
        Assert.Equal("UNPROCESSABLE_ENTITY", (await FindAsync(Gzip(Encoding.ASCII.GetBytes(new string('x', 1024))))).Error!.Code);
    }

    [Fact]
    public async Task Find_CutOffInTheMiddle_IsRefused() => Assert.Equal("UNPROCESSABLE_ENTITY", (await FindAsync(Gzip(HeaderOf("app/values.yaml", 900)[..512]))).Error!.Code);

    [Fact]
    public async Task Find_LargerThanABound_IsRefused()
    {
        Assert.Equal(ErrorKind.TooLarge, (await FindAsync(Gzip(HeaderOf("app/values.yaml", ChartArchive.MaxFile + 1)))).Error!.Kind);
        Assert.Equal(ErrorKind.TooLarge, (await FindAsync(Gzip(HeaderOf("app/other", ChartArchive.MaxUnpacked)))).Error!.Kind);
        Assert.Equal(ErrorKind.TooLarge, (await FindAsync(Pack([.. Enumerable.Range(0, ChartArchive.MaxEntries + 1).Select(i => File($"app/{i}", ""))]))).Error!.Kind);
    }

    // the header alone: what it promises is never unpacked
    static byte[] HeaderOf(string name, long size)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'), header.AsSpan(124));
        header[156] = (byte)'0';
        return header;
    }
}
