using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace ScaiDrive.Store;

/// <summary>The migrations of one room: the resources <c>Migrations/NNNN_what_it_does.sql</c> of its assembly, in order
/// of their names.</summary>
/// <param name="Room">Short name kept beside every applied migration; never changes.</param>
/// <param name="Assembly">Where the scripts are embedded.</param>
public sealed record MigrationSet(string Room, Assembly Assembly)
{
    private const string Folder = "Migrations/";

    /// <summary>The scripts in the order they must be applied.</summary>
    internal IReadOnlyList<Migration> Read() =>
        [.. Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(Assembly.GetManifestResourceStream(name)!);
                var sql = reader.ReadToEnd();
                var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
                return new Migration(Room, Path.GetFileNameWithoutExtension(name[Folder.Length..]), sql, checksum);
            })];
}

/// <summary>One script.</summary>
internal sealed record Migration(string Room, string Name, string Sql, string Checksum);
