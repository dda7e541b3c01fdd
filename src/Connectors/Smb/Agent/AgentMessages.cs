using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>Where an agent connects to, and as whom.</summary>
internal sealed record AgentConnection
{
    /// <summary>The private configuration of libsmbclient.</summary>
    public required string ConfigurationFile { get; init; }

    /// <summary>Name or address.</summary>
    public required string Server { get; init; }

    public required int Port { get; init; }

    public required string Share { get; init; }

    /// <summary>Directory of the share that is the root; empty is the share itself.</summary>
    public required string BasePath { get; init; }

    public required string Domain { get; init; }

    public required string Username { get; init; }

    /// <summary>Empty with Kerberos.</summary>
    public required string Password { get; init; }

    public required bool UseKerberos { get; init; }

    public required bool RequireEncryption { get; init; }

    /// <summary>What the library waits for one answer of the server.</summary>
    public required int TimeoutMilliseconds { get; init; }
}

[JsonSerializable(typeof(AgentConnection))]
internal sealed partial class AgentJson : JsonSerializerContext;

/// <summary>Facts of one entry as the server tells them.</summary>
/// <param name="Attributes">Attributes of MS-FSCC 2.6, as far as the call tells them.</param>
/// <param name="FileId">Unique within the share while the file exists.</param>
/// <param name="SizeBytes">Length of the content.</param>
/// <param name="ModifiedNs">Last write, nanoseconds since 1970.</param>
/// <param name="ChangedNs">Last change, nanoseconds since 1970; some servers repeat the last write.</param>
internal readonly record struct RemoteEntry(uint Attributes, ulong FileId, long SizeBytes, long ModifiedNs, long ChangedNs)
{
    internal const int Size = 36;

    internal const uint Hidden = 0x2, System = 0x4, ReadOnly = 0x1, Directory = 0x10, ReparsePoint = 0x400;

    internal void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Attributes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[4..], FileId);
        BinaryPrimitives.WriteInt64LittleEndian(target[12..], SizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[20..], ModifiedNs);
        BinaryPrimitives.WriteInt64LittleEndian(target[28..], ChangedNs);
    }

    internal static RemoteEntry Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(source),
        BinaryPrimitives.ReadUInt64LittleEndian(source[4..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[12..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[20..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[28..]));
}

/// <summary>What went wrong at the server.</summary>
/// <param name="Status">The NT status (MS-ERREF 2.3.1); when the library did not tell it, the one its error number stands for.</param>
/// <param name="IsOfConnection">The server could not be reached or refused the session or the share, also at the second try.</param>
internal readonly record struct AgentFault(uint Status, bool IsOfConnection)
{
    internal const int Size = 5;

    internal void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Status);
        target[4] = IsOfConnection ? (byte)1 : (byte)0;
    }

    internal static AgentFault Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt32LittleEndian(source), source[4] != 0);
}
