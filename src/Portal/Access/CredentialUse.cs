using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Data;

namespace Portal.Access;

/// <summary>When and from where access tokens and robot secrets were last used: noted in memory, written in batches every few seconds.</summary>
public sealed class CredentialUse(IDbContextFactory<PortalDbContext> contexts, TimeProvider time, ILogger<CredentialUse> log) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<int, Use> _tokens = new();
    readonly ConcurrentDictionary<int, Use> _secrets = new();

    internal void OfToken(int id, Caller caller) => _tokens[id] = new(time.GetUtcNow(), caller.Address, caller.Client);

    internal void OfSecret(int id, Caller caller) => _secrets[id] = new(time.GetUtcNow(), caller.Address, caller.Client);

    /// <summary>Writes what was noted since the last time.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        var (tokens, secrets) = (Take(_tokens), Take(_secrets));
        if (tokens.Count == 0 && secrets.Count == 0) return;
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            await WriteAsync(db, tokens, secrets, cancellation);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or DbUpdateException)
        {
            // A row that vanished meanwhile is not found the next time; a database that is away is tried again.
            log.LogWarning(e, "The last use of {Count} credentials waits for the database", tokens.Count + secrets.Count);
            foreach (var (id, use) in tokens) _tokens.TryAdd(id, use);
            foreach (var (id, use) in secrets) _secrets.TryAdd(id, use);
        }
    }

    static async Task WriteAsync(PortalDbContext db, Dictionary<int, Use> tokens, Dictionary<int, Use> secrets, CancellationToken cancellation)
    {
        var tokenIds = tokens.Keys.ToList();
        foreach (var token in await db.AccessTokens.Where(t => tokenIds.Contains(t.Id)).ToListAsync(cancellation))
            (token.LastUsedAt, token.LastUsedFrom, token.LastUsedBy) = (tokens[token.Id].At, Cut(tokens[token.Id].Address, 64), Cut(tokens[token.Id].Client, 256));
        var secretIds = secrets.Keys.ToList();
        var used = await db.RobotSecrets.Where(s => secretIds.Contains(s.Id)).ToListAsync(cancellation);
        var robotIds = used.Select(s => s.RobotId).Distinct().ToList();
        var robots = await db.Robots.Where(r => robotIds.Contains(r.Id)).ToDictionaryAsync(r => r.Id, cancellation);
        foreach (var secret in used)
        {
            var use = secrets[secret.Id];
            (secret.LastUsedAt, secret.LastUsedFrom) = (use.At, Cut(use.Address, 64));
            if (robots.TryGetValue(secret.RobotId, out var robot) && (robot.LastUsedAt is null || robot.LastUsedAt < use.At)) robot.LastUsedAt = use.At;
        }
        await db.SaveChangesAsync(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await FlushAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what was noted is still written below.
        }
        await FlushAsync(CancellationToken.None);
    }

    static Dictionary<int, Use> Take(ConcurrentDictionary<int, Use> noted)
    {
        var taken = new Dictionary<int, Use>();
        foreach (var id in noted.Keys)
            if (noted.TryRemove(id, out var use)) taken[id] = use;
        return taken;
    }

    static string Cut(string text, int length) => text.Length <= length ? text : text[..length];

    /// <summary>How a caller's credential is named for a personal access token.</summary>
    internal static string NameOfToken(int id) => string.Create(CultureInfo.InvariantCulture, $"token/{id}");

    /// <summary>The same for a robot's secret.</summary>
    internal static string NameOfSecret(int id) => string.Create(CultureInfo.InvariantCulture, $"secret/{id}");

    readonly record struct Use(DateTimeOffset At, string Address, string Client);
}
