using System.Buffers.Binary;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>Kinds of frames between the worker and an agent. A frame is one byte of kind, four of length (little endian), then the payload.
/// Requests are answered one after the other, in their order.</summary>
internal enum AgentFrame : byte
{
    /// <summary>Request, first of all: <see cref="AgentConnection"/> as JSON. Answered by <see cref="Done"/>.</summary>
    Connect = (byte)'C',

    /// <summary>Request: a path. Answered by <see cref="Entry"/> or <see cref="Missing"/>.</summary>
    Stat = (byte)'S',

    /// <summary>Request: as <see cref="Stat"/>, but only an entry that is listed under exactly this name.</summary>
    StatExactly = (byte)'X',

    /// <summary>Request: a path. Answered by any number of <see cref="Entries"/>, then <see cref="Done"/>.</summary>
    List = (byte)'L',

    /// <summary>Request: largest size to be read at once (int64), the facts of its last listing (all zero when none are known), path. Answered by
    /// <see cref="Whole"/>; or by <see cref="Opened"/>, any number of <see cref="Bytes"/> and <see cref="Done"/>, after which the file stays open until
    /// <see cref="Close"/>.</summary>
    Read = (byte)'R',

    /// <summary>Request: the open file as it is now. Answered by <see cref="Entry"/>.</summary>
    Revisit = (byte)'V',

    /// <summary>Request: closes the open file. Answered by <see cref="Done"/>.</summary>
    Close = (byte)'Q',

    /// <summary>Request: a path that is made anew and stays open for <see cref="Bytes"/> from the worker, ended by <see cref="Finish"/>. Not answered.</summary>
    Create = (byte)'N',

    /// <summary>Request: what was written is complete. Answered by <see cref="Entry"/>.</summary>
    Finish = (byte)'Z',

    /// <summary>Request: path, then new path. Answered by <see cref="Done"/>.</summary>
    Rename = (byte)'M',

    /// <summary>Request: path of a file. Answered by <see cref="Done"/>.</summary>
    Unlink = (byte)'U',

    /// <summary>Request: path of a new directory. Answered by <see cref="Done"/>.</summary>
    MakeDirectory = (byte)'D',

    /// <summary>Request: path of an empty directory. Answered by <see cref="Done"/>.</summary>
    RemoveDirectory = (byte)'P',

    /// <summary>Request: date in microseconds since 1970 (int64), path. Answered by <see cref="Done"/>.</summary>
    SetDate = (byte)'T',

    /// <summary>Request: path, name of an extended attribute. Answered by <see cref="Bytes"/>.</summary>
    GetAttribute = (byte)'A',

    /// <summary>Request: path, name, value. Answered by <see cref="Done"/>.</summary>
    SetAttribute = (byte)'B',

    /// <summary>Request: path of a directory. Answered by <see cref="Changes"/> until the agent is ended.</summary>
    Watch = (byte)'W',

    /// <summary>Request: the session itself. Answered by <see cref="Bytes"/>: the algorithm of signing (MS-SMB2 2.2.3.1.7; 255 is unknown), then
    /// whether requests are signed, then whether they are encrypted.</summary>
    Session = (byte)'I',

    /// <summary>Answer: done.</summary>
    Done = (byte)'d',

    /// <summary>Answer: facts of one entry, as <see cref="RemoteEntry"/> writes it.</summary>
    Entry = (byte)'e',

    /// <summary>Answer: entries of a directory, one after the other.</summary>
    Entries = (byte)'l',

    /// <summary>Answer: there is none.</summary>
    Missing = (byte)'m',

    /// <summary>Answer: the facts before, the facts after, and all bytes of a small file.</summary>
    Whole = (byte)'w',

    /// <summary>Answer: the facts of a file whose bytes follow.</summary>
    Opened = (byte)'o',

    /// <summary>Bytes of content.</summary>
    Bytes = (byte)'b',

    /// <summary>Answer: changes, each the action (one byte, MS-FSCC 2.7.1) and the path with backslashes, ended by a zero byte; none when nothing
    /// happened; a zero byte alone stands for changes that were lost.</summary>
    Changes = (byte)'c',

    /// <summary>Answer instead of any other: <see cref="AgentFault"/>.</summary>
    Fault = (byte)'f',
}

/// <summary>Sizes and headers of frames.</summary>
internal static class AgentFrames
{
    internal const int HeaderSize = 5;

    /// <summary>Content per frame, and asked of the server at a time.</summary>
    internal const int BlockSize = 1 << 20;

    /// <summary>Largest payload that is accepted: a small file with its facts, or a block.</summary>
    internal const int MaxPayload = 16 << 20;

    internal static void WriteHeader(Span<byte> header, AgentFrame kind, int length)
    {
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], length);
    }

    /// <summary>Reads kind and length.</summary>
    /// <exception cref="InvalidDataException">The length is impossible.</exception>
    internal static (AgentFrame Kind, int Length) ReadHeader(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[1..]);
        return length is >= 0 and <= MaxPayload
            ? ((AgentFrame)header[0], length)
            : throw new InvalidDataException($"A frame of {length} bytes.");
    }
}
