using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Tests.Support.Samba;

/// <summary>What a proxy can tell of a message of SMB 2 or 3 ([MS-SMB2] 2.2.1).</summary>
/// <param name="IsReply">From the server.</param>
/// <param name="Commands">One, or several that travel together; none when it is encrypted.</param>
/// <param name="SizeBytes">Of all of it.</param>
/// <param name="IsSigned">Whether the (first) message carries a signature.</param>
/// <param name="Connection">Which connection of the proxy, counted from 1.</param>
/// <param name="FileName">Of a request to open something, its path in the share with backslashes; otherwise null.</param>
public sealed record SmbMessage(bool IsReply, IReadOnlyList<SmbCommand> Commands, int SizeBytes, bool IsSigned, int Connection, string? FileName)
{
    private const uint PlainMark = 0xFE534D42;
    private const int HeaderBytes = 64;
    private const uint SignedFlag = 8;

    /// <summary>Whether it carries data of a file to the client.</summary>
    public bool IsReadReply(int atLeastBytes) => IsReply && Commands.Contains(SmbCommand.Read) && SizeBytes >= atLeastBytes;

    internal static SmbMessage Parse(ReadOnlyMemory<byte> message, bool isReply, int connection)
    {
        var commands = new List<SmbCommand>();
        string? fileName = null;
        var isSigned = false;
        for (var rest = message; rest.Length >= HeaderBytes && BinaryPrimitives.ReadUInt32BigEndian(rest.Span) == PlainMark;)
        {
            var command = (SmbCommand)BinaryPrimitives.ReadUInt16LittleEndian(rest.Span[12..]);
            commands.Add(command);
            isSigned |= (BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[16..]) & SignedFlag) != 0;
            if (command == SmbCommand.Create && !isReply)
                fileName ??= NameIn(rest.Span);
            var next = BinaryPrimitives.ReadInt32LittleEndian(rest.Span[20..]);
            if (next <= 0 || next > rest.Length)
                break;
            rest = rest[next..];
        }

        return new SmbMessage(isReply, commands, message.Length, isSigned, connection, fileName);
    }

    // Offset and length of the name stand at 44 and 46 of the request, which follows the header.
    private static string? NameIn(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes + 48)
            return null;
        var offset = BinaryPrimitives.ReadUInt16LittleEndian(message[(HeaderBytes + 44)..]);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(message[(HeaderBytes + 46)..]);
        return offset + length <= message.Length ? Encoding.Unicode.GetString(message.Slice(offset, length)) : null;
    }
}

/// <summary>Commands of SMB 2 and 3 by their numbers.</summary>
public enum SmbCommand
{
    Negotiate = 0,
    SessionSetup = 1,
    Logoff = 2,
    TreeConnect = 3,
    TreeDisconnect = 4,
    Create = 5,
    Close = 6,
    Flush = 7,
    Read = 8,
    Write = 9,
    Lock = 10,
    IoControl = 11,
    Cancel = 12,
    Echo = 13,
    QueryDirectory = 14,
    ChangeNotify = 15,
    QueryDetails = 16,
    SetDetails = 17,
    OplockBreak = 18,
}
