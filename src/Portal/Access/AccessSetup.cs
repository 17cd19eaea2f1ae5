using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access.Federation;
using Portal.Access.Groups;
using Portal.Access.Oidc;
using Portal.Audit;
using Portal.Data;

namespace Portal.Access;

public static class AccessSetup
{
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccessOptions>().Bind(configuration.GetSection(AccessOptions.Section)).ValidateOnStart();
        services.AddSingleton<Microsoft.Extensions.Options.IValidateOptions<AccessOptions>, AccessOptionsValidation>();
        services.AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        services.AddSingleton<IGrantSource, GrantLoader>();
        services.AddSingleton<IAccessPolicy, AccessPolicy>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton(s => new SignInAttempts(s.GetRequiredService<SignInThrottle>(), s.GetRequiredService<AuditLog>()));
        services.AddSingleton<AccessTokenCredentials>();
        services.AddSingleton<RobotCredentials>();
        services.AddSingleton<MachineCredentials>();
        services.AddSingleton<CredentialUse>();
        services.AddHostedService(s => s.GetRequiredService<CredentialUse>());
        services.AddSingleton<ICredentialSource, AccessTokenSource>();
        services.AddSingleton<ICredentialSource, RobotSecretSource>();
        services.AddSingleton<AccessTokenService>();
        services.AddSingleton<RobotGuard>();
        services.AddSingleton<RobotChanges>();
        services.AddSingleton<RobotService>();
        services.AddSingleton<RobotSecretService>();
        services.AddSingleton<LocalPasswords>();
        services.AddSingleton(s => new CredentialService(s.GetRequiredService<LocalPasswords>(), s.GetRequiredService<SignInAttempts>(), s.GetRequiredService<MachineCredentials>(),
            s.GetRequiredService<Ldap.LdapSignIn>(), s.GetRequiredService<IChangeFeed>(), s.GetRequiredService<TimeProvider>()));
        services.AddOptions<FirstRunOptions>().Bind(configuration.GetSection(FirstRunOptions.Section));
        services.AddPortalAuthentication();
        services.AddSingleton<LastAdministratorRule>().AddSingleton<AccountEffects>();
        services.AddSingleton<RoleSeeder>();
        services.AddSingleton<FirstRun>();
        services.AddSingleton<UserService>();
        services.AddSingleton<UserQueries>();
        services.AddSingleton<SessionService>();
        services.AddSingleton<BindingService>();
        services.AddSingleton<MemberService>();
        services.AddSingleton<RoleService>();
        services.AddSingleton<RoleQueries>();
        services.AddSingleton<SubjectQueries>();
        services.AddSingleton<EffectiveAccess>();
        services.AddSingleton<AccountDirectory>().AddSingleton<CredentialDirectory>();
        services.AddGroupsAndDirectory();
        services.AddFederation(configuration).AddOidc();
        services.AddHostedService<AccessUpkeep>();
        services.AddSingleton(s => new AccessStart(s.GetRequiredService<RoleSeeder>(), s.GetRequiredService<FirstRun>()));
        return services;
    }
}

sealed class AccessOptionsValidation : Microsoft.Extensions.Options.IValidateOptions<AccessOptions>
{
    public Microsoft.Extensions.Options.ValidateOptionsResult Validate(string? name, AccessOptions options) =>
        options.Problems().ToList() is { Count: > 0 } problems ? Microsoft.Extensions.Options.ValidateOptionsResult.Fail(problems) : Microsoft.Extensions.Options.ValidateOptionsResult.Success;
}
