using System.Text;
using Portal.Registry.Images;

namespace Portal.Launcher.Demo;

/// <summary>The images that others build on, made once, so that their layers are shared as in life.</summary>
sealed class DemoBases(DateTimeOffset now)
{
    readonly Dictionary<(string Name, string Platform), OciImageBuilder> _made = [];

    /// <summary>debian, dotnet, node or nginx for one platform such as <c>linux/arm64/v8</c>.</summary>
    public OciImageBuilder Of(string name, string platform, bool docker = false)
    {
        var key = (docker ? name + "+docker" : name, platform);
        if (_made.TryGetValue(key, out var known)) return known;
        var parts = platform.Split('/');
        return _made[key] = name == "debian" ? Debian(parts, docker) : OnDebian(name, platform, docker);
    }

    OciImageBuilder Debian(string[] parts, bool docker)
    {
        var builder = new OciImageBuilder(now.AddDays(-40)).On(parts[0], parts[1], parts.ElementAtOrDefault(2));
        if (docker) builder.AsDocker();
        return builder.Layer([File("etc/debian_version", "13.2\n"), File("etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nID=debian\nVERSION_ID=\"13\"\n"),
                Filler("usr/lib/libc.so.6", 700_000, $"libc {parts[1]}"), Filler("usr/bin/bash", 300_000, $"bash {parts[1]}")], "ADD rootfs.tar.xz / # buildkit")
            .Step("CMD [\"bash\"]");
    }

    OciImageBuilder OnDebian(string name, string platform, bool docker)
    {
        var (version, size, command) = name switch
        {
            "dotnet" => ("DOTNET_VERSION=10.0.4", 900_000, "COPY /dotnet /usr/share/dotnet # buildkit"),
            "node" => ("NODE_VERSION=24.3.0", 800_000, "RUN /bin/sh -c curl -fsSL https://nodejs.org/dist/v24.3.0/node.tar.xz | tar -xJ -C /usr/local # buildkit"),
            _ => ("NGINX_VERSION=1.29.2", 400_000, "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends nginx=1.29.2 && rm -rf /var/lib/apt/lists/* # buildkit"),
        };
        var pair = version.Split('=');
        return new OciImageBuilder(now.AddDays(-24)).From(Of("debian", platform, docker))
            .Layer([Filler("etc/ssl/certs/ca-certificates.crt", 120_000, "certificates"), Filler("usr/share/zoneinfo/tzdata.zi", 60_000, "zones")],
                "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata libssl3 # buildkit")
            .Env(pair[0], pair[1])
            .Layer([Filler($"usr/share/{name}/{name}", size, $"{name} {platform}")], command);
    }

    public static KeyValuePair<string, byte[]> File(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes that do not compress, the same for the same seed: sizes on screen are then what was meant.</summary>
    public static KeyValuePair<string, byte[]> Filler(string path, int bytes, string seed)
    {
        var content = new byte[bytes];
        var state = 14695981039346656037UL;
        foreach (var c in seed) state = (state ^ c) * 1099511628211UL;
        for (var i = 0; i < bytes; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            content[i] = (byte)state;
        }
        return new(path, content);
    }
}
