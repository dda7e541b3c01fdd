namespace ScaiDrive.Connectors;

/// <summary>A source that can follow the share. What each method owes its callers stands as tests in <c>WritableSourceContract</c>.</summary>
/// <remarks>Every method looks once more, right before it writes, whether the entry is as its caller knows it, and otherwise fails with
/// <see cref="ProblemCodes.ChangedMeanwhile"/>: nothing that was not compared is overwritten. A full disk at the source is
/// <see cref="ProblemCodes.SourceFull"/>. Paths are raw, as in <see cref="IConnectorSource"/>.</remarks>
public interface IWritableSource : IConnectorSource
{
    /// <summary>Which names it can hold.</summary>
    NameRules Names { get; }

    /// <summary>Writes a file under a temporary name in its directory, makes it durable, and then gives it its name in one step: others see the old
    /// content or the new one, never half.</summary>
    /// <param name="path">Where; its directory exists.</param>
    /// <param name="content">Read to its end, once.</param>
    /// <param name="modifiedAt">The date it gets.</param>
    /// <param name="replaces">The file that is there, as it was last seen; null when the name is free.</param>
    /// <param name="temporaryName">Made by <see cref="SourcePath.TemporaryName"/>; the caller has noted it, so that what a crash leaves can be removed.</param>
    /// <param name="cancellationToken">Leaves at most the temporary file.</param>
    /// <returns>The file as it is now.</returns>
    Task<SourceEntry> WriteAsync(
        string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken);

    /// <summary>Makes a directory; one that is there already is as good.</summary>
    Task<SourceEntry> MakeDirectoryAsync(string path, CancellationToken cancellationToken);

    /// <summary>Renames or moves a file or a directory with all below; never over another entry. A change of case alone is a rename.</summary>
    /// <param name="entry">As it was last seen; of a directory only the identity counts.</param>
    /// <param name="to">Its new path; its directory exists.</param>
    /// <param name="cancellationToken">Before it is done, nothing happened.</param>
    /// <returns>The entry at its new place.</returns>
    Task<SourceEntry> MoveAsync(SourceEntry entry, string to, CancellationToken cancellationToken);

    /// <summary>Removes a file, or an empty directory. One that is gone already is as good.</summary>
    Task DeleteAsync(SourceEntry entry, CancellationToken cancellationToken);

    /// <summary>Removes a temporary file that a crash may have left; nothing when it is not there.</summary>
    Task RemoveTemporaryAsync(string path, CancellationToken cancellationToken);
}

/// <summary>A source whose entries carry permissions.</summary>
public interface ISourceWithPermissions : IConnectorSource
{
    /// <summary>The security descriptor of an entry in SDDL, owner and DACL in stored order, inherited entries included.</summary>
    /// <exception cref="SourceEntryException">It cannot be read; <see cref="ProblemCodes.Vanished"/> when the entry is gone.</exception>
    Task<string> ReadPermissionsAsync(string path, CancellationToken cancellationToken);

    /// <summary>The security descriptor of the share as a whole, in SDDL; null when the server does not let it be read.</summary>
    Task<string?> ReadSharePermissionsAsync(CancellationToken cancellationToken);

    /// <summary>Names of principals by their SID, <c>DOMAIN\name</c>; null for those that the server does not know. Those that it could not be asked about
    /// now are left out.</summary>
    Task<IReadOnlyDictionary<string, string?>> ResolvePrincipalsAsync(IReadOnlyCollection<string> sids, CancellationToken cancellationToken);
}

/// <summary>A source that tells of changes as they happen. Only a hint: some may be missing, so passes go on by schedule.</summary>
public interface IWatchableSource : IConnectorSource
{
    /// <summary>Directories in which something changed, from now on. Ends with an exception when the connection is lost; what happened until it is
    /// made again is not known, so the caller then asks for a pass over everything.</summary>
    IAsyncEnumerable<SyncScope> WatchAsync(CancellationToken cancellationToken);
}

/// <summary>A source on another machine that can tell how it is spoken to.</summary>
public interface ISourceWithSession : IConnectorSource
{
    /// <summary>The session as it is, not as it was asked for.</summary>
    /// <exception cref="ConnectorException">The source does not answer.</exception>
    Task<SourceSession> LookAtSessionAsync(CancellationToken cancellationToken);
}

/// <summary>How a source is spoken to.</summary>
/// <param name="Protocol">For people; as exact as can be told, null when it cannot.</param>
/// <param name="Protection">What keeps others out.</param>
public sealed record SourceSession(string? Protocol, SessionProtection Protection);

/// <summary>What keeps others on the way from reading or changing what is said.</summary>
public enum SessionProtection
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>What was changed is noticed.</summary>
    Signing,

    /// <summary>It cannot be read either.</summary>
    Encryption,
}

/// <summary>A part of a source.</summary>
/// <param name="Directory">Path of a directory; the empty string is the root.</param>
/// <param name="IsRecursive">With everything below; otherwise its own entries alone.</param>
public sealed record SyncScope(string Directory, bool IsRecursive)
{
    /// <summary>All of the source.</summary>
    public static SyncScope All { get; } = new("", true);

    /// <summary>As stored: a trailing slash stands for everything below.</summary>
    public override string ToString() => IsRecursive ? Directory + "/" : Directory;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static SyncScope Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.EndsWith('/') ? new(text[..^1], true) : new(text, false);
    }
}
