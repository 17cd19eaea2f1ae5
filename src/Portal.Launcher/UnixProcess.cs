using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Portal.Launcher;

enum UnixSignal
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
}

/// <summary>A process as the kernel knows it: its id alone may have been given to another one since, id and start time may not.</summary>
readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    /// <summary>The identity of a running process; null when there is none with this id or it is a zombie.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            // A process may go between opening and reading (ESRCH): both mean that it is gone.
            return null;
        }

        // proc(5): the name in brackets may hold blanks, so count from the last bracket; field 3 is the state, 22 the start time.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    public bool IsRunning => Of(Pid) == this;
}

/// <summary>The few calls of libc that .NET does not offer.</summary>
static partial class UnixProcess
{
    const int NoSuchProcess = 3;

    public static bool IsRoot => geteuid() == 0;

    /// <summary>Sends the signal; false when the process is gone already.</summary>
    public static bool Signal(int pid, UnixSignal signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 2);
        if (kill(pid, (int)signal) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error, $"kill({pid}, {signal}) failed");
    }

    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (chown(path, user, group) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"chown({path}) failed");
    }

    /// <summary>User and main group of an account of this machine; null when there is none of that name.</summary>
    public static (uint User, uint Group)? Account(string name)
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var parts = line.Split(':');
            if (parts.Length >= 4 && parts[0] == name)
                return (uint.Parse(parts[2], CultureInfo.InvariantCulture), uint.Parse(parts[3], CultureInfo.InvariantCulture));
        }

        return null;
    }

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int chown(string path, uint user, uint group);
}
