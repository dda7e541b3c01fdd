namespace ScaiDrive.Connectors;

/// <summary>A directory tree somewhere else, read-only.</summary>
/// <remarks>
/// <para>Paths run from the root of the source, without a leading slash, parts separated by <c>/</c>; the root is the empty string.
/// Names are raw: exactly as the source stores them, case and Unicode form included.</para>
/// <para>What an implementation owes its callers stands as tests in <c>ConnectorContract</c>. All of them tell three kinds of failure apart:
/// the source as a whole is gone (<see cref="ConnectorException"/>), one entry cannot be read (<see cref="SourceEntryException"/>), and one entry
/// is simply no longer there (null, or <see cref="ProblemCodes.Vanished"/>), which is not an error.</para>
/// <para>Calls may overlap: the sync reads several files at once.</para>
/// </remarks>
public interface IConnectorSource : IAsyncDisposable
{
    /// <summary>Looks at the root.</summary>
    /// <returns>The identity of the root: equal as long as it is the same directory of the same file system.</returns>
    /// <exception cref="ConnectorException">The source does not answer (<see cref="ConnectorCodes.SourceOffline"/>).</exception>
    Task<string> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>The entries of one directory, in byte order of their UTF-8 names, the first one not before <paramref name="fromName"/>.</summary>
    /// <remarks>Names are complete when the first entry arrives: a listing fails before its first entry or, when the whole source goes away, ends
    /// with an exception; it never just stops early. An entry that disappears while its facts are read is left out. Memory: the names of one directory.</remarks>
    /// <param name="directory">Path of the directory; the empty string is the root.</param>
    /// <param name="fromName">Names before this one are left out, unread; null starts at the beginning.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <exception cref="SourceEntryException">The directory cannot be listed.</exception>
    /// <exception cref="ConnectorException">The whole source is gone.</exception>
    IAsyncEnumerable<SourceEntry> ListAsync(string directory, string? fromName, CancellationToken cancellationToken);

    /// <summary>The entry at a path as it is now; null when there is none with exactly this name, case included.</summary>
    /// <exception cref="SourceEntryException">Whether it exists cannot be told.</exception>
    Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken);

    /// <summary>Opens the content of a file. Never follows a link out of the source and never opens what is not a regular file.</summary>
    /// <exception cref="SourceEntryException">It cannot be read; <see cref="ProblemCodes.Vanished"/> when it is no longer there.</exception>
    Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken);
}

/// <summary>An open file of a source. Its facts come from the opened file itself, not from its name.</summary>
public interface ISourceContent : IAsyncDisposable
{
    /// <summary>The bytes, from the start; read once, forward.</summary>
    Stream Content { get; }

    /// <summary>The file as it was when it was opened.</summary>
    SourceEntry Opened { get; }

    /// <summary>The same open file as it is now; when size or times differ from <see cref="Opened"/>, what was read may be torn.</summary>
    Task<SourceEntry> RevisitAsync(CancellationToken cancellationToken);
}

/// <summary>What an entry is.</summary>
public enum SourceEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link or junction. Never followed.</summary>
    Link,

    /// <summary>A pipe, socket or device. Never opened.</summary>
    Special,

    /// <summary>Left out by a rule of the source itself, such as the product's own data directory.</summary>
    Excluded,

    /// <summary>It is there, but cannot be examined or addressed; <see cref="SourceEntry.Fault"/> says why.</summary>
    Unknown,
}

/// <summary>What a source marks an entry as.</summary>
[Flags]
public enum SourceAttributes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Not shown by default.</summary>
    Hidden = 1,

    /// <summary>Belongs to the operating system.</summary>
    System = 2,

    /// <summary>Not to be written to.</summary>
    ReadOnly = 4,
}

/// <summary>One entry of a directory.</summary>
/// <param name="Path">From the root of the source; for an entry that cannot be addressed, its name with the bad bytes written as <c>\xNN</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Identity">Equal for two looks at the same file wherever it lies by then; hard links share it. Empty for <see cref="SourceEntryKind.Unknown"/>.</param>
/// <param name="IdentityIsLasting">True when an identity is never given to a second file. If false, a match needs equal size and time to count as the same file.</param>
/// <param name="SizeBytes">Length of the content; 0 for anything but a file.</param>
/// <param name="ModifiedNs">Last change of the content, nanoseconds since 1970 UTC.</param>
/// <param name="ChangedNs">Last change of content or attributes, nanoseconds since 1970 UTC; a source without such a time repeats <paramref name="ModifiedNs"/>.</param>
/// <param name="Fault">For <see cref="SourceEntryKind.Unknown"/>, why; otherwise null.</param>
/// <param name="Attributes">What the source marks it as.</param>
public sealed record SourceEntry(
    string Path,
    SourceEntryKind Kind,
    string Identity,
    bool IdentityIsLasting,
    long SizeBytes,
    long ModifiedNs,
    long ChangedNs,
    SourceFault? Fault = null,
    SourceAttributes Attributes = SourceAttributes.None)
{
    /// <summary>The last part of the path.</summary>
    public string Name => SourcePath.NameOf(Path);

    /// <summary>Whether content, size and times are as they were at the other look.</summary>
    public bool SameStateAs(SourceEntry other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Identity == other.Identity && SizeBytes == other.SizeBytes && ModifiedNs == other.ModifiedNs && ChangedNs == other.ChangedNs;
    }
}

/// <summary>Why one entry cannot be read.</summary>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Detail">What the source said, without the path.</param>
public sealed record SourceFault(string Code, string Detail);

/// <summary>One entry of a source cannot be read; the others can.</summary>
public sealed class SourceEntryException : IOException
{
    /// <summary>Says what happened at which path.</summary>
    public SourceEntryException(string path, SourceFault fault, Exception? inner = null)
        : base($"{path}: {fault?.Detail}", inner)
    {
        ArgumentNullException.ThrowIfNull(fault);
        (Path, Fault) = (path, fault);
    }

    /// <summary>From the root of the source.</summary>
    public string Path { get; }

    /// <summary>Why.</summary>
    public SourceFault Fault { get; }
}
