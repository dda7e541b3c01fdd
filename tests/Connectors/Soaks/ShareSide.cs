using System.Text;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>People who work in ScaiDrive, by paths as the source has them.</summary>
internal sealed class ShareSide(Mirror mirror)
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    private string ShareId => mirror.Connector.TargetShareId;

    /// <summary>A new file, or the next version of the one that is there.</summary>
    internal async Task WriteAsync(string path, string text)
    {
        var content = await mirror.StoreAsync(text);
        var existing = (await mirror.FilesAsync()).GetValueOrDefault(path);
        await mirror.InShareAsync(async drive =>
        {
            if (existing is not null)
            {
                await drive.AddVersionAsync(existing.Id, content, "text/plain", TimeProvider.System.GetUtcNow(), Stop);
                return;
            }

            var folder = await FolderOfAsync(drive, path);
            await drive.CreateFileAsync(new NewFile(ShareId, folder?.Id, SourcePath.NameOf(path), content, "text/plain", TimeProvider.System.GetUtcNow()), Stop);
        });
    }

    internal async Task MoveAsync(string from, string to)
    {
        var file = (await mirror.FilesAsync())[from];
        await mirror.InShareAsync(async drive => await drive.MoveFileAsync(file.Id, (await FolderOfAsync(drive, to))?.Id, SourcePath.NameOf(to), Stop));
    }

    internal async Task DeleteAsync(string path)
    {
        var file = (await mirror.FilesAsync())[path];
        await mirror.InShareAsync(drive => drive.DeleteFileAsync(file.Id, permanent: false, Stop));
    }

    internal Task MakeFolderAsync(string path) => mirror.InShareAsync(drive => drive.EnsureFolderAsync(ShareId, At(path), Stop));

    internal Task MoveFolderAsync(string from, string to) => mirror.InShareAsync(async drive =>
    {
        var folder = await drive.EnsureFolderAsync(ShareId, At(from), Stop);
        await drive.MoveFolderAsync(folder!.Id, (await FolderOfAsync(drive, to))?.Id, SourcePath.NameOf(to), Stop);
    });

    internal Task DeleteFolderAsync(string path) => mirror.InShareAsync(async drive =>
    {
        var folder = await drive.EnsureFolderAsync(ShareId, At(path), Stop);
        await drive.DeleteFolderAsync(folder!.Id, permanent: false, Stop);
    });

    /// <summary>Hashes of everything that ScaiDrive can still give out for this share: files, older versions, and the trash.</summary>
    internal async Task<HashSet<string>> KeptContentsAsync()
    {
        await using var command = mirror.Fixture.Database.DataSource.CreateCommand("""
            SELECT DISTINCT v.content_hash
            FROM file_versions v JOIN items i ON i.tenant_id = v.tenant_id AND i.id = v.file_id
            WHERE i.tenant_id = $1 AND i.share_id = $2
            """);
        command.Parameters.Add(new() { Value = mirror.Connector.TenantId });
        command.Parameters.Add(new() { Value = ShareId });
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            hashes.Add(reader.GetString(0));
        return hashes;
    }

    internal static string HashOf(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private Task<DriveFolder?> FolderOfAsync(DriveWriter drive, string path) => drive.EnsureFolderAsync(ShareId, At(SourcePath.DirectoryOf(path)), Stop);

    private static string At(string path) => $"/in/here/{path}".TrimEnd('/');
}
