using Portal.Launcher;

var parsed = LauncherOptions.Parse(args, Environment.CurrentDirectory);
if (!parsed.Ok)
{
    await Console.Error.WriteLineAsync($"{parsed.Error.Message} (--help shows every option)");
    return LauncherHost.ExitBadOption;
}

if (parsed.Value.Help)
{
    await Console.Out.WriteLineAsync(LauncherOptions.HelpText);
    return 0;
}

using var host = new LauncherHost(parsed.Value, Console.Out, Console.Error);
return await host.RunAsync();
