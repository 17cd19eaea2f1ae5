using System.Runtime.InteropServices;

namespace Portal.Access.Ldap;

/// <summary>
/// The settings of libldap that the framework does not pass on, or, as the address for StartTLS, too late: limits of connecting and waiting, and whether the
/// server's certificate is checked.
/// libldap copies its global options into a connection when that is made, so they are set right before, one connection at a time.
/// </summary>
static class LdapNative
{
    const int Address = 0x5006, RequireCertificate = 0x6006, Timeout = 0x5002, NetworkTimeout = 0x5005;
    const int Never = 0, Demand = 2;

    static readonly Lock Gate = new();
    static readonly Lazy<SetOption> Set = new(() =>
    {
        foreach (var name in (string[])["libldap.so.2", "libldap-2.5.so.0", "libldap-2.6.so.0", "libldap-2.4.so.2"])
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "ldap_set_option", out var function))
                return Marshal.GetDelegateForFunctionPointer<SetOption>(function);
        throw new DllNotFoundException("libldap is not installed; install the Debian package libldap-2.5-0.");
    });

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int SetOption(IntPtr connection, int option, IntPtr value);

    /// <summary>Makes a connection that has these settings.</summary>
    public static T Create<T>(LdapAddress address, bool verifyCertificate, TimeSpan limit, Func<T> make)
    {
        if (OperatingSystem.IsWindows()) return make(); // there the connection itself has both
        lock (Gate)
        {
            var value = Marshal.AllocHGlobal(2 * IntPtr.Size);
            var uri = Marshal.StringToCoTaskMemUTF8(address.ToString());
            try
            {
                Apply(Address, uri);
                Marshal.WriteInt32(value, verifyCertificate ? Demand : Never);
                Apply(RequireCertificate, value);
                Marshal.WriteIntPtr(value, new IntPtr((long)Math.Max(1, limit.TotalSeconds)));
                Marshal.WriteIntPtr(value, IntPtr.Size, IntPtr.Zero);
                Apply(Timeout, value);
                Apply(NetworkTimeout, value);
                return make();
            }
            finally
            {
                Marshal.FreeHGlobal(value);
                Marshal.FreeCoTaskMem(uri);
            }
        }
    }

    static void Apply(int option, IntPtr value)
    {
        if (Set.Value(IntPtr.Zero, option, value) is not 0 and var code) throw new InvalidOperationException($"libldap refused option {option:x} with {code}.");
    }
}
