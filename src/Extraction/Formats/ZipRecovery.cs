using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Finds the members of a ZIP archive by their local headers (APPNOTE 4.3.7), for archives whose directory is lost.</summary>
internal static class ZipRecovery
{
    private const int HeaderSize = 30, MaxMembers = 100_000, BlockSize = 1 << 20;
    private const ushort Stored = 0, Deflated = 8, EncryptedFlag = 1, SizesFollowFlag = 8;

    private static ReadOnlySpan<byte> Signature => "PK\x03\x04"u8;

    /// <summary>One member and where its packed bytes lie.</summary>
    internal sealed record Member(string Name, bool Packed, long Start, long Length)
    {
        internal Stream Open(FileStream content)
        {
            var range = new RangeStream(content, Start, Length);
            return Packed ? new UntilDamageStream(new DeflateStream(range, CompressionMode.Decompress)) : range;
        }
    }

    internal static IReadOnlyList<Member> Find(FileStream content)
    {
        var members = new List<Member>();
        var starts = FindSignatures(content);
        var header = new byte[HeaderSize];
        var past = 0L;
        for (var i = 0; i < starts.Count; i++)
        {
            // A signature inside the bytes of the member before is no member of ours.
            if (starts[i] < past || starts[i] + HeaderSize > content.Length)
                continue;
            content.Position = starts[i];
            content.ReadExactly(header);
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(6));
            var method = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8));
            var packed = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(18));
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26));
            var start = starts[i] + HeaderSize + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
            if (method is not (Stored or Deflated) || (flags & EncryptedFlag) != 0 || nameLength == 0 || start > content.Length)
                continue;
            var name = new byte[nameLength];
            content.ReadExactly(name);
            var known = (flags & SizesFollowFlag) == 0 && packed != uint.MaxValue && start + packed <= content.Length;
            var next = i + 1 < starts.Count ? starts[i + 1] : content.Length;
            // Packed data tells its own end; only what is stored plainly must stop at the next header.
            var length = known ? packed : (method == Deflated ? content.Length : Math.Max(start, next)) - start;
            past = known ? start + packed : start;
            members.Add(new(Encoding.UTF8.GetString(name), method == Deflated, start, length));
        }
        return members;
    }

    private static List<long> FindSignatures(FileStream content)
    {
        var found = new List<long>();
        var block = new byte[BlockSize + 3];
        var (kept, position) = (0, 0L);
        content.Position = 0;
        while (found.Count < MaxMembers && content.Read(block, kept, BlockSize) is > 0 and var read)
        {
            var filled = block.AsSpan(0, kept + read);
            for (var at = 0; filled[at..].IndexOf(Signature) is >= 0 and var offset && found.Count < MaxMembers; at += offset + 4)
                found.Add(position + at + offset);
            // A signature may lie across two blocks.
            kept = Math.Min(3, filled.Length);
            position += filled.Length - kept;
            filled[^kept..].CopyTo(block);
        }
        return found;
    }

    /// <summary>Part of a file that others read as well: every read seeks first.</summary>
    private sealed class RangeStream(FileStream file, long start, long length) : ReadOnlyStream
    {
        private long _at;

        public override int Read(Span<byte> buffer)
        {
            file.Position = start + _at;
            var read = file.Read(buffer[..(int)Math.Min(buffer.Length, length - _at)]);
            _at += read;
            return read;
        }
    }

    /// <summary>Damaged packed data ends there: what came before is worth reading.</summary>
    private sealed class UntilDamageStream(Stream inner) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            try
            {
                return inner.Read(buffer);
            }
            catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
            {
                return 0;
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>What a stream that is only read from front to back has in common with all such streams.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public abstract override int Read(Span<byte> buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
