using System.Globalization;

namespace Portal.Launcher;

/// <summary>The folder that holds <c>initdb</c> and <c>postgres</c> of one major version.</summary>
sealed record PostgreSqlBinaries(string Folder)
{
    const string DebianRoot = "/usr/lib/postgresql";

    public string InitDb => Path.Combine(Folder, "initdb");
    public string Server => Path.Combine(Folder, "postgres");

    /// <summary>The version a cluster was made with, or the newest there is for a new one.</summary>
    /// <exception cref="StartFailedException">There is none; the message says what to install.</exception>
    public static PostgreSqlBinaries Find(string? clusterVersion, string debianRoot = DebianRoot)
    {
        var installed = Installed(debianRoot);
        if (clusterVersion is not null)
        {
            return installed.FirstOrDefault(found => found.Version == clusterVersion).Binaries
                ?? throw new StartFailedException($"The database was made by PostgreSQL {clusterVersion}, which is not installed: apt-get install postgresql-{clusterVersion}");
        }

        return installed.OrderByDescending(found => int.Parse(found.Version, CultureInfo.InvariantCulture)).FirstOrDefault().Binaries
            ?? throw new StartFailedException("PostgreSQL is not installed: apt-get install postgresql");
    }

    static IEnumerable<(string Version, PostgreSqlBinaries Binaries)> Installed(string debianRoot)
    {
        if (!Directory.Exists(debianRoot))
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(debianRoot))
        {
            var binaries = new PostgreSqlBinaries(Path.Combine(folder, "bin"));
            var version = Path.GetFileName(folder);
            if (int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _) && File.Exists(binaries.InitDb) && File.Exists(binaries.Server))
                yield return (version, binaries);
        }
    }
}
