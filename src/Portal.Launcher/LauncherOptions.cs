using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Portal.Kernel;

namespace Portal.Launcher;

/// <summary>What the command line asks for. Paths are absolute, the address is ready to bind.</summary>
sealed record LauncherOptions
{
    public const int DefaultPort = 8080;

    /// <summary>A Unix socket address holds 107 bytes; the registry's is the folder plus <c>/run/registry/http.sock</c>.</summary>
    public const int MaxDataPathBytes = 80;

    public const string HelpText = """
        Portal.Launcher starts PostgreSQL and docker-registry of its own and Portal in front of them.

          --data DIR      folder for the database, the images, secrets and logs (default ./data)
          --port N        port of Portal, 1 to 65535 (default 8080)
          --listen ADDR   IP address Portal listens on (default 127.0.0.1; 0.0.0.0 for every interface)
          --demo          fill in projects, users and images to look at
          --help          show this text

        PORTAL_ADMIN_PASSWORD, when set at the first start, is the password of the user admin.
        """;

    public required string DataFolder { get; init; }
    public int Port { get; init; } = DefaultPort;
    public IPAddress Listen { get; init; } = IPAddress.Loopback;
    public bool Demo { get; init; }
    public bool Help { get; init; }

    /// <summary>The address for <c>urls</c>, with brackets round IPv6.</summary>
    public string ListenUrl => Url(Listen);

    /// <summary>An address that a browser on this machine can open.</summary>
    public string BrowserUrl => Url(
        Listen.Equals(IPAddress.Any) ? IPAddress.Loopback : Listen.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : Listen);

    /// <summary>Reads the arguments; the error names the option and what it takes.</summary>
    public static Result<LauncherOptions> Parse(IReadOnlyList<string> args, string currentDirectory)
    {
        var options = new LauncherOptions { DataFolder = Path.Combine(currentDirectory, "data") };
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = Split(args[i]);
            if (name is "--demo" or "--help" or "-h")
            {
                if (value is not null)
                    return Refuse($"{name} takes no value.");
                options = name == "--demo" ? options with { Demo = true } : options with { Help = true };
                continue;
            }

            if (name is not ("--data" or "--port" or "--listen"))
                return Refuse($"Unknown option '{args[i]}'.");
            value ??= i + 1 < args.Count ? args[++i] : null;
            if (string.IsNullOrWhiteSpace(value))
                return Refuse($"{name} needs a value.");

            var next = name switch
            {
                "--data" => WithData(options, value, currentDirectory),
                "--port" => WithPort(options, value),
                _ => WithListen(options, value),
            };
            if (!next.Ok)
                return next;
            options = next.Value;
        }

        return options;
    }

    static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    static Result<LauncherOptions> WithData(LauncherOptions options, string value, string currentDirectory)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(value, currentDirectory));
        var bytes = Encoding.UTF8.GetByteCount(path);
        return bytes > MaxDataPathBytes
            ? Refuse($"--data: the full path has {bytes} bytes; at most {MaxDataPathBytes} are possible, because sockets are kept below it.")
            : options with { DataFolder = path };
    }

    static Result<LauncherOptions> WithPort(LauncherOptions options, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? options with { Port = port }
            : Refuse($"--port: '{value}' is not a number from 1 to 65535.");

    static Result<LauncherOptions> WithListen(LauncherOptions options, string value)
    {
        if (value == "localhost")
            return options with { Listen = IPAddress.Loopback };
        return IPAddress.TryParse(value.Trim('[', ']'), out var address)
            ? options with { Listen = address }
            : Refuse($"--listen: '{value}' is not an IP address such as 127.0.0.1, 0.0.0.0 or ::1.");
    }

    static Error Refuse(string message) => Error.Invalid("option", message);

    string Url(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? string.Create(CultureInfo.InvariantCulture, $"http://[{address}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"http://{address}:{Port}");
}
