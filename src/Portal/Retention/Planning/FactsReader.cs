using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;
using Portal.Projects;
using Portal.Registry.Manifests;
using Portal.Retention.Evaluation;

namespace Portal.Retention.Planning;

/// <summary>
/// Reads what the evaluator needs, repository by repository, with a few wide statements for a thousand repositories each. Memory holds one repository at a time beside what those name.
/// </summary>
sealed class FactsReader(IDbContextFactory<PortalDbContext> contexts, TagMarking marking, IEnumerable<IHoldMarks> holds)
{
    const int Chunk = 1_000;

    const string Main = """
        SELECT a."RepositoryId", a."Id", a."Kind", a."PushedAt", a."LastPulledAt", a."PullCount", a."SubjectDigest", a."Digest", t."Id", t."Name", t."PushedAt", t."LastPulledAt"
        FROM artifacts.artifact AS a LEFT JOIN artifacts.tag AS t ON t."ArtifactId" = a."Id"
        WHERE a."ProjectId" = @project AND a."RepositoryId" >= @from AND a."RepositoryId" <= @to AND a."DeletionId" IS NULL
        ORDER BY a."RepositoryId", a."Id", t."Id"
        """;

    const string Edges = """
        SELECT c."ParentId", c."ChildDigest" FROM artifacts.artifact_child AS c JOIN artifacts.artifact AS a ON a."Id" = c."ParentId"
        WHERE a."ProjectId" = @project AND a."RepositoryId" >= @from AND a."RepositoryId" <= @to AND a."DeletionId" IS NULL
        """;

    readonly IHoldMarks[] _holds = [.. holds];

    /// <summary>The project's repositories that hold anything, by id.</summary>
    /// <param name="only">One of them; null for all.</param>
    public async IAsyncEnumerable<RepositoryFacts> ReadAsync(ProjectEntry project, long? only, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Database.OpenConnectionAsync(cancellation);
        var repositories = await db.Repositories.AsNoTracking().Where(r => r.ProjectId == project.Id && r.DeletionId == null && (only == null || r.Id == only))
            .OrderBy(r => r.Id).Select(r => new { r.Id, r.Name }).ToListAsync(cancellation);
        var marks = await MarksAsync(db, project, cancellation);
        foreach (var chunk in repositories.Chunk(Chunk))
        {
            (string, object)[] range = [("project", project.Id), ("from", chunk[0].Id), ("to", chunk[^1].Id)];
            var edges = await EdgesAsync(db, range, cancellation);
            var names = chunk.ToDictionary(r => r.Id, r => r.Name);
            await using var command = Command(db, Main, range);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            Build? build = null;
            while (await reader.ReadAsync(cancellation))
            {
                var id = reader.GetInt64(0);
                if (build?.Id != id)
                {
                    if (build is not null) yield return build.Finish();
                    // artifacts of a deleted repository are deleted too, and one that came after the list is left for the next run
                    build = names.TryGetValue(id, out var name) ? new(id, name, edges, marks) : null;
                }
                build?.Add(reader);
            }
            if (build is not null) yield return build.Finish();
        }
    }

    async Task<Marks> MarksAsync(PortalDbContext db, ProjectEntry project, CancellationToken cancellation)
    {
        var held = new HoldMarker[_holds.Length];
        for (var i = 0; i < held.Length; i++) held[i] = await _holds[i].OfAsync(project.Id, cancellation);
        var used = new Dictionary<(string, string), string>();
        foreach (var image in await db.ClusterImages.AsNoTracking().Where(i => i.ProjectId == project.Id).OrderBy(i => i.Cluster!.Name).Select(i => new { i.Repository, i.Digest, i.Tag, i.Cluster!.Name }).ToListAsync(cancellation))
        {
            var key = (image.Repository, image.Digest.Length > 0 ? image.Digest : image.Tag);
            if (!used.TryGetValue(key, out var known)) used[key] = image.Name;
            else if (!known.Split(", ").Contains(image.Name)) used[key] = $"{known}, {image.Name}";
        }
        return new(await marking.OfAsync(project.Id, cancellation), held, used);
    }

    static async Task<Dictionary<long, List<string>>> EdgesAsync(PortalDbContext db, (string, object)[] range, CancellationToken cancellation)
    {
        var edges = new Dictionary<long, List<string>>();
        await using var command = Command(db, Edges, range);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!edges.TryGetValue(reader.GetInt64(0), out var children)) edges[reader.GetInt64(0)] = children = [];
            children.Add(reader.GetString(1));
        }
        return edges;
    }

    internal static DbCommand Command(PortalDbContext db, string text, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        return command;
    }

    /// <summary>What holds things in a project.</summary>
    sealed record Marks(TagMarker Immutable, HoldMarker[] Held, Dictionary<(string, string), string> Used)
    {
        public string? Hold(string repository, string tag, string digest)
        {
            foreach (var marker in Held)
                if (marker(repository, tag, digest) is { } why) return why;
            return null;
        }
    }

    /// <summary>One repository while its rows come in.</summary>
    sealed class Build(long id, string name, Dictionary<long, List<string>> edges, Marks marks)
    {
        readonly RepositoryFacts _facts = new() { Id = id, Name = name };
        readonly List<string?> _subjects = [];
        bool _related;

        public long Id => id;

        public void Add(DbDataReader row)
        {
            var artifact = row.GetInt64(1);
            if (_facts.Artifacts.Count == 0 || _facts.Artifacts[^1].Id != artifact)
            {
                var digest = row.GetString(7);
                _subjects.Add(row.IsDBNull(6) ? null : row.GetString(6));
                _related |= _subjects[^1] is not null || edges.ContainsKey(artifact);
                _facts.Artifacts.Add(new()
                {
                    Id = artifact,
                    Digest = digest,
                    Kind = (ArtifactKind)row.GetInt32(2),
                    PushedAt = Time(row, 3),
                    PulledAt = row.IsDBNull(4) ? null : Time(row, 4),
                    PullCount = row.GetInt64(5),
                    InUse = marks.Used.Count > 0 ? marks.Used.GetValueOrDefault((name, digest)) : null,
                    Locked = marks.Hold(name, "", digest),
                });
            }
            if (row.IsDBNull(8)) return;
            var (owner, tag) = (_facts.Artifacts[^1], row.GetString(9));
            if (marks.Used.Count > 0 && marks.Used.TryGetValue((name, tag), out var place)) owner.InUse ??= place;
            _related |= tag.StartsWith("sha256-", StringComparison.Ordinal);
            owner.Tags.Add(new()
            {
                Id = row.GetInt64(8),
                Name = tag,
                PushedAt = Time(row, 10),
                PulledAt = row.IsDBNull(11) ? null : Time(row, 11),
                Immutable = marks.Immutable(name, tag) is { Expirable: false } mark ? mark.Rule : null,
                Locked = marks.Hold(name, tag, owner.Digest),
            });
        }

        public RepositoryFacts Finish()
        {
            if (!_related) return _facts;
            var places = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < _facts.Artifacts.Count; i++) places[_facts.Artifacts[i].Digest] = i;
            for (var i = 0; i < _facts.Artifacts.Count; i++)
            {
                var artifact = _facts.Artifacts[i];
                if (edges.TryGetValue(artifact.Id, out var children)) artifact.Children = [.. children.Where(c => places.ContainsKey(c)).Select(c => places[c]).Distinct()];
                var subject = _subjects[i] ?? artifact.Tags.Select(t => ArtifactKinds.TagScheme(t.Name)?.Subject.Text).FirstOrDefault(s => s is not null);
                if (subject is not null) artifact.Subject = places.TryGetValue(subject, out var at) && at != i ? at : ArtifactFacts.LostSubject;
            }
            return _facts;
        }

        static DateTime Time(DbDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column).UtcDateTime;
    }
}
