using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
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
        services.AddSingleton(s => new CredentialService(s.GetRequiredService<IDbContextFactory<PortalDbContext>>(), s.GetRequiredService<IPasswordHasher<User>>(),
            s.GetRequiredService<SignInThrottle>(), s.GetRequiredService<AuditLog>(), s.GetRequiredService<IChangeFeed>(), s.GetRequiredService<TimeProvider>()));
        services.AddOptions<FirstRunOptions>().Bind(configuration.GetSection(FirstRunOptions.Section));
        services.AddPortalAuthentication();
        services.AddSingleton<LastAdministratorRule>().AddSingleton<AccountEffects>();
        services.AddSingleton<RoleSeeder>();
        services.AddSingleton<FirstRun>();
        services.AddSingleton<UserService>();
        services.AddSingleton<UserQueries>();
        services.AddSingleton<SessionService>();
        services.AddSingleton<MemberService>();
        services.AddSingleton<EffectiveAccess>();
        services.AddSingleton<AccountDirectory>().AddSingleton<CredentialDirectory>();
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
