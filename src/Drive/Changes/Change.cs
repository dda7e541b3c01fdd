using Npgsql;

namespace ScaiDrive.Drive;

/// <summary>What was changed.</summary>
public enum ResourceType
{
    /// <summary>A share.</summary>
    Share,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A file.</summary>
    File,
}

/// <summary>How it was changed.</summary>
public enum ChangeKind
{
    /// <summary>It is new.</summary>
    Created,

    /// <summary>A file has other content, type or date.</summary>
    Updated,

    /// <summary>It, or a folder above it, has another name.</summary>
    Renamed,

    /// <summary>It, or a folder above it, is in another folder; perhaps under another name.</summary>
    Moved,

    /// <summary>It is in the trash, or gone for good.</summary>
    Deleted,

    /// <summary>It came back from the trash.</summary>
    Restored,

    /// <summary>The permissions of its source are others; nothing else changed.</summary>
    Permissions,
}

/// <summary>Where a change came from: decides which queue its consequences wait in.</summary>
/// <param name="IsInteractive">Somebody is waiting.</param>
/// <param name="ConnectorId"><c>cnn_…</c>; null when interactive.</param>
public sealed record ChangeOrigin(bool IsInteractive, string? ConnectorId)
{
    private static readonly ChangeOrigin InteractiveOrigin = new(true, null);

    /// <summary>A person or their client.</summary>
    public static ChangeOrigin Interactive() => InteractiveOrigin;

    /// <summary>Although a connector brought it, somebody may be waiting for it. Told to listeners alone; the log does not keep it.</summary>
    public bool IsUrgent { get; private init; }

    /// <summary>A connector that mirrors a source.</summary>
    public static ChangeOrigin Import(string connectorId)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectorId);
        return new(false, connectorId);
    }

    /// <summary>A connector whose source told of just this change.</summary>
    public static ChangeOrigin Noticed(string connectorId) => Import(connectorId) with { IsUrgent = true };
}

/// <summary>One row of the change log.</summary>
/// <param name="Number">Rises within a tenant in the order of commits, with gaps. Whoever has read up to a number has missed
/// nothing below it.</param>
/// <param name="TenantId"><c>tnt_…</c>.</param>
/// <param name="ShareId"><c>shr_…</c>.</param>
/// <param name="ResourceType">What was changed.</param>
/// <param name="ResourceId">Its id.</param>
/// <param name="Kind">How.</param>
/// <param name="File">The file right after this change (a deleted one with <c>IsDeleted</c>); null for folders and shares.</param>
/// <param name="Origin">Where it came from.</param>
/// <param name="At">UTC; when its transaction ended, as far as that is known inside it.</param>
public sealed record Change(
    long Number,
    string TenantId,
    string ShareId,
    ResourceType ResourceType,
    string ResourceId,
    ChangeKind Kind,
    DriveFile? File,
    ChangeOrigin Origin,
    DateTimeOffset At)
{
    /// <summary><c>usr_…</c>.</summary>
    public required string ChangedBy { get; init; }

    /// <summary>Before the change; null for what is new.</summary>
    public string? OldPath { get; init; }

    /// <summary>After the change; for a deleted item its last path.</summary>
    public required string NewPath { get; init; }

    /// <summary><c>ver_…</c> of the file's version after the change; null for folders and shares.</summary>
    public string? VersionId { get; init; }
}

/// <summary>Is told of every change in the transaction that makes it, so that what it writes there exists if and only if the
/// change does.</summary>
public interface IChangeListener
{
    /// <summary>Called right before commit, in order of numbers, with 1 to 1000 changes of one tenant at a time.</summary>
    /// <param name="tx">The transaction of the change. It holds the lock on the tenant's change log: be brief, wait for
    /// nothing.</param>
    /// <param name="changes">In order of numbers.</param>
    /// <param name="cancellationToken">That of the writer.</param>
    /// <remarks>An exception makes the writer's <see cref="DriveWriter.CompleteAsync"/> fail, and so the whole transaction.</remarks>
    Task OnChangesAsync(NpgsqlTransaction tx, IReadOnlyList<Change> changes, CancellationToken cancellationToken);
}
