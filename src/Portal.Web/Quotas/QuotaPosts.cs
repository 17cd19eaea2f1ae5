using System.Globalization;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Kernel;
using Portal.Quotas;

namespace Portal.Web.Quotas;

/// <summary>What the forms of quotas ask for, read as people write it.</summary>
public sealed class QuotaPosts(QuotaService quotas, QuotaRequestService requests, AuthSettingsService settings)
{
    public async Task<Result> EditAsync(Caller caller, int project, string storage, bool own, string repository, string tags)
    {
        var (limit, bytes, count) = (QuotaWords.Read(storage, "storage"), QuotaWords.Read(repository, "repository"), QuotaWords.ReadTags(tags, "tags"));
        if (!limit.Ok) return limit.Error;
        if (!own) return await quotas.UpdateAsync(caller, project, new(limit.Value, Inherit: true), default);
        if (!bytes.Ok) return bytes.Error;
        return count.Ok ? await quotas.UpdateAsync(caller, project, new(limit.Value, bytes.Value, count.Value), default) : count.Error;
    }

    public Task<Result<Recount>> RecountAsync(Caller caller, int project) => quotas.RecountAsync(caller, project, default);

    public Task<Result> DecideAsync(Caller caller, int request, bool grant, string answer) => requests.DecideAsync(caller, request, grant, answer, default);

    public async Task<Result<int>> AskAsync(Caller caller, int project, string bytes, string reason)
    {
        var read = QuotaWords.Read(bytes, "bytes");
        return read.Ok ? await requests.AskAsync(caller, project, read.Value, reason, default) : read.Error;
    }

    public async Task<Result> SaveDefaultsAsync(Caller caller, bool enabled, string project, string repository, string tags)
    {
        var (perProject, perRepository, perTags) = (QuotaWords.Read(project, "per-project"), QuotaWords.Read(repository, "per-repository"), QuotaWords.ReadTags(tags, "per-tags"));
        if (!perProject.Ok) return perProject.Error;
        if (!perRepository.Ok) return perRepository.Error;
        if (!perTags.Ok) return perTags.Error;
        return await settings.ChangeAsync(caller, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingKeys.QuotaPerProjectEnable.Name] = enabled ? "true" : "false",
            [SettingKeys.StoragePerProject.Name] = Number(perProject.Value),
            [SettingKeys.StoragePerRepository.Name] = Number(perRepository.Value),
            [SettingKeys.TagsPerRepository.Name] = Number(perTags.Value),
        }, default);
    }

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
