using System.Net;
using Microsoft.Extensions.Options;

namespace Portal.Access.Federation;

/// <summary>Bounds of tokens from outside, and where their issuers may be.</summary>
public sealed class FederationOptions
{
    public const string Section = "Portal:Federation";

    /// <summary>Networks inside, such as <c>10.20.0.0/16</c>, that issuers may be in. Private addresses are refused otherwise.</summary>
    public IList<string> AllowedNetworks { get; set; } = [];

    /// <summary>Lets an issuer on this very machine speak plain http; everything else is https.</summary>
    public bool AllowHttpOnLoopback { get; set; }

    /// <summary>Seconds that two clocks may be apart, 0 to 300.</summary>
    public int SkewSeconds { get; set; } = 60;

    /// <summary>Hours that a workload's token may hold at most, 1 to 168.</summary>
    public int MaxTokenHours { get; set; } = 24;

    /// <summary>Seconds that an issuer has to answer, 1 to 60.</summary>
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>Seconds between two fetches of an issuer's keys because of an unknown key, 5 to 3,600.</summary>
    public int RefetchSeconds { get; set; } = 30;

    internal IEnumerable<string> Problems()
    {
        foreach (var network in AllowedNetworks)
            if (!IPNetwork.TryParse(network, out _)) yield return $"{Section}:AllowedNetworks holds '{network}', which is not a network such as 10.20.0.0/16.";
        if (SkewSeconds is < 0 or > 300) yield return $"{Section}:SkewSeconds is 0 to 300.";
        if (MaxTokenHours is < 1 or > 168) yield return $"{Section}:MaxTokenHours is 1 to 168.";
        if (TimeoutSeconds is < 1 or > 60) yield return $"{Section}:TimeoutSeconds is 1 to 60.";
        if (RefetchSeconds is < 5 or > 3_600) yield return $"{Section}:RefetchSeconds is 5 to 3,600.";
    }
}

sealed class FederationOptionsValidation : IValidateOptions<FederationOptions>
{
    public ValidateOptionsResult Validate(string? name, FederationOptions options) =>
        options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
}
