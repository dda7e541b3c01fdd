using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Merging;

/// <summary>Finds names for what cannot have the one it wants, in the share.</summary>
internal sealed class AsideMover(SyncPass pass, DriveWriter drive, SnapshotWriter rows)
{
    private const int Attempts = 100;

    /// <summary>Makes a file under the name it wants, or when that is taken under a name for conflicts.</summary>
    internal async Task<DriveFile> CreateAsync(NewFile file, CancellationToken cancellationToken, bool isTaken = false)
    {
        for (var attempt = isTaken ? 0 : -1; ; attempt++)
        {
            try
            {
                return await drive.CreateFileAsync(attempt < 0 ? file : file with { Name = NameOf(file.Name, attempt) }, cancellationToken);
            }
            catch (NameConflictException) when (attempt < Attempts)
            {
                // The next name.
            }
        }
    }

    /// <summary>Moves what has the name of an entry in the share aside; it is sent to the source under its new name.</summary>
    /// <returns>False when a folder has the name and only files are to go.</returns>
    internal async Task<bool> TryMoveAsync(MirroredDirectory parent, SourceEntry entry, bool filesOnly, CancellationToken cancellationToken)
    {
        var connector = pass.Connector;
        var path = $"{parent.DrivePath}/{entry.Name.Normalize()}";
        if (await pass.Drive.FindFileByPathAsync(connector.TenantId, connector.TargetShareId, path, cancellationToken) is { } file)
        {
            var moved = await TryNamesAsync(file.Name, name => drive.MoveFileAsync(file.Id, file.FolderId, name, cancellationToken));
            new ConflictReport(pass, rows).NameTaken(entry.Path, file.Id, pass.Target!.RelativePath($"{parent.DrivePath}/{moved}"));
            return true;
        }

        if (filesOnly || await pass.Drive.FindFolderByPathAsync(connector.TenantId, connector.TargetShareId, path, cancellationToken) is not { } folder)
            return false;
        var given = await TryNamesAsync(folder.Name, name => drive.MoveFolderAsync(folder.Id, folder.ParentId, name, cancellationToken));
        new ConflictReport(pass, rows).NameTaken(entry.Path, null, pass.Target!.RelativePath($"{parent.DrivePath}/{given}"));
        return true;
    }

    /// <summary>Gives a file of the share a name for conflicts in its own folder.</summary>
    /// <returns>Its path below the target.</returns>
    internal async Task<string> RenameAsync(DriveFile file, string wanted, CancellationToken cancellationToken)
    {
        var name = await TryNamesAsync(wanted, given => drive.MoveFileAsync(file.Id, file.FolderId, given, cancellationToken));
        return pass.Target!.RelativePath(file.Path[..(file.Path.LastIndexOf('/') + 1)] + name);
    }

    /// <inheritdoc cref="RenameAsync(DriveFile, string, CancellationToken)"/>
    internal async Task<string> RenameAsync(DriveFolder folder, CancellationToken cancellationToken)
    {
        var name = await GiveNameAsync(folder, cancellationToken);
        return pass.Target!.RelativePath(folder.Path[..(folder.Path.LastIndexOf('/') + 1)] + name);
    }

    /// <summary>As <see cref="RenameAsync(DriveFolder, CancellationToken)"/>, where there may be no target folder to tell the path from.</summary>
    internal Task<string> GiveNameAsync(DriveFolder folder, CancellationToken cancellationToken) =>
        TryNamesAsync(folder.Name, given => drive.MoveFolderAsync(folder.Id, folder.ParentId, given, cancellationToken));

    private async Task<string> TryNamesAsync(string wanted, Func<string, Task> move)
    {
        rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
        for (var attempt = 0; ; attempt++)
        {
            var name = NameOf(wanted, attempt);
            try
            {
                await move(name);
                return name;
            }
            catch (NameConflictException) when (attempt < Attempts)
            {
                // The next name.
            }
        }
    }

    private string NameOf(string name, int attempt) => ConflictNames.Of(name, pass.Run.StartedAt, pass.Connector.Type, attempt);
}
