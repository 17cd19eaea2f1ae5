using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;

namespace Portal.Web.Projects;

/// <summary>What an access page shows: one of rights, holders, people who may be meant, or why there is no answer.</summary>
public sealed record AccessAnswer(bool InProject, EffectiveRights? Rights = null, Holders? Holders = null, IReadOnlyList<SubjectName>? Found = null, Error? Error = null);

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
        var target = await question.TargetAsync(inside, name => projects.FindAsync(name, cancellation).AsTask());
        if (!target.Ok) return new(inside is not null, Error: target.Error);
        var inProject = target.Value.ProjectId is not null;
        if (question.Who)
        {
            if (question.Right is not { } right) return new(inProject);
            var holders = await access.HoldersAsync(caller, right, target.Value, page, cancellation);
            return new(inProject, Holders: holders.Ok ? holders.Value : null, Error: holders.Error);
        }
        if (question.Subject.Length == 0) return new(inProject);
        if (await subjects.FindAsync(question.Subject, cancellation) is not { } subject)
        {
            var found = await subjects.SearchAsync(caller, SubjectName.Read(question.Subject).Name, MaxFound, inside?.Id, cancellation);
            return new(inProject, Found: found.Ok ? found.Value : null, Error: found.Error);
        }
        var rights = await access.ExplainAsync(caller, subject.Kind, subject.Id, target.Value, cancellation);
        return new(inProject, rights.Ok ? rights.Value : null, Error: rights.Error);
    }
}
