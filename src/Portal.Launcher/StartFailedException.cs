namespace Portal.Launcher;

/// <summary>The Launcher cannot go on; the message is the one sentence the operator reads.</summary>
sealed class StartFailedException : Exception
{
    public StartFailedException(string message) : base(message)
    {
    }

    public StartFailedException(string message, Exception inner) : base(message, inner)
    {
    }
}
