using System.Security.Cryptography;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;

namespace Portal.EndToEnd.Tests;

/// <summary>A second, plain registry that holds what skopeo will push into Portal.</summary>
sealed class ImageSource : IAsyncDisposable
{
    static readonly DateTimeOffset Built = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    readonly RegistryProcess _registry;
    readonly HttpMessageInvoker _http = new(RegistryClient.CreateHandler());

    ImageSource(RegistryProcess registry) => _registry = registry;

    public string Host => _registry.Url.Authority;

    public static async Task<ImageSource> StartAsync() => new(await RegistryProcess.StartAsync());

    public Task<BuiltArtifact> SingleAsync() => PutAsync("src/app", "1.0", Image("amd64", "one platform"));

    public Task<BuiltArtifact> MultiAsync() => PutAsync("src/app", "2.0", OciArtifacts.Index([Image("amd64", "many"), Image("arm64", "many")]));

    public Task<BuiltArtifact> LargeAsync(long bytes) =>
        PutAsync("src/large", "1.0", new OciImageBuilder(Built).On("linux", "amd64").RandomLayer(bytes, 11).Cmd("/bin/large").Build());

    public async Task<BuiltArtifact> SignatureAsync(BuiltArtifact subject, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return await PutAsync("src/app", "sig", OciArtifacts.CosignSignature(subject, name, key, asReferrer: true));
    }

    static BuiltArtifact Image(string architecture, string text) => new OciImageBuilder(Built).On("linux", architecture)
        .File("etc/motd", $"{text} on {architecture}", "COPY motd /etc/motd # buildkit").Env("MODE", "production").Expose("8080/tcp").Entrypoint("/app", "serve")
        .Label("org.opencontainers.image.source", "https://git.example/app").Build();

    async Task<BuiltArtifact> PutAsync(string repository, string tag, BuiltArtifact artifact)
    {
        if (!TagName.TryParse(tag, out var name)) throw new ArgumentException(tag);
        var pushed = await ImagePusher.PushAsync(new(_http, new(_registry.Url)), repository, artifact, [name]);
        return pushed.Ok ? artifact : throw new InvalidOperationException(pushed.Error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _registry.DisposeAsync();
    }
}
