namespace Portal.Web.Kit;

/// <summary>Element ids for parts that a page does not name; unique in the process, so also in a page.</summary>
static class KitIds
{
    static int _last;

    public static string Next(string prefix) => $"{prefix}-{(uint)Interlocked.Increment(ref _last)}";
}
