using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Reads the change log.</summary>
internal static class ChangeLog
{
    internal static Task<List<Change>> ReadAsync(Statement command, CancellationToken cancellationToken) =>
        ItemRows.AllAsync(command, Read, cancellationToken);

    internal static string Text(ResourceType type) => type switch
    {
        ResourceType.Share => "share",
        ResourceType.Folder => "folder",
        _ => "file",
    };

    internal static string Text(ChangeKind kind) => kind switch
    {
        ChangeKind.Created => "created",
        ChangeKind.Updated => "updated",
        ChangeKind.Renamed => "renamed",
        ChangeKind.Moved => "moved",
        ChangeKind.Deleted => "deleted",
        ChangeKind.Permissions => "permissions",
        _ => "restored",
    };

    private static Change Read(NpgsqlDataReader row)
    {
        var type = row.GetString(3) switch
        {
            "share" => ResourceType.Share,
            "folder" => ResourceType.Folder,
            _ => ResourceType.File,
        };
        var kind = row.GetString(5) switch
        {
            "created" => ChangeKind.Created,
            "updated" => ChangeKind.Updated,
            "renamed" => ChangeKind.Renamed,
            "moved" => ChangeKind.Moved,
            "deleted" => ChangeKind.Deleted,
            "permissions" => ChangeKind.Permissions,
            _ => ChangeKind.Restored,
        };
        var file = type != ResourceType.File ? null : new DriveFile(
            row.GetString(4), row.GetString(1), row.GetString(2), ItemRows.Text(row, 12), row.GetString(13), row.GetString(11),
            row.GetString(20), row.GetInt64(21), row.GetString(22), row.GetInt32(23), row.GetString(14), row.GetString(15),
            row.GetString(16), ItemRows.Time(row, 17), ItemRows.Time(row, 18), row.GetBoolean(19),
            row.IsDBNull(25) ? null : ItemRows.Time(row, 25))
        {
            SourceAclId = row.IsDBNull(26) ? null : row.GetInt64(26),
        };
        var origin = row.GetBoolean(8) ? ChangeOrigin.Interactive() : ChangeOrigin.Import(row.GetString(9));
        return new Change(
            row.GetInt64(0), row.GetString(1), row.GetString(2), type, row.GetString(4), kind, file, origin, ItemRows.Time(row, 7))
        {
            ChangedBy = row.GetString(6),
            OldPath = ItemRows.Text(row, 10),
            NewPath = row.GetString(11),
            VersionId = ItemRows.Text(row, 24),
        };
    }
}
