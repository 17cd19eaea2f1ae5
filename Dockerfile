# Built in one stage, run in another without the SDK, as an account that owns nothing.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# Only what restore reads: a change of code does not fetch the packages again.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build/ build/
COPY src/Portal.Kernel/*.csproj src/Portal.Kernel/packages.lock.json src/Portal.Kernel/
COPY src/Portal.Registry/*.csproj src/Portal.Registry/packages.lock.json src/Portal.Registry/
COPY src/Portal/*.csproj src/Portal/packages.lock.json src/Portal/
COPY src/Portal.Gateway/*.csproj src/Portal.Gateway/packages.lock.json src/Portal.Gateway/
COPY src/Portal.Web/*.csproj src/Portal.Web/packages.lock.json src/Portal.Web/
COPY src/Portal.Data.PostgreSql/*.csproj src/Portal.Data.PostgreSql/packages.lock.json src/Portal.Data.PostgreSql/
COPY src/Portal.Data.SqlServer/*.csproj src/Portal.Data.SqlServer/packages.lock.json src/Portal.Data.SqlServer/
COPY src/Portal.Server/*.csproj src/Portal.Server/packages.lock.json src/Portal.Server/
RUN dotnet restore src/Portal.Server/Portal.Server.csproj --locked-mode

COPY src/ src/
RUN dotnet publish src/Portal.Server/Portal.Server.csproj -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS final
# For signing in with a directory.
RUN apt-get update -q && apt-get install -q -y --no-install-recommends libldap2 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app ./

ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080

# The account that the base image brings.
USER $APP_UID

# The image has no curl: the server asks itself.
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
    CMD ["dotnet", "Portal.Server.dll", "--health", "http://127.0.0.1:8080/healthz"]

ENTRYPOINT ["dotnet", "Portal.Server.dll"]
