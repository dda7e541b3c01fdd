using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Ids of objects, made of what they stand for, so that writing twice changes nothing (UUID version 5, RFC 9562).</summary>
internal static class ObjectId
{
    // Made up once for this purpose; another value would be another index.
    private static readonly Guid Space = new("7c1de8a4-3f0b-4b52-9a53-5f7e2c9d8b10");

    internal static Guid OfIndex(string tenantId) => Of($"index\n{tenantId}");

    internal static Guid OfFile(string tenantId, string fileId) => Of($"file\n{tenantId}\n{fileId}");

    internal static Guid OfChunk(string tenantId, string fileId, int chunkIndex, string collection) =>
        Of($"chunk\n{tenantId}\n{fileId}\n{chunkIndex}\n{collection}");

    private static Guid Of(string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        Span<byte> input = new byte[16 + text.Length];
        Space.TryWriteBytes(input, bigEndian: true, out _);
        text.CopyTo(input[16..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // Version 5 is defined with SHA-1; nothing secret depends on it.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        var version = BinaryPrimitives.ReadUInt16BigEndian(hash[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(hash[6..], (ushort)((version & 0x0FFF) | 0x5000));
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new(hash[..16], bigEndian: true);
    }
}
