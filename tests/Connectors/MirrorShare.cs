using System.Text;
using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Tests;

/// <summary>What people do in the share below the target path, by paths of the source; and what was made of it.</summary>
internal sealed partial class Mirror
{
    private const string TargetPath = "/in/here";

    internal async Task WriteInShareAsync(string path, string text, DateTimeOffset? modifiedAt = null)
    {
        var content = await StoreAsync(text);
        var at = modifiedAt ?? TimeProvider.System.GetUtcNow();
        await InShareAsync(async drive =>
        {
            if (await fixture.Drive.FindFileByPathAsync(connector.TenantId, connector.TargetShareId, Target(path), Stop) is { } file)
            {
                await drive.AddVersionAsync(file.Id, content, "text/plain", at, Stop);
                return;
            }

            var folder = await drive.EnsureFolderAsync(connector.TargetShareId, Target(SourcePath.DirectoryOf(path)), Stop);
            await drive.CreateFileAsync(new NewFile(connector.TargetShareId, folder!.Id, SourcePath.NameOf(path), content, "text/plain", at), Stop);
        });
    }

    internal Task MakeFolderAsync(string path) => InShareAsync(drive => drive.EnsureFolderAsync(connector.TargetShareId, Target(path), Stop));

    internal Task DeleteInShareAsync(string path) => InShareAsync(async drive => await drive.DeleteFileAsync((await FileAsync(path)).Id, permanent: false, Stop));

    internal Task DeleteFolderInShareAsync(string path) => InShareAsync(async drive => await drive.DeleteFolderAsync((await FolderAsync(path)).Id, permanent: false, Stop));

    internal Task MoveInShareAsync(string from, string to) => InShareAsync(async drive =>
    {
        var folder = await drive.EnsureFolderAsync(connector.TargetShareId, Target(SourcePath.DirectoryOf(to)), Stop);
        await drive.MoveFileAsync((await FileAsync(from)).Id, folder!.Id, SourcePath.NameOf(to), Stop);
    });

    internal Task MoveFolderInShareAsync(string from, string to) => InShareAsync(async drive =>
    {
        var folder = await drive.EnsureFolderAsync(connector.TargetShareId, Target(SourcePath.DirectoryOf(to)), Stop);
        await drive.MoveFolderAsync((await FolderAsync(from)).Id, folder!.Id, SourcePath.NameOf(to), Stop);
    });

    internal Task<IReadOnlyList<Conflict>> ConflictsAsync() =>
        new ConflictStore(fixture.Database.DataSource).ListAsync(connector.TenantId, connector.Id, null, null, 1_000, Stop);

    internal Task DecideAsync(Conflict conflict, ConflictDecision decision) => InDatabaseAsync(transaction =>
        new ConflictStore(fixture.Database.DataSource).DecideAsync(transaction, connector.TenantId, connector.Id, conflict.Id, decision, Stop));

    internal Task<IReadOnlyList<PlanItem>> PlanAsync(Run run) =>
        new RunLog(fixture.Database.DataSource).ListPlanAsync(connector.TenantId, run.Id, 0, 1_000, Stop);

    /// <summary>The snapshot as one text.</summary>
    internal async Task<string?> SnapshotAsync()
    {
        await using var command = fixture.Database.DataSource.CreateCommand("SELECT string_agg(s::text, ';' ORDER BY id) FROM connectors.snapshot s WHERE connector_id = $1");
        command.Parameters.Add(new() { Value = connector.Id });
        return await command.ExecuteScalarAsync() as string;
    }

    /// <summary>Identity of an entry at the source.</summary>
    internal async Task<string> IdentityAsync(string path)
    {
        await using var source = tree.Open();
        return (await source.StatAsync(path, Stop))!.Identity;
    }

    /// <summary>The contents of all versions of all files of the share, those in the trash too.</summary>
    internal async Task<ISet<string>> EverStoredAsync()
    {
        var contents = new HashSet<string>();
        foreach (var hash in await EverStoredHashesAsync())
        {
            await using var content = await fixture.Drive.OpenContentByHashAsync(connector.TenantId, hash, Stop);
            contents.Add(await new StreamReader(content, Encoding.UTF8).ReadToEndAsync());
        }

        return contents;
    }

    /// <summary>As <see cref="EverStoredAsync"/>, by SHA-256.</summary>
    internal async Task<HashSet<string>> EverStoredHashesAsync()
    {
        await using var command = fixture.Database.DataSource.CreateCommand("""
            SELECT DISTINCT v.content_hash
            FROM items i
            JOIN file_versions v ON v.tenant_id = i.tenant_id AND v.file_id = i.id
            WHERE i.tenant_id = $1 AND i.share_id = $2
            """);
        command.Parameters.Add(new() { Value = connector.TenantId });
        command.Parameters.Add(new() { Value = connector.TargetShareId });
        var hashes = new HashSet<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            hashes.Add(reader.GetString(0));
        return hashes;
    }

    /// <summary>The run that last looked for what the share does not have any more; null when none did.</summary>
    internal async Task<string?> UnwantedMarksAsync()
    {
        await using var command = fixture.Database.DataSource.CreateCommand("SELECT max(unwanted_run_id) FROM connectors.snapshot WHERE connector_id = $1");
        command.Parameters.Add(new() { Value = connector.Id });
        return await command.ExecuteScalarAsync() as string;
    }

    private async Task<DriveFile> FileAsync(string path) =>
        await fixture.Drive.FindFileByPathAsync(connector.TenantId, connector.TargetShareId, Target(path), Stop) ?? throw new InvalidOperationException($"There is no {path} in the share.");

    private async Task<DriveFolder> FolderAsync(string path) =>
        await fixture.Drive.FindFolderByPathAsync(connector.TenantId, connector.TargetShareId, Target(path), Stop) ?? throw new InvalidOperationException($"There is no {path} in the share.");

    private static string Target(string path) => path.Length == 0 ? TargetPath : $"{TargetPath}/{path}";
}
