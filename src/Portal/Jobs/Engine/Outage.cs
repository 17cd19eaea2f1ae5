using System.Data.Common;

namespace Portal.Jobs.Engine;

static class Outage
{
    /// <summary>True when the database did not answer or refused, however the exception is wrapped: to be tried again.</summary>
    public static bool Is(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
            if (e is DbException or TimeoutException) return true;
        return false;
    }
}
