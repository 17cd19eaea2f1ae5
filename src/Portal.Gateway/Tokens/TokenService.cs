using System.Globalization;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Gateway.Tokens;

/// <summary>A token as it is handed out.</summary>
sealed record IssuedToken(string Text, DateTimeOffset IssuedAt, int LifetimeSeconds, IReadOnlyList<TokenGrant> Access);

/// <summary>Makes tokens: never more than was asked for, never more than the caller may at this moment.</summary>
sealed class TokenService(TokenKeys keys, ProjectDirectory projects, IAccessPolicy policy, TokenHolders holders, IOptions<GatewayOptions> options, TimeProvider time)
{
    public async Task<Result<IssuedToken>> IssueAsync(Caller caller, IReadOnlyList<string> scopes, CancellationToken cancellation)
    {
        var holder = await holders.FindAsync(caller.Kind, caller.Id, caller.Credential, cancellation);
        if (holder is null) return GatewayErrors.SignIn;
        var access = new List<TokenGrant>();
        foreach (var text in scopes)
            if (Scope.Parse(text) is { } scope)
                access.Add(await GrantAsync(caller, scope, cancellation));
        var now = time.GetUtcNow();
        var end = now.AddMinutes(options.Value.TokenMinutes);
        if (holder.ExpiresAt < end) end = holder.ExpiresAt.Value;
        var claims = new TokenClaims(holder.Name, caller.Kind, caller.Id, holder.Stamp, now, end, Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture), access) { Credential = caller.Credential };
        return new IssuedToken(keys.Tokens.Write(claims), now, (int)(end - now).TotalSeconds, access);
    }

    // what may not be done is left out of the actions: a missing project and a foreign one give the same empty grant
    async Task<TokenGrant> GrantAsync(Caller caller, Scope scope, CancellationToken cancellation)
    {
        if (scope.Type == "registry") return new(scope.Type, scope.Name, caller.IsAnonymous ? ScopeActions.None : scope.Actions, 0);
        var project = RepositoryName.TryParse(scope.Name, out var name) ? await projects.FindAsync(name.Project, cancellation) : null;
        if (project is null) return new(scope.Type, scope.Name, ScopeActions.None, 0);
        var target = project.TargetOf(name.Path);
        var may = scope.Actions & TokenGrant.Of(await policy.RightsAsync(caller, target, cancellation));
        // a right on some tags is enough for a token: which ones is asked at each use
        foreach (var action in (ScopeActions[])[ScopeActions.Pull, ScopeActions.Push, ScopeActions.Delete])
            if (scope.Actions.HasFlag(action) && !may.HasFlag(action) && (await TokenGrant.ReachAsync(policy, caller, action, target, cancellation)).Some) may |= action;
        return new(scope.Type, scope.Name, may, may == ScopeActions.None ? 0 : project.Id);
    }
}
