var app = Portal.Server.PortalServer.Build(args);
await app.RunAsync();
