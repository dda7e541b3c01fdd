using ScaiDrive.Extraction.Formats.Office.Protection;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>Opens presentations that are only protected against changes: PowerPoint encrypts those with a password of its own ([MS-PPT] 2.3.7).</summary>
internal static class PptDecryption
{
    private const string OwnPassword = "/01Hannes Ruescher/01";

    /// <summary>Restores all objects in place; false when it takes another password.</summary>
    internal static bool Open(byte[] stream, PptDirectory directory)
    {
        // The session's object holds the header; it and the directory itself are never encrypted.
        if (!directory.Offsets.TryGetValue(directory.EncryptionObject, out var session))
            return false;
        var header = LittleEndian.Slice(stream, session + PptRecords.HeaderSize, LittleEndian.UInt32(stream, session + 4L));
        if ((Rc4Encryption.Open(header, OwnPassword) ?? Rc4Encryption.Open(header, DefaultPassword.Value)) is not { } encryption)
            return false;
        var done = new HashSet<uint> { session };
        foreach (var (number, offset) in directory.Offsets)
        {
            if (offset <= stream.Length - PptRecords.HeaderSize && done.Add(offset))
                Restore(stream, (int)offset, encryption.Block(number));
        }
        return true;
    }

    // The length of an object is encrypted with it.
    private static void Restore(byte[] stream, int offset, Rc4 keys)
    {
        keys.Apply(stream.AsSpan(offset, PptRecords.HeaderSize));
        var start = offset + PptRecords.HeaderSize;
        var length = (int)Math.Min(LittleEndian.UInt32(stream, offset + 4L), stream.Length - start);
        keys.Apply(stream.AsSpan(start, length));
    }
}
