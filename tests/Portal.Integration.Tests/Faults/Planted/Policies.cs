using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;

namespace Portal.Integration.Tests.Faults.Planted;

/// <summary>Asks the real policy, for faults that twist its answers.</summary>
class PolicyBase(IAccessPolicy real) : IAccessPolicy
{
    public virtual ValueTask<PermissionSet> RightsAsync(Caller caller, AccessTarget target, CancellationToken cancellation) => real.RightsAsync(caller, target, cancellation);

    public virtual ValueTask<AccessScope> ScopeAsync(Caller caller, Permission permission, CancellationToken cancellation) => real.ScopeAsync(caller, permission, cancellation);

    public virtual ValueTask<TagScope> TagsAsync(Caller caller, Permission permission, AccessTarget repository, CancellationToken cancellation) => real.TagsAsync(caller, permission, repository, cancellation);

    public virtual ValueTask<IReadOnlyList<string>> PlacesAsync(Caller caller, Permission permission, AccessTarget project, CancellationToken cancellation) => real.PlacesAsync(caller, permission, project, cancellation);
}

/// <summary>Rights are not asked for where requests fit: an endpoint or a page whose author forgot.</summary>
sealed class UncheckedPolicy(IAccessPolicy real, IHttpContextAccessor http, Func<HttpRequest, bool> where) : PolicyBase(real)
{
    public static Action<IServiceCollection> Where(Func<HttpRequest, bool> where) => Plant.Around<IAccessPolicy>((s, real) => new UncheckedPolicy(real, s.GetRequiredService<IHttpContextAccessor>(), where));

    bool Here => http.HttpContext is { } context && where(context.Request);

    public override ValueTask<PermissionSet> RightsAsync(Caller caller, AccessTarget target, CancellationToken cancellation) => Here ? new(PermissionSet.Everything) : base.RightsAsync(caller, target, cancellation);

    public override ValueTask<AccessScope> ScopeAsync(Caller caller, Permission permission, CancellationToken cancellation) => Here ? new(AccessScope.All) : base.ScopeAsync(caller, permission, cancellation);

    public override ValueTask<TagScope> TagsAsync(Caller caller, Permission permission, AccessTarget repository, CancellationToken cancellation) => Here ? new(TagScope.All) : base.TagsAsync(caller, permission, repository, cancellation);
}

/// <summary>Whoever may push may delete as well.</summary>
sealed class PushIsDeletePolicy(IAccessPolicy real) : PolicyBase(real)
{
    static readonly PermissionSet Delete = PermissionSet.Of(Permissions.ArtifactDelete) | PermissionSet.Of(Permissions.TagDelete);

    public override async ValueTask<PermissionSet> RightsAsync(Caller caller, AccessTarget target, CancellationToken cancellation)
    {
        var rights = await base.RightsAsync(caller, target, cancellation);
        return rights.Has(Permissions.RepositoryPush) ? rights | Delete : rights;
    }

    public override ValueTask<TagScope> TagsAsync(Caller caller, Permission permission, AccessTarget repository, CancellationToken cancellation) =>
        base.TagsAsync(caller, Delete.Has(permission) ? Permissions.RepositoryPush : permission, repository, cancellation);
}

/// <summary>A right on some tags is taken for one on all of them, where something is named by digest.</summary>
sealed class AnyTagPolicy(IAccessPolicy real) : PolicyBase(real)
{
    public override async ValueTask<TagScope> TagsAsync(Caller caller, Permission permission, AccessTarget repository, CancellationToken cancellation) =>
        await base.TagsAsync(caller, permission, repository, cancellation) is { Some: true } ? TagScope.All : TagScope.None;
}
