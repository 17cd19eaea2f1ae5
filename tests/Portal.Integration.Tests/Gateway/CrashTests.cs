using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>Kills the server while people push: what was acknowledged must be there afterwards.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    const int Rounds = 4;
    const int Pushers = 4;

    PostgreSqlProcess _database = null!;
    RegistryProcess _registry = null!;
    ServerProcess _server = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgreSqlProcess.StartAsync();
        _registry = await RegistryProcess.StartAsync();
        _server = await ServerProcess.StartAsync(await _database.CreateDatabaseAsync(), _registry.Url);
        await _server.CreateProjectAsync("crash");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _registry.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Kill_WhilePushing_LosesNothingThatWasAcknowledged()
    {
        var acknowledged = new ConcurrentDictionary<string, BuiltArtifact>();
        var number = 0;
        for (var round = 0; round < Rounds; round++)
        {
            using var handler = RegistryClient.CreateHandler();
            using var stop = new CancellationTokenSource();
            var pushers = Enumerable.Range(0, Pushers).Select(_ => Task.Run(async () =>
            {
                var client = _server.Client(handler);
                while (!stop.IsCancellationRequested)
                {
                    var id = Interlocked.Increment(ref number);
                    var image = GatewayFixture.Image(string.Create(CultureInfo.InvariantCulture, $"crash {id}"));
                    TagName.TryParse(string.Create(CultureInfo.InvariantCulture, $"v{id}"), out var tag);
                    if ((await ImagePusher.PushAsync(client, $"crash/repo{id % 3}", image, [tag])).Ok) acknowledged[$"crash/repo{id % 3}:v{id}"] = image;
                }
            })).ToList();
            // on a busy machine a push takes seconds, and a kill before the first one proves nothing
            var before = acknowledged.Count;
            for (var wait = 0; wait < 600 && acknowledged.Count == before; wait++) await Task.Delay(100);
            await Task.Delay(Random.Shared.Next(500, 2_000));
            await _server.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(pushers);
            await _server.StartAsync();
        }
        Assert.NotEmpty(acknowledged);
        using var connections = RegistryClient.CreateHandler();
        var reader = _server.Client(connections);
        foreach (var (name, image) in acknowledged)
        {
            var parts = name.Split(':');
            TagName.TryParse(parts[1], out var tag);
            var manifest = await reader.GetManifestAsync(parts[0], tag);
            Assert.True(manifest.Ok, $"{name}: {manifest.Error}");
            Assert.Equal(image.Digest, manifest.Value.Digest);
            foreach (var blob in image.Blobs) Assert.Equal(blob.Bytes(), (await reader.GetBlobAsync(parts[0], blob.Digest, 1 << 20)).Value);
        }
        await WaitUntilReconciledAsync();
    }

    /// <summary>Intents of pushes that were cut off are gone a moment after a start: indexed or dropped.</summary>
    async Task WaitUntilReconciledAsync()
    {
        await using var connection = new NpgsqlConnection(_server.Connection);
        await connection.OpenAsync();
        await using var count = new NpgsqlCommand("SELECT count(*) FROM artifacts.push_intent", connection);
        var open = -1L;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(90) && (open = (long)(await count.ExecuteScalarAsync())!) > 0; await Task.Delay(500)) { }
        Assert.Equal(0, open);
    }
}
