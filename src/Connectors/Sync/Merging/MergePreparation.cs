using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Merging;

/// <summary>Finds what the share has of the files of a batch, before the transaction.</summary>
internal sealed class MergePreparation(SyncPass pass, ContentStore contents, ConflictStore conflicts)
{
    private readonly Dictionary<long, string?> folders = [];

    /// <summary>Before the files are read: only what may differ is.</summary>
    internal async Task CompareAsync(IReadOnlyList<PendingFile> files, CancellationToken cancellationToken)
    {
        folders.Clear();
        // Names that the share takes for one are two at the source; the file of the share belongs to the first.
        var claimed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (!pass.Target!.Holds(file.Live))
                file.Live = null;
            var one = new MergeCase(file) { Share = file.Live };
            if (file.Row is not null)
                one.FolderOfRow = file.Parent.FolderId;
            else if (file.Origin is { } origin)
                one.FolderOfRow = await FolderOfAsync(origin.ParentId, cancellationToken);
            else if (pass.Follows(SyncDirection.FromScaiDrive))
                continue;
            else if (await FindForeignAsync(file, cancellationToken) is { } foreign && claimed.Add(foreign.Id))
                one.Share = foreign;
            file.Merge = one;
        }
    }

    /// <summary>After they were read: what people decided, and the content of the share where it is to be written once more.</summary>
    internal async Task LoadAsync(IReadOnlyList<PendingFile> files, CancellationToken cancellationToken)
    {
        var cases = files.Where(file => file is { Merge: not null, Fault: null }).Select(file => file.Merge!).ToList();
        if (cases.Count == 0)
            return;
        var open = await conflicts.OpenOfAsync(
            pass.Connector.TenantId,
            pass.Connector.Id,
            [.. cases.Select(one => one.File.Entry.Path)],
            [.. cases.Select(one => one.Share?.Id ?? one.Row?.FileId).OfType<string>()],
            cancellationToken);
        foreach (var one in cases)
        {
            one.Open = open.FirstOrDefault(conflict => conflict.Path == one.File.Entry.Path || (conflict.FileId is not null && conflict.FileId == (one.Share?.Id ?? one.Row?.FileId)));
            var isKept = one.Judge(pass.Connector.Rules).Verdict is Verdict.Push or Verdict.Copy && one.AtSource.Sha256 != one.Before?.Sha256;
            if (!isKept || one.Share is not { } share)
                continue;
            try
            {
                one.ShareContent = await StoreAgainAsync(share, cancellationToken);
            }
            catch (ContentMissingException fault)
            {
                one.File.Fault = new SourceFault(ProblemCodes.Refused, $"ScaiDrive cannot read its own content of it: {fault.Message}");
            }
        }
    }

    /// <summary>A version names its bytes by their chunks; storing them again finds the chunks that are there.</summary>
    private async Task<StoredContent> StoreAgainAsync(DriveFile file, CancellationToken cancellationToken)
    {
        await using var bytes = await pass.Drive.OpenContentByHashAsync(file.TenantId, file.ChecksumSha256, cancellationToken);
        return await contents.WriteAsync(file.TenantId, bytes, null, cancellationToken);
    }

    private async Task<DriveFile?> FindForeignAsync(PendingFile file, CancellationToken cancellationToken)
    {
        try
        {
            var folder = PathOf(file.Parent);
            var there = await pass.Drive.FindFileByPathAsync(
                pass.Connector.TenantId, pass.Connector.TargetShareId, $"{folder}/{file.Entry.Name.Normalize()}", cancellationToken);
            return there is null || await pass.Snapshot.IsFileTakenAsync(there.Id, cancellationToken) ? null : there;
        }
        catch (InvalidNameException)
        {
            // Said when it is written.
            return null;
        }
    }

    /// <summary>Where the folder of a directory is, or will be once it is placed.</summary>
    private static string PathOf(MirroredDirectory directory) =>
        directory is { IsPlaced: true, DrivePath: { } path } || directory.Parent is not { } parent
            ? directory.DrivePath ?? ""
            : $"{PathOf(parent)}/{SourcePath.NameOf(directory.Path).Normalize()}";

    private async Task<string?> FolderOfAsync(long directoryId, CancellationToken cancellationToken)
    {
        if (directoryId == Snapshot.Root)
            return pass.Target!.FolderId;
        if (!folders.TryGetValue(directoryId, out var folder))
            folders.Add(directoryId, folder = (await pass.Snapshot.FindAsync(directoryId, cancellationToken))?.FolderId);
        return folder;
    }
}
