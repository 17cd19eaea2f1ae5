using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Data;

namespace Portal.Projects;

/// <summary>Gives the robots there are the prefix that is set, at start: robots always show and take the present one.</summary>
public sealed class RobotLogins(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed, IOptions<AccessOptions> options, ILogger<RobotLogins> log)
{
    const int BatchSize = 500;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var prefix = options.Value.RobotNamePrefix;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        while (true)
        {
            var wrong = await db.Robots.Select(r => new { Robot = r, Wanted = prefix + (r.ProjectId == null ? r.Name : db.Projects.Where(p => p.Id == r.ProjectId).Select(p => p.Name).FirstOrDefault() + "+" + r.Name) })
                .Where(r => r.Robot.Login != r.Wanted).OrderBy(r => r.Robot.Id).Take(BatchSize).ToListAsync(cancellation);
            if (wrong.Count == 0) return;
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            foreach (var row in wrong) row.Robot.Login = row.Wanted;
            await db.SaveChangesAsync(cancellation);
            await feed.AnnounceAsync(db, cancellation, [.. wrong.Select(r => AccessTopics.OfSubject(SubjectKind.Robot, r.Robot.Id))]);
            await transaction.CommitAsync(cancellation);
            log.LogInformation("{Count} robots have the prefix {Prefix} now", wrong.Count, prefix);
        }
    }
}
