using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ScaiDrive.Connectors.Smb.Agent;
using ScaiDrive.Connectors.Sync.Merging;

namespace ScaiDrive.Connectors.Smb;

/// <summary>A file whose place another one takes. Its temporary name holds its own, so that a crash in between can be undone without being told.</summary>
internal sealed class ReplacedFile(AgentLease lease, string path)
{
    private const string Descriptor = "system.nt_sec_desc.*", DosAttributes = "system.dos_attr.mode";
    private const uint Archive = 0x20;
    private const int LongestName = 255;
    private const int FingerprintLength = 16;
    private const string End = ".tmp";

    /// <summary>Gives the new file, under its temporary name, the permissions and attributes of the old one, as far as the account may.</summary>
    internal async Task LendLooksAsync(string temporary, SourceEntry replaced, CancellationToken cancellationToken)
    {
        try
        {
            var (old, now) = (await ReadDescriptorAsync(path, cancellationToken), await ReadDescriptorAsync(temporary, cancellationToken));
            if (old != now && PrintedDescriptor.TryParse(old) is { } descriptor)
                await lease.DoAsync(AgentFrame.SetAttribute, path, AgentLease.Texts(temporary, Descriptor, descriptor.ToSettable()), cancellationToken);
        }
        catch (SourceEntryException fault) when (fault.Fault.Code is not (ProblemCodes.AgentCrashed or ProblemCodes.TimedOut))
        {
            // Then it has those of its directory. An account that may write need not be one that may give permissions.
        }

        if (replaced.Attributes == SourceAttributes.None)
            return;
        var attributes = Archive
            | (replaced.Attributes.HasFlag(SourceAttributes.Hidden) ? RemoteEntry.Hidden : 0)
            | (replaced.Attributes.HasFlag(SourceAttributes.System) ? RemoteEntry.System : 0);
        await lease.DoAsync(AgentFrame.SetAttribute, path, AgentLease.Texts(temporary, DosAttributes, $"0x{attributes:x}"), cancellationToken);
    }

    /// <summary>Gives the name to the new file. The old one is looked at once more under its temporary name, where nobody changes it by its name.</summary>
    internal async Task GiveWayAsync(string temporary, SourceEntry known, SmbEntries entries)
    {
        // From here on nobody waits in vain for long, and a name that was given up must not stay so because somebody lost patience.
        if (AsideOf(temporary, known) is not { } aside)
        {
            // Too long to be kept in a temporary name: the library deletes the old file right before it renames the new one.
            await RenameAsync(temporary, path);
            return;
        }

        await RenameAsync(path, aside);
        RemoteEntry? old = null;
        try
        {
            old = await LookAsync(lease, aside, CancellationToken.None);
            if (old is null || Fingerprint(entries.Of(path, old.Value)) != Fingerprint(known))
                throw Changed(path, "it changed in the moment it was to be replaced");
            // The library would delete it.
            if (await LookAsync(lease, path, CancellationToken.None) is not null)
                throw Changed(path, "something took its name in the moment it was to be replaced");
            await RenameAsync(temporary, path);
        }
        catch (SourceEntryException fault) when (fault.Fault.Code is not (ProblemCodes.AgentCrashed or ProblemCodes.TimedOut))
        {
            if (old is not null)
                await ReturnAsync(lease, aside, path, Fingerprint(entries.Of(path, old.Value)) == Fingerprint(known), CancellationToken.None);
            throw;
        }

        await lease.DoAsync(AgentFrame.Unlink, path, AgentLease.PathBytes(aside), CancellationToken.None);
    }

    /// <summary>Undoes what a crash left of <see cref="GiveWayAsync"/>: a file that had given way returns to its name, unless that has been taken.</summary>
    internal static async Task PutBackAsync(
        AgentLease lease, string temporary, IEnumerable<(string Name, RemoteEntry Entry)> listing, SmbEntries entries, CancellationToken cancellationToken)
    {
        var directory = SourcePath.DirectoryOf(temporary);
        var start = StartOf(SourcePath.NameOf(temporary));
        foreach (var (name, entry) in listing)
        {
            if (!name.StartsWith(start, StringComparison.Ordinal) || !name.EndsWith(End, StringComparison.Ordinal) || name.Length <= start.Length + FingerprintLength + 1 + End.Length)
                continue;
            var told = name.AsSpan(start.Length, FingerprintLength);
            var original = SourcePath.Combine(directory, name[(start.Length + FingerprintLength + 1)..^End.Length]);
            var isAsReplaced = told.SequenceEqual(Fingerprint(entries.Of(original, entry)));
            await ReturnAsync(lease, SourcePath.Combine(directory, name), original, isAsReplaced, cancellationToken);
        }
    }

    internal static bool IsAsKnown(SourceEntry now, SourceEntry known) =>
        now.Kind == known.Kind && (now.Kind == SourceEntryKind.Directory ? now.Identity == known.Identity : now.SameStateAs(known));

    internal static void RequireTemporary(string name)
    {
        if (!SourcePath.IsTemporary(name))
            throw new ArgumentException($"'{name}' was not made by {nameof(SourcePath.TemporaryName)}.", nameof(name));
    }

    internal static SourceEntryException Changed(string path, string why) =>
        new(path, new SourceFault(ProblemCodes.ChangedMeanwhile, $"NT_STATUS_OBJECT_NAME_COLLISION: {why}."));

    private async Task<string> ReadDescriptorAsync(string of, CancellationToken cancellationToken)
    {
        using var answer = await lease.AskAsync(AgentFrame.GetAttribute, path, AgentLease.Texts(of, Descriptor), cancellationToken);
        return Encoding.UTF8.GetString(answer.Payload);
    }

    /// <summary>Gives a file its name back. When that was taken, ScaiDrive has what it replaced, but nobody has what changed in the last moment.</summary>
    private static async Task ReturnAsync(AgentLease lease, string aside, string original, bool isAsReplaced, CancellationToken cancellationToken)
    {
        if (await LookAsync(lease, original, cancellationToken) is null)
            await lease.DoAsync(AgentFrame.Rename, original, AgentLease.Texts(aside, original), cancellationToken);
        else if (isAsReplaced)
            await lease.DoAsync(AgentFrame.Unlink, aside, AgentLease.PathBytes(aside), cancellationToken);
        else
            await lease.DoAsync(AgentFrame.Rename, original, AgentLease.Texts(aside, await FreeNameAsync(lease, original, cancellationToken)), cancellationToken);
    }

    private static async Task<string> FreeNameAsync(AgentLease lease, string original, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var name = ConflictNames.Of(SourcePath.NameOf(original), lease.Pool.Time.GetUtcNow(), ConnectorTypes.Smb, attempt);
            var path = SourcePath.Combine(SourcePath.DirectoryOf(original), name);
            if (await LookAsync(lease, path, cancellationToken) is null)
                return path;
        }
    }

    private static Task<RemoteEntry?> LookAsync(AgentLease lease, string path, CancellationToken cancellationToken) =>
        lease.LookAsync(AgentFrame.Stat, path, AgentLease.PathBytes(path), cancellationToken);

    private Task RenameAsync(string from, string to) =>
        lease.DoAsync(AgentFrame.Rename, path, AgentLease.Texts(from, to), CancellationToken.None);

    private string? AsideOf(string temporary, SourceEntry known)
    {
        var name = AsideName(SourcePath.NameOf(temporary), SourcePath.NameOf(path), known);
        return name.Length <= LongestName && Encoding.UTF8.GetByteCount(name) <= LongestName
            ? SourcePath.Combine(SourcePath.DirectoryOf(temporary), name)
            : null;
    }

    /// <summary>The name of a file that gives way; for tests.</summary>
    internal static string AsideName(string temporaryName, string name, SourceEntry known) => $"{StartOf(temporaryName)}{Fingerprint(known)}-{name}{End}";

    private static string StartOf(string temporaryName) => $"{temporaryName[..^End.Length]}-";

    /// <summary>Which file, with which content. Not when it changed last: with some servers a rename is a change.</summary>
    private static string Fingerprint(SourceEntry file)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{file.Identity} {file.SizeBytes} {file.ModifiedNs}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, FingerprintLength / 2));
    }
}
