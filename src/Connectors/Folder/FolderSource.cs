using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Connectors.Folder;

/// <summary>A directory of this machine as a source. Linux only.</summary>
/// <remarks>
/// <para>Settings: <c>{"root": "/srv/files"}</c>. The root must lie in <see cref="ConnectorOptions.AllowedRoots"/>, links resolved.</para>
/// <para>Every path is walked part by part from the root without following links, and a file's facts come from the opened file, so nothing that is
/// swapped underneath can lead outside. Identity is inode and birth time, with the device in front where it is not that of the root: device
/// numbers of many file systems change over a reboot, and inode numbers alone are used again.</para>
/// </remarks>
public sealed partial class FolderSource : IWritableSource
{
    // Times of files step with the kernel's tick (1 to 10 ms). A file that changed this recently could change once more without
    // showing it, so reading waits until its last change is older.
    private static readonly TimeSpan TickMargin = TimeSpan.FromMilliseconds(20);

    private const int EntriesPerLook = 256;

    private readonly byte[] root;
    private readonly HashSet<string> excludedDirectories;
    private readonly TimeProvider time;

    private FolderSource(string root, IEnumerable<string> excludedDirectories, TimeProvider time)
    {
        RootPath = root;
        this.root = Encoding.UTF8.GetBytes(root);
        this.excludedDirectories = [.. excludedDirectories];
        this.time = time;
    }

    /// <summary>The mirrored directory, absolute, links resolved.</summary>
    public string RootPath { get; }

    /// <summary>Opens the directory that the settings name.</summary>
    /// <exception cref="ConnectorException">The settings name none, it does not exist, or it is not allowed.</exception>
    public static FolderSource Open(JsonElement settings, ConnectorOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Folder connectors need Linux.");
        var named = RootOf(settings);
        var real = LibC.RealPath(named);
        var judged = real ?? Path.GetFullPath(named);
        if (!options.AllowedRoots.Any(allowed => IsAtOrBelow(judged, LibC.RealPath(allowed) ?? Path.GetFullPath(allowed))))
        {
            throw new ConnectorException(
                ConnectorCodes.RootNotAllowed,
                $"'{named}' is not in a directory that folder connectors may read. Allowed: {(options.AllowedRoots.Count == 0 ? "none" : string.Join(", ", options.AllowedRoots))}.");
        }

        if (real is null || !Directory.Exists(real))
            throw new ConnectorException(ConnectorCodes.SourceOffline, $"The folder '{named}' is not there or is not a directory.");
        var excluded = options.ExcludedDirectories.Select(directory => LibC.RealPath(directory) ?? Path.GetFullPath(directory)).ToList();
        if (excluded.FirstOrDefault(directory => IsAtOrBelow(real, directory)) is { } inside)
            throw new ConnectorException(ConnectorCodes.RootNotAllowed, $"'{named}' lies in '{inside}', which is never mirrored.");
        return new FolderSource(
            real,
            excluded.Where(directory => IsAtOrBelow(directory, real)).Select(directory => directory[(real == "/" ? 1 : real.Length + 1)..]),
            time);
    }

    /// <summary>The directory that the settings name.</summary>
    /// <exception cref="ConnectorException">They name none.</exception>
    internal static string RootOf(JsonElement settings) =>
        settings.ValueKind == JsonValueKind.Object
            && settings.TryGetProperty("root", out var value)
            && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } named
            && Path.IsPathRooted(named)
            && !named.Contains('\0', StringComparison.Ordinal)
            ? named
            : throw new ConnectorException(ConnectorCodes.InvalidSettings, "A folder connector needs the setting 'root', an absolute path such as /srv/files.");

    /// <inheritdoc />
    public Task<string> ProbeAsync(CancellationToken cancellationToken)
    {
        using var directory = OpenRoot(out var facts);
        return Task.FromResult(IdentityOf(facts, rootDevice: ulong.MaxValue));
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<SourceEntry> ListAsync(string directory, string? fromName, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = ReadNames(directory);
        var from = fromName is null ? [] : Encoding.UTF8.GetBytes(fromName);
        names.RemoveAll(name => name.AsSpan().SequenceCompareTo(from) < 0);
        names.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));

        // The directory is opened anew for every stretch: a walk holds one listing per level, and descriptors are few.
        var stretch = new List<SourceEntry>(Math.Min(EntriesPerLook, names.Count));
        for (var start = 0; start < names.Count; start += EntriesPerLook)
        {
            cancellationToken.ThrowIfCancellationRequested();
            stretch.Clear();
            Look(directory, CollectionsMarshal.AsSpan(names).Slice(start, Math.Min(EntriesPerLook, names.Count - start)), stretch);
            foreach (var entry in stretch)
                yield return entry;
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken)
    {
        using var parent = TryOpenDirectory(SourcePath.DirectoryOf(path), out var device, out var errno);
        // A part that is no directory any more, or a link, means that nothing is at this path.
        if (parent is null)
            return errno is LibC.ENOENT or LibC.ENOTDIR or LibC.ELOOP ? Task.FromResult<SourceEntry?>(null) : throw Fault(path, errno);
        return LibC.Stat(parent, Encoding.UTF8.GetBytes(SourcePath.NameOf(path)), out var facts) switch
        {
            0 => Task.FromResult<SourceEntry?>(EntryOf(path, facts, device)),
            LibC.ENOENT => Task.FromResult<SourceEntry?>(null),
            var fault => throw Fault(path, fault),
        };
    }

    /// <inheritdoc />
    public async Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var file = OpenFile(path, out var entry);
        try
        {
            var age = time.GetUtcNow() - DateTimeOffset.UnixEpoch.AddTicks(entry.ChangedNs / 100);
            if (age < TickMargin && age > -TickMargin)
                await Task.Delay(TickMargin - age, time, cancellationToken);
            return new FolderContent(file, entry, handle => Revisit(handle, path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private SafeFileHandle OpenFile(string path, out SourceEntry entry)
    {
        var name = Encoding.UTF8.GetBytes(SourcePath.NameOf(path));
        using var parent = TryOpenDirectory(SourcePath.DirectoryOf(path), out var device, out var errno) ?? throw Fault(path, errno);

        // Looked at before it is opened, because opening a pipe or a device can have effects; looked at again after, because it may have been swapped.
        if (LibC.Stat(parent, name, out var before) is var missing && missing != 0)
            throw Fault(path, missing);
        RefuseUnlessFile(path, before);
        var file = LibC.OpenFile(parent, name, out errno) ?? throw Fault(path, errno);
        try
        {
            if (LibC.Stat(file, out var opened) is var fault && fault != 0)
                throw Fault(path, fault);
            RefuseUnlessFile(path, opened);
            entry = EntryOf(path, opened, device);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private SourceEntry Revisit(SafeFileHandle file, string path)
    {
        using var rootDirectory = OpenRoot(out var rootFacts);
        return LibC.Stat(file, out var facts) is var fault && fault != 0 ? throw Fault(path, fault) : EntryOf(path, facts, rootFacts.Device);
    }

    private static void RefuseUnlessFile(string path, FileFacts facts)
    {
        if (facts.IsLink)
            throw new SourceEntryException(path, new SourceFault(ProblemCodes.Link, "It is a symbolic link."));
        if (!facts.IsFile)
            throw new SourceEntryException(path, new SourceFault(ProblemCodes.SpecialFile, "It is not a regular file."));
    }

    private List<byte[]> ReadNames(string directory)
    {
        using var handle = TryOpenDirectory(directory, out _, out var errno) ?? throw Fault(directory, errno);
        return LibC.ReadNames(handle, out errno) ?? throw Fault(directory, errno);
    }

    private void Look(string directory, ReadOnlySpan<byte[]> names, List<SourceEntry> entries)
    {
        using var handle = TryOpenDirectory(directory, out var device, out var errno) ?? throw Fault(directory, errno);
        foreach (var name in names)
        {
            if (!Utf8.IsValid(name))
            {
                entries.Add(Unknown(SourcePath.Combine(directory, Printable(name)), ProblemCodes.NameNotUtf8, "The name is not valid UTF-8."));
                continue;
            }

            var path = SourcePath.Combine(directory, Encoding.UTF8.GetString(name));
            switch (LibC.Stat(handle, name, out var facts))
            {
                case 0:
                    entries.Add(EntryOf(path, facts, device));
                    break;
                case LibC.ENOENT:
                    break;
                case var fault:
                    var known = FaultOf(fault);
                    entries.Add(Unknown(path, known.Code, known.Detail));
                    break;
            }
        }
    }

    private SourceEntry EntryOf(string path, FileFacts facts, ulong rootDevice)
    {
        var kind = facts switch
        {
            { IsFile: true } => SourcePath.IsTemporary(SourcePath.NameOf(path)) ? SourceEntryKind.Excluded : SourceEntryKind.File,
            { IsDirectory: true } => excludedDirectories.Contains(path) ? SourceEntryKind.Excluded : SourceEntryKind.Directory,
            { IsLink: true } => SourceEntryKind.Link,
            _ => SourceEntryKind.Special,
        };
        return new SourceEntry(
            path, kind, IdentityOf(facts, rootDevice), facts.BornNs is not null, facts.IsFile ? facts.Size : 0, facts.ModifiedNs, facts.ChangedNs);
    }

    private static string IdentityOf(FileFacts facts, ulong rootDevice)
    {
        var device = facts.Device == rootDevice ? "" : string.Create(CultureInfo.InvariantCulture, $"{facts.Device >> 32}.{(uint)facts.Device}:");
        var born = facts.BornNs is { } ns ? string.Create(CultureInfo.InvariantCulture, $":{ns}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{device}{facts.Inode}{born}");
    }

    private SafeFileHandle OpenRoot(out FileFacts facts)
    {
        var handle = LibC.OpenRoot(root, out var errno);
        facts = default;
        if (handle is not null && (errno = LibC.Stat(handle, out facts)) == 0)
            return handle;
        handle?.Dispose();
        throw new ConnectorException(ConnectorCodes.SourceOffline, $"The folder '{RootPath}' cannot be opened: {Marshal.GetPInvokeErrorMessage(errno)}.");
    }

    private SafeFileHandle? TryOpenDirectory(string directory, out ulong rootDevice, out int errno)
    {
        var current = OpenRoot(out var facts);
        (rootDevice, errno) = (facts.Device, 0);
        foreach (var part in SourcePath.Parts(directory))
        {
            using var above = current;
            if ((current = LibC.Enter(above, Encoding.UTF8.GetBytes(part), out errno)) is null)
                return null;
        }

        return current;
    }

    private static SourceEntry Unknown(string path, string code, string detail) =>
        new(path, SourceEntryKind.Unknown, "", false, 0, 0, 0, new SourceFault(code, detail));

    private static SourceEntryException Fault(string path, int errno) => new(path, FaultOf(errno));

    private static SourceFault FaultOf(int errno) => new(
        errno switch
        {
            LibC.ENOENT or LibC.ENOTDIR => ProblemCodes.Vanished,
            LibC.EACCES or LibC.EPERM or LibC.EROFS => ProblemCodes.AccessDenied,
            LibC.ENOSPC or LibC.EDQUOT => ProblemCodes.SourceFull,
            LibC.EEXIST => ProblemCodes.ChangedMeanwhile,
            LibC.ENOTEMPTY => ProblemCodes.FolderNotEmpty,
            LibC.ENAMETOOLONG => ProblemCodes.NameNotAllowed,
            LibC.EAGAIN or LibC.ETXTBSY => ProblemCodes.Locked,
            LibC.ELOOP => ProblemCodes.Link,
            LibC.ENXIO => ProblemCodes.SpecialFile,
            _ => ProblemCodes.ReadFailed,
        },
        $"{Marshal.GetPInvokeErrorMessage(errno)}.");

    private static string Printable(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder();
        while (!name.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(name, out var rune, out var length);
            if (status == System.Buffers.OperationStatus.Done)
                text.Append(rune.ToString());
            else
            {
                foreach (var bad in name[..length])
                    text.Append(CultureInfo.InvariantCulture, $"\\x{bad:X2}");
            }

            name = name[length..];
        }

        return text.ToString();
    }

    private static bool IsAtOrBelow(string path, string directory) =>
        directory == "/" || path == directory || path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal);

    private sealed class FolderContent(SafeFileHandle file, SourceEntry opened, Func<SafeFileHandle, SourceEntry> revisit) : ISourceContent
    {
        private readonly FileStream content = new(file, FileAccess.Read, bufferSize: 0);

        public Stream Content => content;

        public SourceEntry Opened => opened;

        public Task<SourceEntry> RevisitAsync(CancellationToken cancellationToken) => Task.FromResult(revisit(file));

        public ValueTask DisposeAsync() => content.DisposeAsync();
    }
}
