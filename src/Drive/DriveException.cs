using System.Globalization;

namespace ScaiDrive.Drive;

/// <summary>Drive refuses or cannot do what was asked; <see cref="Code"/> says why to programs.</summary>
/// <remarks>Except where a type says otherwise, the transaction it was thrown in is still usable.</remarks>
public abstract class DriveException : Exception
{
    private protected DriveException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>Stable, upper-case, as in the error body of the API.</summary>
    public string Code { get; }
}

/// <summary>There is no such share, folder, file or version in this tenant.</summary>
public sealed class ItemNotFoundException(string id)
    : DriveException("NOT_FOUND", $"There is no {id}.")
{
    /// <summary>What was looked for.</summary>
    public string Id { get; } = id;
}

/// <summary>The item is in the trash: it must be restored before anything else is done with it.</summary>
public sealed class ItemDeletedException(string id)
    : DriveException("GONE", $"{id} is in the trash.")
{
    /// <summary>The item.</summary>
    public string Id { get; } = id;
}

/// <summary>A folder or file of that name is already there.</summary>
public sealed class NameConflictException(string name)
    : DriveException("NAME_CONFLICT", $"There is already an item called '{name}' in this folder.")
{
    /// <summary>The name as it would be stored.</summary>
    public string Name { get; } = name;
}

/// <summary>The name cannot be stored.</summary>
public sealed class InvalidNameException(string name, string reason)
    : DriveException("INVALID_NAME", $"A name {reason}.")
{
    /// <summary>As given.</summary>
    public string Name { get; } = name;
}

/// <summary>The path of a folder would exceed <see cref="ItemPath.MaxBytes"/>, its own or that of one below it.</summary>
public sealed class PathTooLongException()
    : DriveException("PATH_TOO_LONG", string.Create(CultureInfo.InvariantCulture, $"The path would be longer than {ItemPath.MaxBytes} bytes."));

/// <summary>A folder cannot go there: into itself, below itself, or into another share.</summary>
public sealed class InvalidMoveException(string id, string reason)
    : DriveException("INVALID_MOVE", $"{id} cannot be moved {reason}.")
{
    /// <summary>The item that was to be moved.</summary>
    public string Id { get; } = id;
}

/// <summary>The stream held more bytes than allowed. Nothing refers to what was stored of it; the collector removes it.</summary>
public sealed class ContentTooLargeException(long maxBytes)
    : DriveException("PAYLOAD_TOO_LARGE", string.Create(CultureInfo.InvariantCulture, $"The content is larger than {maxBytes} bytes."))
{
    /// <summary>The limit that was exceeded.</summary>
    public long MaxBytes { get; } = maxBytes;
}

/// <summary>The disk of the content store is full, or the quota of the account that writes to it. What was stored before is whole;
/// of the chunk that did not fit nothing is left.</summary>
public sealed class DiskFullException(string directory, Exception inner)
    : DriveException("STORAGE_FULL", "The content store has no space left.", inner)
{
    /// <summary>The directory that could not take more.</summary>
    public string Directory { get; } = directory;
}

/// <summary>Stored bytes are not where the database says they are, or not as many.</summary>
public sealed class ContentMissingException(string chunkHash, string reason)
    : DriveException("CONTENT_MISSING", $"Stored chunk {chunkHash} {reason}.")
{
    /// <summary>SHA-256 of the chunk; of the whole content when no version has it.</summary>
    public string ChunkHash { get; } = chunkHash;
}

/// <summary>A chunk was collected between <see cref="ContentStore.WriteAsync"/> and the transaction that was to refer to it.
/// Write the content again: that stores the chunk anew.</summary>
public sealed class ContentVanishedException(string chunkHash)
    : DriveException("CONTENT_VANISHED", $"Chunk {chunkHash} was collected before a version referred to it; write the content again.")
{
    /// <summary>SHA-256 of the chunk.</summary>
    public string ChunkHash { get; } = chunkHash;
}
