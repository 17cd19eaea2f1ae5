using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Portal.Launcher;

/// <summary>Ports for children: chosen once, kept in a file, chosen anew only when another program has taken it meanwhile.</summary>
static class LoopbackPort
{
    public static int Remembered(string file)
    {
        if (File.Exists(file)
            && int.TryParse(File.ReadAllText(file), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var port)
            && port is >= 1024 and <= 65535 && IsFree(IPAddress.Loopback, port))
            return port;

        port = AnyFree();
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"{port}\n"));
        return port;
    }

    public static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }

    static int AnyFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
