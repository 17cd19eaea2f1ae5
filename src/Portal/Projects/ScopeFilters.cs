using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;

namespace Portal.Projects;

/// <summary>Lists of projects and repositories by where a right holds: what a list shows is what a decision would allow.</summary>
static class ScopeFilters
{
    /// <summary>The projects on which the right holds.</summary>
    public static IQueryable<Project> Visible(this IQueryable<Project> projects, AccessScope scope)
    {
        if (scope.Everywhere) return projects;
        if (scope.Only is { } only) projects = projects.Where(p => p.Id == only);
        IReadOnlyList<int> ids = [.. scope.Projects, .. scope.SeenProjects];
        var (open, names) = (scope.Public, scope.SeenProjectNames);
        if (names.Count > 0) return projects.Where(p => (open && p.Public) || ids.Contains(p.Id) || names.Any(n => EF.Functions.Like(p.Name, n, Like.Escape)));
        return open ? projects.Where(p => p.Public || ids.Contains(p.Id)) : projects.Where(p => ids.Contains(p.Id));
    }

    /// <summary>The repositories on which the right holds; with <paramref name="whole"/> only those where it holds on everything in them.</summary>
    public static IQueryable<Repository> Visible(this IQueryable<Repository> repositories, AccessScope scope, bool whole = false)
    {
        if (scope.Everywhere) return repositories;
        if (scope.Only is { } only) repositories = repositories.Where(r => r.ProjectId == only);
        var (open, ids) = (scope.Public, scope.Projects);
        IReadOnlyList<string> patterns = whole ? scope.Repositories : [.. scope.Repositories, .. scope.SeenRepositories];
        if (patterns.Count == 0) return open ? repositories.Where(r => r.Project!.Public || ids.Contains(r.ProjectId)) : repositories.Where(r => ids.Contains(r.ProjectId));
        var (any, homes) = (scope.AnyProject, scope.PatternProjects);
        return repositories.Where(r => (open && r.Project!.Public) || ids.Contains(r.ProjectId) || ((any || homes.Contains(r.ProjectId)) && patterns.Any(p =>
            EF.Functions.Like(r.ProjectId + "|" + r.Project!.Name + "|" + (r.Name.Length - r.Name.Replace("/", "").Length) + "|" + r.Name, p, Like.Escape))));
    }
}
