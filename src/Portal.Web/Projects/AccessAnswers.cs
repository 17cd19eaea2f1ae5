using Portal.Access;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Web.Projects;

/// <summary>What an access page shows: one of rights, holders, people who may be meant, or why there is no answer.</summary>
public sealed record AccessAnswer(bool InProject, EffectiveRights? Rights = null, Holders? Holders = null, IReadOnlyList<SubjectName>? Found = null, Error? Error = null)
{
    /// <summary>The project that the question is about; null for the system, and when there is no such project.</summary>
    public ProjectEntry? Project { get; init; }
}

/// <summary>Answers the question in the address of an access page.</summary>
public sealed class AccessAnswers(EffectiveAccess access, SubjectQueries subjects, ProjectDirectory projects)
{
    const int MaxFound = 10;

    /// <param name="caller">Who asks; the service checks what they may know.</param>
    /// <param name="question">What they ask.</param>
    /// <param name="inside">The project whose page it is; null in the administration.</param>
    /// <param name="page">The page of holders.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<AccessAnswer> AnswerAsync(Caller caller, AccessQuestion question, ProjectEntry? inside, PageRequest page, CancellationToken cancellation)
    {
        ProjectEntry? found = inside;
        var target = await question.TargetAsync(inside, async name => found = await projects.FindAsync(name, cancellation));
        if (!target.Ok) return new(inside is not null, Error: target.Error);
        return await AnswerAsync(caller, question, target.Value, page, cancellation) with { Project = target.Value.ProjectId is null ? null : found };
    }

    async Task<AccessAnswer> AnswerAsync(Caller caller, AccessQuestion question, AccessTarget target, PageRequest page, CancellationToken cancellation)
    {
        var inProject = target.ProjectId is not null;
        if (question.Who)
        {
            if (question.Right is not { } right) return new(inProject);
            var holders = await access.HoldersAsync(caller, right, target, page, cancellation);
            return new(inProject, Holders: holders.Ok ? holders.Value : null, Error: holders.Error);
        }
        if (question.Subject.Length == 0) return new(inProject);
        if (question.Token is { } token)
        {
            var shown = await access.ExplainTokenAsync(caller, token, target, cancellation);
            return new(inProject, shown.Ok ? shown.Value : null, Error: shown.Error);
        }
        if (await subjects.FindAsync(question.Subject, cancellation) is not { } subject)
        {
            var found = await subjects.SearchAsync(caller, SubjectName.Read(question.Subject).Name, MaxFound, target.ProjectId, cancellation);
            return new(inProject, Found: found.Ok ? found.Value : null, Error: found.Error);
        }
        var rights = await access.ExplainAsync(caller, subject.Kind, subject.Id, target, cancellation);
        return new(inProject, rights.Ok ? rights.Value : null, Error: rights.Error);
    }
}
