using System.Buffers;
using System.Buffers.Binary;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>Kinds of frames between the worker and a child. A frame is one byte of kind, four of length (little endian), then the payload.</summary>
internal enum FrameKind : byte
{
    /// <summary>To the child: <see cref="TaskMessage"/> as JSON.</summary>
    Task = (byte)'T',

    /// <summary>To the child: bytes of the content.</summary>
    Content = (byte)'C',

    /// <summary>To the child: the content is complete.</summary>
    End = (byte)'E',

    /// <summary>From the child, once: <see cref="ReadyMessage"/> as JSON.</summary>
    Ready = (byte)'R',

    /// <summary>From the child: still getting on. Payload: the page begun (int32), or nothing.</summary>
    Progress = (byte)'P',

    /// <summary>From the child: one page, see <see cref="PageCodec"/>.</summary>
    Page = (byte)'G',

    /// <summary>From the child: one page that could not be read, <see cref="PageProblem"/> as JSON.</summary>
    Problem = (byte)'B',

    /// <summary>From the child, last: <see cref="ResultMessage"/> as JSON.</summary>
    Result = (byte)'D',
}

/// <summary>Reads and writes frames.</summary>
internal static class Frames
{
    internal const int HeaderSize = 5;

    /// <summary>Largest payload a worker accepts. A page's text is cut by the output limit long before.</summary>
    internal const int MaxPayload = 512 << 20;

    internal static void WriteHeader(Span<byte> header, FrameKind kind, int length)
    {
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], length);
    }

    /// <summary>Writes one frame and flushes.</summary>
    internal static void Write(Stream stream, FrameKind kind, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        WriteHeader(header, kind, payload.Length);
        stream.Write(header);
        stream.Write(payload);
        stream.Flush();
    }

    /// <summary>Reads one frame into a rented buffer that the caller returns; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The length is impossible.</exception>
    internal static async ValueTask<Frame?> ReadAsync(Stream stream, byte[] header, CancellationToken cancellationToken)
    {
        var got = await stream.ReadAtLeastAsync(header.AsMemory(0, HeaderSize), HeaderSize, throwOnEndOfStream: false, cancellationToken);
        if (got < HeaderSize)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1));
        if (length is < 0 or > MaxPayload)
            throw new InvalidDataException($"A frame of {length} bytes.");
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        if (await stream.ReadAtLeastAsync(buffer.AsMemory(0, length), length, throwOnEndOfStream: false, cancellationToken) < length)
            return null;
        return new Frame((FrameKind)header[0], buffer, length);
    }
}

/// <summary>One frame in a rented buffer.</summary>
internal readonly record struct Frame(FrameKind Kind, byte[] Buffer, int Length) : IDisposable
{
    internal ReadOnlySpan<byte> Payload => Buffer.AsSpan(0, Length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(Buffer);
}
