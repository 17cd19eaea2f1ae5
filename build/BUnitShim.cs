using System.Runtime.CompilerServices;
using System.Runtime.Loader;

static class BUnitShim
{
    [ModuleInitializer]
    internal static void Init() => AssemblyLoadContext.Default.Resolving += static (context, name) =>
        name.Name == "AngleSharp.Diffing"
            ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "AngleSharp.Diffing.dll"))
            : null;
}
