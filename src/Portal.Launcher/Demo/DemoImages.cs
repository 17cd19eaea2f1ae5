using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Portal.Registry.Images;
using Portal.Registry.Manifests;

namespace Portal.Launcher.Demo;

/// <summary>One push: what, where to, under which tags, and what is attached to it.</summary>
/// <param name="Project">The project.</param>
/// <param name="Repository">The name inside the project.</param>
/// <param name="Tags">The first tells whether the push was made before.</param>
/// <param name="Make">Makes the artifact; called only when it is pushed.</param>
/// <param name="Attach">Makes its signatures, SBOMs and attestations, each with the tag it is kept under; null is a referrer.</param>
sealed record DemoPush(string Project, string Repository, string[] Tags, Func<BuiltArtifact> Make, Func<BuiltArtifact, IEnumerable<(BuiltArtifact Artifact, string? Tag)>>? Attach = null);

/// <summary>Everything that the demonstration pushes, in the order in which it would have happened.</summary>
sealed class DemoImages(DateTimeOffset now)
{
    static readonly string[] Both = ["linux/amd64", "linux/arm64/v8"];

    readonly DemoBases _bases = new(now);

    public IEnumerable<DemoPush> All() => [.. Platform(), .. Library(), .. Payments(), .. Web(), .. Models()];

    IEnumerable<DemoPush> Platform()
    {
        string[] three = [.. Both, "linux/s390x"];
        yield return new("platform", "debian-slim", ["13.2", "13", "latest"], () => OciArtifacts.Index([.. three.Select(p => _bases.Of("debian", p).Build())]));
        foreach (var (version, floating) in new[] { ("10.0.3", "10.0"), ("10.0.4", "10.0") })
            yield return new("platform", "dotnet-runtime", [version, floating, "latest"], () => OciArtifacts.Index([.. Both.Select(p => Runtime(p, version))]), Signed("platform/dotnet-runtime"));
        yield return new("platform", "tools/kubectl", ["1.34.1", "latest"], () => App("debian", "linux/amd64", "kubectl", "1.34.1", 20, 420_000));
    }

    BuiltArtifact Runtime(string platform, string version) =>
        new OciImageBuilder(now.AddDays(version == "10.0.4" ? -9 : -38)).From(_bases.Of("dotnet", platform)).Env("ASPNET_VERSION", version)
            .Label("org.opencontainers.image.version", version).Annotation("org.opencontainers.image.source", "https://git.northlane.example/platform/runtime").Build();

    IEnumerable<DemoPush> Library()
    {
        yield return new("library", "debian", ["13.2", "stable"], () => OciArtifacts.Index([.. Both.Append("linux/s390x").Select(p => _bases.Of("debian", p).Build())]));
        yield return new("library", "nginx", ["1.29.2", "1.29", "mainline"], () => OciArtifacts.Index([.. Both.Select(p => Nginx(p))]));
        yield return new("library", "nginx", ["1.29.2-amd64"], () => Nginx("linux/amd64"));
        foreach (var (version, app) in new[] { ("1.0.0", "2.12.0"), ("1.1.0", "2.13.9"), ("1.2.0", "2.14.3") })
            yield return new("library", "charts/payments-api", [version], () => OciArtifacts.HelmChart("payments-api", version, app, "The payments API with its ledger and worker", now.AddDays(-20)));
    }

    BuiltArtifact Nginx(string platform) => new OciImageBuilder(now.AddDays(-18)).From(_bases.Of("nginx", platform, docker: true))
        .File("etc/nginx/nginx.conf", "worker_processes auto;\nevents {}\nhttp { server { listen 8080; root /usr/share/nginx/html; } }\n")
        .Expose("8080/tcp").StopSignal("SIGQUIT").Entrypoint("/docker-entrypoint.sh").Cmd("nginx", "-g", "daemon off;").Build();

    IEnumerable<DemoPush> Payments()
    {
        string[] releases = ["2.12.0", "2.12.1", "2.13.0", "2.13.9", "2.14.0", "2.14.1", "2.14.2", "2.14.3"];
        for (var i = 0; i < releases.Length; i++)
        {
            var (version, days) = (releases[i], (releases.Length - i) * 6);
            var tags = new[] { version, version[..version.LastIndexOf('.')], "latest" };
            yield return new("payments", "api", tags, () => Attested(App("dotnet", "payments-api", version, days)), i >= 3 ? Signed("payments/api") : null);
            if (i % 2 == 0) yield return new("payments", "worker", tags[..2], () => OciArtifacts.Index(App("dotnet", "payments-worker", version, days)));
        }
        foreach (var commit in new[] { "5c01e9", "88ab17", "f03d2c", "1be904", "a7720d" })
            yield return new("payments", "api", [$"main-{commit}", "staging"], () => App("dotnet", "linux/amd64", "payments-api", $"main-{commit}", 2, 210_000));
        foreach (var version in new[] { "0.9.0", "1.0.0", "1.0.1" })
            yield return new("payments", "ledger/reconciler", [version, "latest"], () => App("dotnet", "linux/amd64", "reconciler", version, 30, 130_000));
    }

    IEnumerable<DemoPush> Web()
    {
        foreach (var version in new[] { "3.0.0", "3.1.0", "3.1.1", "3.2.0-rc.1", "3.2.0" })
            yield return new("web", "storefront", version.Contains('-', StringComparison.Ordinal) ? [version, "next"] : [version, "latest"],
                () => OciArtifacts.Index(App("node", "storefront", version, 12)), version == "3.2.0" ? Signed("web/storefront") : null);
        yield return new("web", "edge", ["1.4.0", "latest"], () => new OciImageBuilder(now.AddDays(-5)).From(_bases.Of("nginx", "linux/amd64", docker: true))
            .Layer([DemoBases.Filler("usr/share/nginx/html/app.js", 90_000, "edge")], "COPY dist /usr/share/nginx/html # buildkit").Expose("8080/tcp").Cmd("nginx", "-g", "daemon off;").Build());
    }

    IEnumerable<DemoPush> Models()
    {
        foreach (var version in new[] { "v1", "v2" })
            yield return new("ml", "fraud-score", [version, "production"], () => OciArtifacts.Artifact("application/vnd.cncf.model.manifest.v1+json",
            [
                ("model.onnx", "application/vnd.cncf.model.weight.v1.raw", DemoBases.Filler("", 1_400_000, $"weights {version}").Value),
                ("README.md", "application/vnd.cncf.model.doc.v1.raw", Encoding.UTF8.GetBytes($"# Fraud score {version}\nScores a payment from 0 to 1.\n")),
            ], null, new Dictionary<string, string> { ["org.opencontainers.image.title"] = "Fraud score", ["org.opencontainers.image.url"] = "https://wiki.northlane.example/fraud-score" }));
        yield return new("ml", "filters/redact", ["0.3.0"], () => OciArtifacts.Artifact("application/vnd.wasm.config.v0+json", [("redact.wasm", MediaTypes.Wasm, DemoBases.Filler("", 180_000, "redact").Value)]));
        yield return new("ml", "datasets/chargebacks", ["2026-10"], () => OciArtifacts.Artifact("application/vnd.northlane.dataset.v1",
            [("chargebacks.csv", "text/csv", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(1, 4000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{i * 37 % 991}.00,EUR")))))]));
        yield return new("ml", "scorer", ["2.0.0", "latest"], () => OciArtifacts.Index(App("node", "scorer", "2.0.0", 8)));
    }

    BuiltArtifact Attested(IReadOnlyList<BuiltArtifact> images) => OciArtifacts.AttestedIndex(images, now);

    IReadOnlyList<BuiltArtifact> App(string below, string name, string version, int days) => [.. Both.Select(p => App(below, p, name, version, days, 240_000))];

    BuiltArtifact App(string below, string platform, string name, string version, int days, int bytes) =>
        new OciImageBuilder(now.AddDays(-days)).From(_bases.Of(below, platform))
            .Step("WORKDIR /srv")
            .Layer([DemoBases.Filler("etc/northlane/certs/ca.pem", 4_000, "ca")], "COPY --chown=10001 certs/ /etc/northlane/certs/ # buildkit")
            .Layer([DemoBases.Filler($"srv/{name}", bytes, $"{name} {version} {platform}")], "COPY --from=build /out /srv # buildkit")
            .File("srv/config/production.json", $"{{\"service\":\"{name}\",\"version\":\"{version}\"}}\n")
            .Env("SERVICE_NAME", name)
            .Step("USER 10001").Step("EXPOSE 8080/tcp").Step($"ENTRYPOINT [\"/srv/{name}\"]")
            .WorkingDir("/srv").User("10001").Expose("8080/tcp").Entrypoint($"/srv/{name}").Cmd("--listen", "0.0.0.0:8080").Author("Northlane Engineering")
            .Label("org.opencontainers.image.title", name).Label("org.opencontainers.image.version", version)
            .Annotation("org.opencontainers.image.source", $"https://git.northlane.example/{name}").Annotation("org.opencontainers.image.version", version)
            .Annotation("org.opencontainers.image.licenses", "Apache-2.0").Build();

    Func<BuiltArtifact, IEnumerable<(BuiltArtifact, string?)>> Signed(string name) => image =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return
        [
            (OciArtifacts.CosignSignature(image, name, key, asReferrer: false), ArtifactKinds.CosignTagOf(image.Digest, "sig")),
            (OciArtifacts.Sbom(image, [("libc6", "2.41-12", "pkg:deb/debian/libc6@2.41-12"), ("openssl", "3.5.1", "pkg:deb/debian/openssl@3.5.1"), ("Npgsql", "10.0.0", "pkg:nuget/Npgsql@10.0.0")], now), null),
            (OciArtifacts.Artifact(MediaTypes.InToto, [("provenance.json", MediaTypes.InToto, Statement(image, name))], image), null),
        ];
    };

    static byte[] Statement(BuiltArtifact image, string name) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        _type = "https://in-toto.io/Statement/v1",
        subject = new[] { new { name, digest = new { sha256 = image.Digest.Hex } } },
        predicateType = "https://slsa.dev/provenance/v1",
        predicate = new { buildDefinition = new { buildType = "https://northlane.example/pipeline/v1" } },
    });
}
