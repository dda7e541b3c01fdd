using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Connectors.Folder;

/// <summary>Writing to the directory. Like reading, part by part from the root without following links.</summary>
public sealed partial class FolderSource
{
    /// <inheritdoc />
    public NameRules Names => NameRules.Posix;

    /// <inheritdoc />
    public async Task<SourceEntry> WriteAsync(
        string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var temporary = Encoding.UTF8.GetBytes(RequireTemporary(temporaryName));
        using var directory = OpenDirectory(SourcePath.DirectoryOf(path), path, out var rootDevice);
        var name = Encoding.UTF8.GetBytes(SourcePath.NameOf(path));
        // Told before the bytes are carried over, and made sure of when they are there.
        var before = Compare(directory, name, path, replaces, rootDevice);
        using var file = LibC.CreateFile(directory, temporary, out var errno) ?? throw Fault(path, errno);
        try
        {
            await FillAsync(file, path, content, modifiedAt, before, cancellationToken);
            GiveName(directory, temporary, name, path, replaces, rootDevice);
        }
        catch
        {
            _ = LibC.Remove(directory, temporary, isDirectory: false);
            throw;
        }

        _ = LibC.Flush(directory);
        return LibC.Stat(file, out var facts) is var fault && fault != 0 ? throw Fault(path, fault) : EntryOf(path, facts, rootDevice);
    }

    /// <inheritdoc />
    public Task<SourceEntry> MakeDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        using var directory = OpenDirectory(SourcePath.DirectoryOf(path), path, out var rootDevice);
        var name = Encoding.UTF8.GetBytes(SourcePath.NameOf(path));
        var made = LibC.MakeDirectory(directory, name);
        if (made is not (0 or LibC.EEXIST))
            throw Fault(path, made);
        if (LibC.Stat(directory, name, out var facts) is var fault && fault != 0)
            throw Fault(path, fault);
        if (!facts.IsDirectory)
            throw Changed(path, "Something else has the name.");
        if (made == 0)
            _ = LibC.Flush(directory);
        return Task.FromResult(EntryOf(path, facts, rootDevice));
    }

    /// <inheritdoc />
    public Task<SourceEntry> MoveAsync(SourceEntry entry, string to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using var fromDirectory = OpenDirectory(SourcePath.DirectoryOf(entry.Path), entry.Path, out var rootDevice);
        using var toDirectory = OpenDirectory(SourcePath.DirectoryOf(to), to, out _);
        var (from, name) = (Encoding.UTF8.GetBytes(entry.Name), Encoding.UTF8.GetBytes(SourcePath.NameOf(to)));
        Compare(fromDirectory, from, entry.Path, entry, rootDevice);

        var isDirectory = entry.Kind == SourceEntryKind.Directory;
        var errno = LibC.MoveToFree(fromDirectory, from, toDirectory, name, isDirectory);
        // Where names ignore case, a change of case alone finds the name taken, by itself.
        if (errno == LibC.EEXIST && LibC.Stat(toDirectory, name, out var there) == 0 && IdentityOf(there, rootDevice) == entry.Identity)
            errno = LibC.Replace(fromDirectory, from, toDirectory, name);
        if (errno != 0)
            throw Fault(to, errno);

        // Something else may have taken the old name between the look and the move: it goes back.
        if (LibC.Stat(toDirectory, name, out var moved) is var fault && fault != 0)
            throw Fault(to, fault);
        if (IdentityOf(moved, rootDevice) != entry.Identity)
        {
            _ = LibC.MoveToFree(toDirectory, name, fromDirectory, from, isDirectory);
            throw Changed(entry.Path, "Another entry took the name.");
        }

        _ = LibC.Flush(toDirectory);
        _ = LibC.Flush(fromDirectory);
        return Task.FromResult(EntryOf(to, moved, rootDevice));
    }

    /// <inheritdoc />
    public Task DeleteAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using var directory = TryOpenDirectory(SourcePath.DirectoryOf(entry.Path), out var rootDevice, out var errno);
        if (directory is null)
            return errno is LibC.ENOENT or LibC.ENOTDIR ? Task.CompletedTask : throw Fault(entry.Path, errno);
        var name = Encoding.UTF8.GetBytes(entry.Name);
        if (LibC.Stat(directory, name, out _) == LibC.ENOENT)
            return Task.CompletedTask;
        Compare(directory, name, entry.Path, entry, rootDevice);
        errno = LibC.Remove(directory, name, entry.Kind == SourceEntryKind.Directory);
        if (errno is not (0 or LibC.ENOENT))
            throw Fault(entry.Path, errno);
        _ = LibC.Flush(directory);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task RemoveTemporaryAsync(string path, CancellationToken cancellationToken)
    {
        RequireTemporary(SourcePath.NameOf(path));
        using var directory = TryOpenDirectory(SourcePath.DirectoryOf(path), out _, out var errno);
        if (directory is null)
            return errno is LibC.ENOENT or LibC.ENOTDIR ? Task.CompletedTask : throw Fault(path, errno);
        errno = LibC.Remove(directory, Encoding.UTF8.GetBytes(SourcePath.NameOf(path)), isDirectory: false);
        return errno is 0 or LibC.ENOENT ? Task.CompletedTask : throw Fault(path, errno);
    }

    private static async Task FillAsync(
        SafeFileHandle file, string path, Stream content, DateTimeOffset modifiedAt, FileFacts? before, CancellationToken cancellationToken)
    {
        var buffer = new byte[256 * 1024];
        long offset = 0;
        // What cannot be read is not the source's fault, and passes through as it is.
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            await OfEntryAsync(path, () => RandomAccess.WriteAsync(file, buffer.AsMemory(0, count), offset, cancellationToken));
            offset += count;
        }

        await OfEntryAsync(path, () =>
        {
            if (before is { } model)
                LibC.TakeAfter(file, model);
            File.SetLastWriteTimeUtc(file, modifiedAt.UtcDateTime);
            RandomAccess.FlushToDisk(file);
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>What goes wrong while one file is written is a fault of that file, whatever it is: a worn disk, a mount that went away.</summary>
    private static async ValueTask OfEntryAsync(string path, Func<ValueTask> write)
    {
        try
        {
            await write();
        }
        catch (Exception fault) when (fault is IOException and not SourceEntryException or UnauthorizedAccessException)
        {
            throw new SourceEntryException(path, FaultOfWriting(fault), fault);
        }
    }

    private static SourceFault FaultOfWriting(Exception fault) =>
        fault is IOException { HResult: > 0 and var errno } ? FaultOf(errno)
        : new SourceFault(fault is UnauthorizedAccessException ? ProblemCodes.AccessDenied : ProblemCodes.ReadFailed, fault.Message);

    /// <summary>The one step that others see. Where the file system can, the old file is looked at after it was swapped out, so that a change in the
    /// last moment is not lost.</summary>
    private void GiveName(SafeFileHandle directory, byte[] temporary, byte[] name, string path, SourceEntry? replaces, ulong rootDevice)
    {
        if (replaces is null)
        {
            if (LibC.MoveToFree(directory, temporary, directory, name, isDirectory: false) is var taken && taken != 0)
                throw Fault(path, taken);
            return;
        }

        Compare(directory, name, path, replaces, rootDevice);
        var errno = LibC.Swap(directory, temporary, name);
        if (errno is LibC.EINVAL or LibC.ENOSYS)
            errno = LibC.Replace(directory, temporary, directory, name);
        else if (errno == 0)
            RemoveOld(directory, temporary, name, path, replaces, rootDevice);
        if (errno != 0)
            throw Fault(path, errno);
    }

    private static void RemoveOld(SafeFileHandle directory, byte[] temporary, byte[] name, string path, SourceEntry replaces, ulong rootDevice)
    {
        var isSame = LibC.Stat(directory, temporary, out var old) == 0
            && IdentityOf(old, rootDevice) == replaces.Identity && old.Size == replaces.SizeBytes && old.ModifiedNs == replaces.ModifiedNs;
        if (!isSame)
        {
            _ = LibC.Swap(directory, temporary, name);
            throw Changed(path, "It changed in the moment it was to be replaced.");
        }

        _ = LibC.Remove(directory, temporary, isDirectory: false);
    }

    /// <summary>Fails unless what has the name is what the caller knows; null stands for nothing.</summary>
    private FileFacts? Compare(SafeFileHandle directory, byte[] name, string path, SourceEntry? known, ulong rootDevice)
    {
        var errno = LibC.Stat(directory, name, out var facts);
        if (errno == LibC.ENOENT)
            return known is null ? null : throw Changed(path, "It is not there any more.");
        if (errno != 0)
            throw Fault(path, errno);
        if (known is null)
            throw Changed(path, "Something has the name by now.");
        var now = EntryOf(path, facts, rootDevice);
        var isSame = known.Kind == now.Kind && (now.Kind == SourceEntryKind.Directory ? now.Identity == known.Identity : now.SameStateAs(known));
        return isSame ? facts : throw Changed(path, "It is not as it was last seen.");
    }

    private SafeFileHandle OpenDirectory(string directory, string path, out ulong rootDevice) =>
        TryOpenDirectory(directory, out rootDevice, out var errno) ?? throw Fault(path, errno);

    private static SourceEntryException Changed(string path, string detail) => new(path, new SourceFault(ProblemCodes.ChangedMeanwhile, detail));

    private static string RequireTemporary(string name) =>
        SourcePath.IsTemporary(name) ? name : throw new ArgumentException($"'{name}' was not made by {nameof(SourcePath.TemporaryName)}.", nameof(name));
}
