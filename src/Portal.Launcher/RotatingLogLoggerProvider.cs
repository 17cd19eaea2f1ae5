using System.Globalization;

namespace Portal.Launcher;

/// <summary>Writes the server's log lines to a <see cref="RotatingLog"/>, one line an entry and the exception below it.</summary>
sealed class RotatingLogLoggerProvider(RotatingLog log) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new FileLogger(log, categoryName);

    // The log belongs to the host, which still writes to it while the server is being disposed of.
    public void Dispose()
    {
    }

    sealed class FileLogger(RotatingLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Line breaks inside a message would let a caller forge entries.
            var message = formatter(state, exception).ReplaceLineEndings(" ");
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {logLevel} {category}: {message}"));
            if (exception is not null)
                log.WriteLine("    " + exception.ToString().ReplaceLineEndings("\n    "));
        }
    }
}
