using Portal.Server;

if (args is [HealthProbe.Option, ..])
    return await HealthProbe.RunAsync(args.ElementAtOrDefault(1), Console.Error);

await using var app = PortalServer.Build(args);
await app.RunAsync();
return 0;
