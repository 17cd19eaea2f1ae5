using Portal.Access;

namespace Portal.Launcher.Demo;

/// <summary>Somebody of the demonstration and their roles, by project.</summary>
sealed record DemoPerson(string Name, string DisplayName, params (string Project, BuiltInRole Role)[] Roles);

/// <summary>A project of the demonstration. The owner creates it and is its admin; the pusher fills it.</summary>
sealed record DemoProject(string Name, bool Public, string Description, string Owner, string Pusher);

/// <summary>Who works on what.</summary>
static class DemoPeople
{
    public const string Robot = "release-bot";

    public static IReadOnlyList<DemoProject> Projects { get; } =
    [
        new("payments", false, "Card payments, ledger and settlement. Ask #payments before deleting a release.", "ines.okafor", Robot),
        new("web", true, "The storefront and what serves it.", "tomas.lind", "tomas.lind"),
        new("platform", true, "Base images and tools that every team builds on.", "ines.okafor", "mara.weiss"),
        new("library", true, "Copies of public images, and our Helm charts.", "mara.weiss", "mara.weiss"),
        new("ml", false, "Models, the data they were trained on, and what serves them.", "yuki.tanaka", "yuki.tanaka"),
        new("sandbox", false, "Try things here. Nothing has been pushed yet.", "tomas.lind", "tomas.lind"),
    ];

    public static IReadOnlyList<DemoPerson> People { get; } =
    [
        new("ines.okafor", "Ines Okafor", ("web", BuiltInRoles.Maintainer), ("library", BuiltInRoles.Developer)),
        new("tomas.lind", "Tomas Lind", ("payments", BuiltInRoles.Developer), ("platform", BuiltInRoles.Guest)),
        new("mara.weiss", "Mara Weiss", ("platform", BuiltInRoles.Maintainer), ("payments", BuiltInRoles.Guest)),
        new("yuki.tanaka", "Yuki Tanaka", ("platform", BuiltInRoles.Developer), ("web", BuiltInRoles.Guest)),
        new("sam.baptiste", "Sam Baptiste", ("payments", BuiltInRoles.Maintainer), ("ml", BuiltInRoles.LimitedGuest)),
        new(Robot, "Release pipeline", ("payments", BuiltInRoles.Developer)),
    ];
}
