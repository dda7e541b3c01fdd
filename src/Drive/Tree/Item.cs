namespace ScaiDrive.Drive;

/// <summary>A tree of folders and files with an owner.</summary>
/// <param name="Id"><c>shr_…</c>.</param>
/// <param name="TenantId"><c>tnt_…</c>.</param>
/// <param name="Name">NFC.</param>
/// <param name="Description">For people, or null.</param>
/// <param name="ShareType"><c>central</c>, <c>personal</c> or <c>project</c>; only a hint.</param>
/// <param name="OwnerId"><c>usr_…</c>.</param>
/// <param name="IsPublic">Everyone in the tenant may read.</param>
/// <param name="IsDeleted">In the trash.</param>
/// <param name="QuotaBytes">Its own limit; null inherits the tenant's.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ModifiedAt">UTC.</param>
public sealed record Share(
    string Id,
    string TenantId,
    string Name,
    string? Description,
    string ShareType,
    string OwnerId,
    bool IsPublic,
    bool IsDeleted,
    long? QuotaBytes,
    DateTimeOffset CreatedAt,
    DateTimeOffset ModifiedAt);

/// <summary>A folder of a share.</summary>
/// <param name="Id"><c>fld_…</c>.</param>
/// <param name="TenantId"><c>tnt_…</c>.</param>
/// <param name="ShareId"><c>shr_…</c>.</param>
/// <param name="ParentId">The folder it is in; null at the root of the share.</param>
/// <param name="Name">NFC.</param>
/// <param name="Path">From the root of the share, with leading slash: <c>/a/b</c>.</param>
/// <param name="OwnerId"><c>usr_…</c>.</param>
/// <param name="CreatedBy"><c>usr_…</c>.</param>
/// <param name="ModifiedBy"><c>usr_…</c>.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ModifiedAt">UTC; when it was last renamed or moved.</param>
/// <param name="IsDeleted">In the trash.</param>
public sealed record DriveFolder(
    string Id,
    string TenantId,
    string ShareId,
    string? ParentId,
    string Name,
    string Path,
    string OwnerId,
    string CreatedBy,
    string ModifiedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ModifiedAt,
    bool IsDeleted);

/// <summary>A file and its newest version.</summary>
/// <param name="Id"><c>fil_…</c>.</param>
/// <param name="TenantId"><c>tnt_…</c>.</param>
/// <param name="ShareId"><c>shr_…</c>.</param>
/// <param name="FolderId">The folder it is in; null at the root of the share.</param>
/// <param name="Name">NFC.</param>
/// <param name="Path">From the root of the share, with leading slash.</param>
/// <param name="MimeType">As its writer said.</param>
/// <param name="SizeBytes">Of the newest version.</param>
/// <param name="ChecksumSha256">Of the newest version, lower-case hex.</param>
/// <param name="Version">Counts from 1.</param>
/// <param name="OwnerId"><c>usr_…</c>.</param>
/// <param name="CreatedBy"><c>usr_…</c>.</param>
/// <param name="ModifiedBy"><c>usr_…</c>.</param>
/// <param name="CreatedAt">UTC; when Drive first saw it.</param>
/// <param name="ModifiedAt">UTC; when its content last changed, as its writer said. A rename leaves it alone.</param>
/// <param name="IsDeleted">In the trash, or (in a change) gone.</param>
/// <param name="VectorizedAt">When the newest version got its vectors; null until then.</param>
public sealed record DriveFile(
    string Id,
    string TenantId,
    string ShareId,
    string? FolderId,
    string Name,
    string Path,
    string MimeType,
    long SizeBytes,
    string ChecksumSha256,
    int Version,
    string OwnerId,
    string CreatedBy,
    string ModifiedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ModifiedAt,
    bool IsDeleted,
    DateTimeOffset? VectorizedAt)
{
    /// <summary>Who may read it at the source it came from (<see cref="SourceAcls"/>); null when the source says nothing about it.</summary>
    public long? SourceAclId { get; init; }
}

/// <summary>A file to be made.</summary>
/// <param name="ShareId">A live share.</param>
/// <param name="FolderId">A live folder of that share; null for its root.</param>
/// <param name="Name">Stored in NFC; see <see cref="ItemName"/>.</param>
/// <param name="Content">From <see cref="ContentStore.WriteAsync"/>, for the same tenant.</param>
/// <param name="MimeType">Such as <c>text/plain</c>.</param>
/// <param name="ModifiedAt">When its content last changed.</param>
public sealed record NewFile(
    string ShareId, string? FolderId, string Name, StoredContent Content, string MimeType, DateTimeOffset ModifiedAt);

/// <summary>What became of one file of many that were to be made.</summary>
/// <param name="File">As made; null when it was refused.</param>
/// <param name="Fault">Why it was refused; null when it was made.</param>
public sealed record FileOutcome(DriveFile? File, DriveException? Fault);

/// <summary>What an entry of a folder is.</summary>
public enum ItemKind
{
    /// <summary>A folder; listed before files.</summary>
    Folder,

    /// <summary>A file.</summary>
    File,
}

/// <summary>One entry of a folder.</summary>
/// <param name="Id"><c>fld_…</c> or <c>fil_…</c>.</param>
/// <param name="Name">NFC.</param>
/// <param name="Kind">Folder or file.</param>
/// <param name="SizeBytes">Only files.</param>
/// <param name="MimeType">Only files.</param>
/// <param name="ModifiedAt">UTC.</param>
/// <param name="IsDeleted">In the trash.</param>
public sealed record ChildItem(
    string Id, string Name, ItemKind Kind, long? SizeBytes, string? MimeType, DateTimeOffset ModifiedAt, bool IsDeleted);

/// <summary>A stretch of a folder's entries.</summary>
/// <param name="Items">Folders first, then files; by the bytes of their names in UTF-8. Trashed ones, if asked for, in the same order.</param>
/// <param name="Path">Of the folder; <c>/</c> for the root.</param>
/// <param name="Total">All entries of the folder, not only these.</param>
public sealed record ChildrenPage(IReadOnlyList<ChildItem> Items, string Path, long Total);
