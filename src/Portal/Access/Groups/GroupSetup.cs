using Microsoft.Extensions.DependencyInjection;
using Portal.Access.Ldap;
using Portal.Access.Settings;

namespace Portal.Access.Groups;

static class GroupSetup
{
    /// <summary>Groups, mapping rules, the sign-in settings and the directory.</summary>
    public static IServiceCollection AddGroupsAndDirectory(this IServiceCollection services) => services
        .AddSingleton<AuthSettingsStore>()
        .AddSingleton<AuthSettingsService>()
        .AddSingleton<GroupGrants>()
        .AddSingleton<GroupSync>()
        .AddSingleton<ExternalAccounts>()
        .AddSingleton<LdapDirectory>()
        .AddSingleton<LdapSignIn>()
        .AddSingleton<LdapAdministration>()
        .AddSingleton<GroupChanges>()
        .AddSingleton<GroupQueries>()
        .AddSingleton<GroupService>()
        .AddSingleton<MappingRuleService>();
}
