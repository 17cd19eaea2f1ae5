using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access.Settings;
using Portal.Artifacts;
using Portal.Data;
using Portal.GarbageCollection;
using Portal.Integration.Tests.Gateway;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.GarbageCollection;

/// <summary>A portal that may read the folder of a real registry, and hands to run collections and to look whether images are whole.</summary>
public sealed class GarbageGround : GatewayFixture
{
    protected override bool ReadsFolder => true;

    internal T Service<T>() where T : notnull => Host.Services.GetRequiredService<T>();

    internal FileRegistryStore Store => (FileRegistryStore)Service<IRegistryStore>();

    internal async Task GraceAsync(int minutes) => Assert.True((await Service<AuthSettingsService>().ChangeAsync(Host.Admin, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [SettingKeys.GarbageGraceMinutes.Name] = minutes.ToString(CultureInfo.InvariantCulture),
    }, default)).Ok);

    /// <summary>A handler over another storage, made of the same parts as the server's.</summary>
    internal GarbageHandler Handler(IRegistryStore? store = null)
    {
        var (contexts, time, used) = (Service<IDbContextFactory<PortalDbContext>>(), Service<TimeProvider>(), store ?? Store);
        return new(new(contexts, new(Service<GarbageMark>(), new(contexts, used), new(contexts, used), used), new(Service<IndexSweep>(), new(contexts, used, time), Service<DeletionEnd>(), Service<UntaggedArtifacts>()), time));
    }

    /// <summary>One collection that comes to its end.</summary>
    internal async Task<(JobOutcome Outcome, GarbageReport Report, string Log)> CollectAsync(GarbageParameters? parameters = null, IRegistryStore? store = null)
    {
        var run = new FakeJobRun((parameters ?? new()).Write());
        var outcome = await Handler(store).RunAsync(run, default);
        return (outcome, JsonSerializer.Deserialize<GarbageReport>(run.Detail(GarbageHandler.ReportTask))!, run.Text);
    }

    /// <summary>Lets the window of a deletion be over, or of all of a project.</summary>
    internal async Task ExpireAsync(int project, long? deletion = null)
    {
        await using var db = await Service<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var past = DateTimeOffset.UtcNow.AddMinutes(-1);
        await db.Deletions.Where(d => d.ProjectId == project && (deletion == null || d.Id == deletion)).ExecuteUpdateAsync(s => s.SetProperty(d => d.ExpiresAt, past));
    }

    /// <summary>Pulls what a reference names with everything below it; null when it is whole, else what is missing.</summary>
    internal static async Task<string?> PullAsync(RegistryClient client, string repository, Reference reference)
    {
        var manifest = await client.GetManifestAsync(repository, reference);
        if (!manifest.Ok) return $"{repository}:{reference}: {manifest.Error}";
        var document = ManifestDocument.Parse(manifest.Value.Bytes, manifest.Value.MediaType).Value;
        foreach (var blob in document.Blobs.Concat(document.Layers).DistinctBy(b => b.Digest))
            if (await client.GetBlobAsync(repository, blob.Digest, 1 << 20) is { Ok: false } lost) return $"{repository}:{reference} blob {blob.Digest}: {lost.Error}";
        foreach (var child in document.Children)
            if (await PullAsync(client, repository, child.Digest) is { } below) return below;
        return null;
    }

    /// <summary>Pushes like a client that begins anew when it is told that content is missing or being cleaned up.</summary>
    internal static async Task<Result> PushAgainAsync(RegistryClient client, string repository, BuiltArtifact image, TagName tag, int attempts = 60)
    {
        for (var attempt = 1; ; attempt++)
        {
            var pushed = await ImagePusher.PushAsync(client, repository, image, [tag]);
            if (pushed.Ok || attempt == attempts) return pushed;
            await Task.Delay(20);
        }
    }

    internal static RepositoryName Name(string text) => RepositoryName.TryParse(text, out var name) ? name : throw new FormatException(text);

    internal static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new FormatException(text);
}
