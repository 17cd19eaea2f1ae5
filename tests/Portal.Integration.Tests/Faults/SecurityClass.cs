using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Integration.Tests.Faults;

/// <summary>A class of vulnerability and how Portal's tests prove that they would notice it.</summary>
/// <param name="Number">Of the list in <c>docs/operations/security-classes.md</c>.</param>
sealed record SecurityClass(int Number, string Name, params IReadOnlyList<Probe> Probes);

/// <summary>One attack, written once: it throws a <see cref="FlawException"/> when it goes through.</summary>
/// <param name="Name">What is attacked, in a few words; unique.</param>
/// <param name="Run">The attack, with the checks that it is one (what is allowed works).</param>
/// <param name="Faults">Servers on which it must go through.</param>
sealed record Probe(string Name, Func<Target, Task> Run, params IReadOnlyList<Fault> Faults)
{
    /// <summary>What the server needs for the attack, with or without a fault; null when the shared server will do.</summary>
    public Action<WebApplicationBuilder>? Prepare { get; init; }

    /// <summary>True to have the server for itself: the attack moves the clock far, or counts what there is.</summary>
    public bool Alone { get; init; }

    /// <summary>True to begin with an empty database.</summary>
    public bool Fresh { get; init; }
}

/// <summary>A mistake that somebody could make, put into a server that is otherwise the real one.</summary>
/// <param name="Name">The mistake; unique within its probe.</param>
/// <param name="Finding">Part of what the probe must say, so that it fails for the right reason.</param>
/// <param name="Plant">Puts it in when everything else is registered.</param>
sealed record Fault(string Name, string Finding, Action<IServiceCollection> Plant);
