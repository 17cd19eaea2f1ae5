using Microsoft.Extensions.Options;

namespace Portal.Jobs;

/// <summary>How much of the long work a node does, and how long its traces are kept.</summary>
public sealed class JobOptions
{
    public const string Section = "Portal:Jobs";

    /// <summary>Runs at a time on this node in the lane <see cref="JobLane.Prompt"/>; 0 takes none.</summary>
    public int PromptWorkers { get; set; } = 4;
    public int UpkeepWorkers { get; set; } = 2;
    public int TransferWorkers { get; set; } = 4;
    public int BulkWorkers { get; set; } = 2;

    /// <summary>After how many seconds without a sign of a node its runs are taken over, 3 to 300.</summary>
    public int LeaseSeconds { get; set; } = 15;

    /// <summary>Seconds from a failed attempt to the second one, 1 to 3600; each further one waits twice as long, an hour at most.</summary>
    public int RetrySeconds { get; set; } = 10;

    /// <summary>Days that ended runs are kept, 1 to 3650; the newest of each owner stays.</summary>
    public int KeptDays { get; set; } = 90;

    /// <summary>What the node is called on pages; the machine's name when empty.</summary>
    public string NodeName { get; set; } = "";

    internal int Workers(JobLane lane) => lane switch
    {
        JobLane.Prompt => PromptWorkers,
        JobLane.Upkeep => UpkeepWorkers,
        JobLane.Transfer => TransferWorkers,
        _ => BulkWorkers,
    };
}

sealed class JobOptionsValidation : IValidateOptions<JobOptions>
{
    const int MaxWorkers = 64;

    public ValidateOptionsResult Validate(string? name, JobOptions options)
    {
        foreach (var lane in Enum.GetValues<JobLane>())
            if (options.Workers(lane) is < 0 or > MaxWorkers) return Fail($"{lane}Workers is 0 to {MaxWorkers}.");
        if (options.LeaseSeconds is < 3 or > 300) return Fail("LeaseSeconds is 3 to 300.");
        if (options.RetrySeconds is < 1 or > 3600) return Fail("RetrySeconds is 1 to 3600.");
        if (options.KeptDays is < 1 or > 3650) return Fail("KeptDays is 1 to 3650.");
        return options.NodeName.Length > 100 ? Fail("NodeName has at most 100 characters.") : ValidateOptionsResult.Success;
    }

    static ValidateOptionsResult Fail(string text) => ValidateOptionsResult.Fail($"{JobOptions.Section}:{text}");
}
