namespace ScaiDrive.Store.Embedded;

/// <summary>The PostgreSQL programs of this machine.</summary>
/// <param name="BinDirectory">Holds <c>initdb</c>, <c>postgres</c> and <c>pg_ctl</c>.</param>
/// <param name="MajorVersion">Such as 15.</param>
public sealed record PostgresInstallation(string BinDirectory, int MajorVersion)
{
    /// <summary>The oldest version whose SQL the product uses.</summary>
    public const int OldestVersion = 15;

    private const string DebianRoot = "/usr/lib/postgresql";

    /// <summary>The installed servers of version 15 or newer, newest first; empty when there is none.</summary>
    public static IReadOnlyList<PostgresInstallation> FindAll() =>
        Directory.Exists(DebianRoot)
            ? [.. Directory.EnumerateDirectories(DebianRoot)
                .Where(path => File.Exists(Path.Combine(path, "bin", "initdb")) && File.Exists(Path.Combine(path, "bin", "postgres")))
                .Select(path => int.TryParse(Path.GetFileName(path), out var version) ? new PostgresInstallation(Path.Combine(path, "bin"), version) : null)
                .OfType<PostgresInstallation>()
                .Where(found => found.MajorVersion >= OldestVersion)
                .OrderByDescending(found => found.MajorVersion)]
            : [];

    internal string Program(string name) => Path.Combine(BinDirectory, name);
}
