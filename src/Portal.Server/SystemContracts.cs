using Portal.Api;

namespace Portal.Server;

[Wire]
sealed class VersionJson
{
    public string Version { get; init; } = "";
}

[Wire]
sealed class HealthJson
{
    [Always] public string Status { get; init; } = "";
    [Always] public IReadOnlyList<ComponentHealthJson> Components { get; init; } = [];
}

[Wire]
sealed class ComponentHealthJson
{
    public string Name { get; init; } = "";
    public string Status { get; init; } = "";
    public string Error { get; init; } = "";
}

/// <summary>What anybody may know of the server.</summary>
[Wire]
class GeneralInfoJson
{
    [Always] public string AuthMode { get; init; } = "db_auth";
    [Always] public bool PrimaryAuthMode { get; init; }
    [Always] public bool SelfRegistration { get; init; }
}

/// <summary>What a signed-in caller knows beside it.</summary>
[Wire]
sealed class FullInfoJson : GeneralInfoJson
{
    public DateTimeOffset CurrentTime { get; init; }
    public string RegistryUrl { get; init; } = "";
    public string ExternalUrl { get; init; } = "";
    public string ProjectCreationRestriction { get; init; } = "everyone";
    [Always] public bool HasCaRoot { get; init; }
    public string HarborVersion { get; init; } = "";
    [Always] public bool ReadOnly { get; init; }
    [Always] public bool NotificationEnable { get; init; }
}

[Wire]
sealed class VolumesJson
{
    public IReadOnlyList<StorageJson> Storage { get; init; } = [];
}

[Wire]
sealed class StorageJson
{
    public long Total { get; init; }
    public long Free { get; init; }
}
