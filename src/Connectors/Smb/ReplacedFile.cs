using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>A file whose place another one takes. Its temporary name holds its own, so that a crash in between can be undone without being told.</summary>
internal sealed class ReplacedFile(AgentLease lease, string path)
{
    private const string Descriptor = "system.nt_sec_desc.*", DosAttributes = "system.dos_attr.mode";
    private const uint Archive = 0x20;
    private const int LongestName = 255;
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
    internal async Task GiveWayAsync(string temporary, SourceEntry known, SmbEntries entries, CancellationToken cancellationToken)
    {
        if (AsideOf(temporary) is not { } aside)
        {
            // Too long to be kept in a temporary name: the library deletes the old file right before it renames the new one.
            await RenameAsync(temporary, path, cancellationToken);
            return;
        }

        await RenameAsync(path, aside, cancellationToken);
        try
        {
            var old = await lease.LookAsync(AgentFrame.Stat, path, AgentLease.PathBytes(aside), CancellationToken.None);
            if (old is null || !IsAsKnown(entries.Of(path, old.Value), known))
                throw Changed(path, "it changed in the moment it was to be replaced");
            await RenameAsync(temporary, path, CancellationToken.None);
        }
        catch (SourceEntryException fault) when (fault.Fault.Code is not (ProblemCodes.AgentCrashed or ProblemCodes.TimedOut))
        {
            await RenameAsync(aside, path, CancellationToken.None);
            throw;
        }

        await lease.DoAsync(AgentFrame.Unlink, path, AgentLease.PathBytes(aside), CancellationToken.None);
    }

    /// <summary>Undoes what a crash left of <see cref="GiveWayAsync"/>: a file that had given way returns to its name, unless that has been taken.</summary>
    internal static async Task PutBackAsync(AgentLease lease, string temporary, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var directory = SourcePath.DirectoryOf(temporary);
        var start = StartOf(SourcePath.NameOf(temporary));
        foreach (var name in names.Where(name => name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(End, StringComparison.Ordinal)))
        {
            var (aside, original) = (SourcePath.Combine(directory, name), SourcePath.Combine(directory, name[start.Length..^End.Length]));
            var isTaken = await lease.LookAsync(AgentFrame.Stat, original, AgentLease.PathBytes(original), cancellationToken) is not null;
            if (isTaken)
                await lease.DoAsync(AgentFrame.Unlink, aside, AgentLease.PathBytes(aside), cancellationToken);
            else
                await lease.DoAsync(AgentFrame.Rename, original, AgentLease.Texts(aside, original), cancellationToken);
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
        return System.Text.Encoding.UTF8.GetString(answer.Payload);
    }

    private Task RenameAsync(string from, string to, CancellationToken cancellationToken) =>
        lease.DoAsync(AgentFrame.Rename, path, AgentLease.Texts(from, to), cancellationToken);

    private string? AsideOf(string temporary)
    {
        var name = $"{StartOf(SourcePath.NameOf(temporary))}{SourcePath.NameOf(path)}{End}";
        return name.Length <= LongestName && System.Text.Encoding.UTF8.GetByteCount(name) <= LongestName
            ? SourcePath.Combine(SourcePath.DirectoryOf(temporary), name)
            : null;
    }

    private static string StartOf(string temporaryName) => $"{temporaryName[..^End.Length]}-";
}
