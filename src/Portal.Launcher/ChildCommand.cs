using System.Diagnostics;

namespace Portal.Launcher;

/// <summary>How a child is run: program, arguments, and as whom.</summary>
sealed record ChildCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>How a child reads a folder that the Launcher opened for it, see <see cref="OpenFolder"/>.</summary>
    public const string OpenedFolder = "/proc/self/fd/9";

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The account to drop to; null keeps the Launcher's own.</summary>
    public string? RunAs { get; init; }

    /// <summary>
    /// A folder handed over as an open descriptor. An account without the right to pass through the folders above
    /// (a home directory is closed to others) reaches it by <see cref="OpenedFolder"/>, and no folder has to be opened up.
    /// </summary>
    public string? OpenFolder { get; init; }

    /// <summary>What the kernel sends the child when the Launcher dies without a word.</summary>
    public UnixSignal DeathSignal { get; init; } = UnixSignal.Terminate;

    public ProcessStartInfo ToStartInfo()
    {
        var info = new ProcessStartInfo
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var arguments = new List<string>();
        if (OpenFolder is not null)
            arguments.AddRange(["sh", "-c", "exec 9<\"$1\"; shift; exec \"$@\"", "sh", OpenFolder]);

        // A session of its own keeps the terminal's Ctrl+C away from the child: the Launcher stops it when its turn has come.
        arguments.AddRange(["setsid", "setpriv", "--pdeathsig", DeathSignal == UnixSignal.Interrupt ? "INT" : "TERM"]);
        if (RunAs is not null)
            arguments.AddRange(["--reuid", RunAs, "--regid", RunAs, "--init-groups"]);
        arguments.AddRange(["--", Program, .. Arguments]);

        info.FileName = arguments[0];
        foreach (var argument in arguments.Skip(1))
            info.ArgumentList.Add(argument);

        // Only what a child needs: the Launcher's environment may hold the administrator's password.
        info.Environment.Clear();
        info.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        info.Environment["LANG"] = "C.UTF-8";
        foreach (var (key, value) in Environment)
            info.Environment[key] = value;
        return info;
    }
}
