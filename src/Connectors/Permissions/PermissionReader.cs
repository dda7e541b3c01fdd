using System.Collections.Concurrent;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>Reads the permissions of files at the source, several at a time, outside of any transaction.</summary>
internal sealed class PermissionReader(ISourceWithPermissions source, Snapshot snapshot, int parallel)
{
    private const int KeptDirectories = 1_000;

    private readonly Dictionary<long, string?> directories = [];

    /// <summary>The list of each file, or why it cannot be read. A file that is gone, or has no place just now, is left out: the next pass sees it.</summary>
    internal async Task<List<ReadPermissions>> ReadAsync(IReadOnlyList<SweepRow> rows, CancellationToken cancellationToken)
    {
        var placed = new List<(SweepRow Row, string Path)>(rows.Count);
        foreach (var row in rows)
        {
            if (await DirectoryAsync(row.ParentId, cancellationToken) is { } directory)
                placed.Add((row, SourcePath.Combine(directory, row.Name)));
        }

        var read = new ConcurrentBag<ReadPermissions>();
        await Parallel.ForEachAsync(
            placed,
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken },
            async (file, stop) =>
            {
                if (await ReadAsync(file.Row, file.Path, stop) is { } permissions)
                    read.Add(permissions);
            });
        return [.. read.OrderBy(one => one.Row.RowId)];
    }

    private async Task<ReadPermissions?> ReadAsync(SweepRow row, string path, CancellationToken cancellationToken)
    {
        try
        {
            var descriptor = SecurityDescriptor.Parse(await source.ReadPermissionsAsync(path, cancellationToken));
            return new ReadPermissions(row, path, ReadingList.Of(descriptor), null);
        }
        catch (SourceEntryException fault)
        {
            return fault.Fault.Code == ProblemCodes.Vanished ? null : new ReadPermissions(row, path, null, fault.Fault.Detail);
        }
        catch (FormatException fault)
        {
            return new ReadPermissions(row, path, null, fault.Message);
        }
    }

    private async Task<string?> DirectoryAsync(long id, CancellationToken cancellationToken)
    {
        if (directories.TryGetValue(id, out var path))
            return path;
        if (directories.Count >= KeptDirectories)
            directories.Clear();
        path = await snapshot.PathOfAsync(id, cancellationToken);
        directories.Add(id, path);
        return path;
    }
}

/// <summary>What was read of one file.</summary>
/// <param name="Row">The file.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Acl">Who may read it; null when that cannot be told.</param>
/// <param name="Fault">Why it cannot; null when it can.</param>
internal sealed record ReadPermissions(SweepRow Row, string Path, SourceAcl? Acl, string? Fault);
