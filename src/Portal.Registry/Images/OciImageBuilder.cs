using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Registry.Images;

/// <summary>
/// Makes a genuine image for one platform: tar layers, config, manifest. The same calls with the same time give the same digests on
/// the same runtime. Source: OCI image specification 1.1; with <see cref="AsDocker"/> Docker's schema 2.
/// </summary>
/// <param name="created">Time put on files, config and history.</param>
public sealed class OciImageBuilder(DateTimeOffset created)
{
    readonly List<(BuiltBlob Blob, Digest DiffId)> _layers = [];
    readonly List<HistoryLine> _history = [];
    readonly SortedDictionary<string, string> _labels = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, string> _annotations = new(StringComparer.Ordinal);
    readonly List<string> _env = [], _ports = [], _volumes = [];
    IReadOnlyList<string> _entrypoint = [], _cmd = [];
    Platform _platform = new("linux", "amd64");
    string? _user, _workingDir, _author, _stopSignal;
    bool _docker;

    /// <summary>Sets the platform; linux/amd64 otherwise.</summary>
    public OciImageBuilder On(string os, string architecture, string? variant = null) => Do(() => _platform = new(os, architecture, variant));

    /// <summary>Writes Docker's schema 2 instead of OCI. Must come before the layers.</summary>
    public OciImageBuilder AsDocker() => Do(() => _docker = true);

    /// <summary>Starts from another image: its platform, layers, history and environment come first, as <c>FROM</c> does.</summary>
    public OciImageBuilder From(OciImageBuilder lower) => Do(() =>
    {
        (_docker, _platform) = (lower._docker, lower._platform);
        _layers.InsertRange(0, lower._layers);
        _history.InsertRange(0, lower._history);
        _env.InsertRange(0, lower._env);
    });

    /// <summary>Adds a tar+gzip layer; a path that ends in a slash is a folder, missing parents are added.</summary>
    public OciImageBuilder Layer(IEnumerable<KeyValuePair<string, byte[]>> files, string createdBy = "COPY . / # buildkit") => Do(() =>
    {
        var tar = TarGzip.Tar(files, created, withParents: true);
        _layers.Add((BuiltBlob.Of(_docker ? MediaTypes.DockerLayerGzip : MediaTypes.OciLayerGzip, TarGzip.Gzip(tar)), Digest.Sha256(tar)));
        _history.Add(new(created, createdBy, "buildkit.dockerfile.v0", null, false));
    });

    /// <summary>Adds a tar+gzip layer of one text file.</summary>
    public OciImageBuilder File(string path, string text, string? createdBy = null) =>
        Layer([new(path, Encoding.UTF8.GetBytes(text))], createdBy ?? $"COPY {path} /{path} # buildkit");

    /// <summary>Adds a plain tar layer with one file of random bytes that is computed while it is read.</summary>
    /// <param name="bytes">Bytes of the file, at most 8 GiB.</param>
    /// <param name="seed">The same seed gives the same bytes.</param>
    public OciImageBuilder RandomLayer(long bytes, int seed) => Do(() =>
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"random-{seed}.bin");
        RandomTarStream Open() => new(path, bytes, seed, created);
        using var stream = Open();
        var digest = Digest.Parse("sha256:" + Convert.ToHexStringLower(SHA256.HashData(stream)));
        _layers.Add((new(_docker ? MediaTypes.DockerLayer : MediaTypes.OciLayer, digest, stream.Length, Open), digest));
        _history.Add(new(created, $"COPY {path} / # buildkit", "buildkit.dockerfile.v0", null, false));
    });

    /// <summary>Adds a history line without a layer.</summary>
    public OciImageBuilder Step(string createdBy) => Do(() => _history.Add(new(created, createdBy, "buildkit.dockerfile.v0", null, true)));

    /// <summary>Sets an environment variable.</summary>
    public OciImageBuilder Env(string name, string value) => Do(() => _env.Add($"{name}={value}")).Step($"ENV {name}={value}");

    /// <summary>Sets a label.</summary>
    public OciImageBuilder Label(string name, string value) => Do(() => _labels[name] = value);

    /// <summary>Sets an annotation of the manifest; Docker's schema 2 has none.</summary>
    public OciImageBuilder Annotation(string name, string value) => Do(() => _annotations[name] = value);

    /// <summary>Sets the entry point.</summary>
    public OciImageBuilder Entrypoint(params string[] words) => Do(() => _entrypoint = words);

    /// <summary>Sets the default arguments.</summary>
    public OciImageBuilder Cmd(params string[] words) => Do(() => _cmd = words);

    /// <summary>Sets the working directory.</summary>
    public OciImageBuilder WorkingDir(string path) => Do(() => _workingDir = path);

    /// <summary>Sets the user.</summary>
    public OciImageBuilder User(string user) => Do(() => _user = user);

    /// <summary>Adds a port such as <c>8080/tcp</c>.</summary>
    public OciImageBuilder Expose(string port) => Do(() => _ports.Add(port));

    /// <summary>Adds a volume.</summary>
    public OciImageBuilder Volume(string path) => Do(() => _volumes.Add(path));

    /// <summary>Sets the author.</summary>
    public OciImageBuilder Author(string author) => Do(() => _author = author);

    /// <summary>Sets the stop signal.</summary>
    public OciImageBuilder StopSignal(string signal) => Do(() => _stopSignal = signal);

    /// <summary>Makes the image.</summary>
    public BuiltArtifact Build()
    {
        var config = BuiltBlob.Of(_docker ? MediaTypes.DockerConfig : MediaTypes.OciConfig, Config());
        var type = _docker ? MediaTypes.DockerManifest : MediaTypes.OciManifest;
        var manifest = ManifestJson.Manifest(type, null, ManifestJson.Entry.Of(config), _layers.Select(l => ManifestJson.Entry.Of(l.Blob)), null,
            _docker ? Descriptor.NoAnnotations : _annotations);
        return new(manifest, type, [config, .. _layers.Select(l => l.Blob)], []) { Platform = _platform };
    }

    static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    byte[] Config() => ManifestJson.Object(json =>
    {
        json.WriteString("architecture", _platform.Architecture);
        if (_platform.Variant is not null) json.WriteString("variant", _platform.Variant);
        json.WriteString("os", _platform.Os);
        json.WriteString("created", Stamp(created));
        if (_author is not null) json.WriteString("author", _author);
        json.WriteStartObject("config");
        if (_user is not null) json.WriteString("User", _user);
        if (_ports.Count > 0) Set("ExposedPorts", _ports);
        if (_env.Count > 0) ManifestJson.List(json, "Env", _env);
        if (_entrypoint.Count > 0) ManifestJson.List(json, "Entrypoint", _entrypoint);
        if (_cmd.Count > 0) ManifestJson.List(json, "Cmd", _cmd);
        if (_volumes.Count > 0) Set("Volumes", _volumes);
        if (_workingDir is not null) json.WriteString("WorkingDir", _workingDir);
        if (_labels.Count > 0) ManifestJson.Map(json, "Labels", _labels);
        if (_stopSignal is not null) json.WriteString("StopSignal", _stopSignal);
        json.WriteEndObject();
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        ManifestJson.List(json, "diff_ids", _layers.Select(l => l.DiffId.Text));
        json.WriteEndObject();
        json.WriteStartArray("history");
        foreach (var line in _history)
        {
            json.WriteStartObject();
            json.WriteString("created", Stamp(line.Created ?? created));
            json.WriteString("created_by", line.CreatedBy);
            json.WriteString("comment", line.Comment);
            if (line.EmptyLayer) json.WriteBoolean("empty_layer", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();

        void Set(string name, IEnumerable<string> keys)
        {
            json.WriteStartObject(name);
            foreach (var key in keys.Distinct(StringComparer.Ordinal))
            {
                json.WriteStartObject(key);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
    });

    OciImageBuilder Do(Action change)
    {
        change();
        return this;
    }
}
