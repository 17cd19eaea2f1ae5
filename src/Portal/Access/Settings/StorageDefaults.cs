using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access.Settings;

/// <summary>The settings of quotas.</summary>
/// <param name="Enabled">False while no limit is enforced.</param>
/// <param name="PerProject">Bytes a new project may hold; -1 for no limit.</param>
/// <param name="PerRepository">Bytes a repository may hold where its project says nothing else; -1 for no limit.</param>
/// <param name="TagsPerRepository">Tags a repository may have where its project says nothing else; -1 for no limit.</param>
public sealed record StorageDefaults(bool Enabled, long PerProject, long PerRepository, int TagsPerRepository)
{
    static readonly string[] Names = [SettingKeys.QuotaPerProjectEnable.Name, SettingKeys.StoragePerProject.Name, SettingKeys.StoragePerRepository.Name, SettingKeys.TagsPerRepository.Name];

    /// <summary>The settings as this context sees them, in one statement.</summary>
    internal static async Task<StorageDefaults> ReadAsync(PortalDbContext db, CancellationToken cancellation)
    {
        var rows = await db.Settings.AsNoTracking().Where(s => Names.Contains(s.Key)).ToDictionaryAsync(s => s.Key, s => s.Value, StringComparer.Ordinal, cancellation);
        return new(rows.GetValueOrDefault(SettingKeys.QuotaPerProjectEnable.Name) != "false", Limit(SettingKeys.StoragePerProject), Limit(SettingKeys.StoragePerRepository), (int)Limit(SettingKeys.TagsPerRepository));

        long Limit(SettingKey key) => long.Parse(rows.GetValueOrDefault(key.Name) ?? key.Default, CultureInfo.InvariantCulture);
    }
}
