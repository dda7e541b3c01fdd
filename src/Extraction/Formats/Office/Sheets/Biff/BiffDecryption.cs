using System.Buffers.Binary;
using ScaiDrive.Extraction.Formats.Office.Protection;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>Opens encrypted workbooks that the default password opens ([MS-XLS] 2.4.117, 2.2.10).</summary>
internal static class BiffDecryption
{
    private const ushort Rc4Type = 1;

    /// <summary>What deciphers the records after FilePass; null when another password is needed.</summary>
    /// <param name="filePass">The record's body.</param>
    /// <param name="version">Of the workbook; only version 8 has other methods than XOR.</param>
    internal static RecordCipher? Open(ReadOnlySpan<byte> filePass, int version)
    {
        if (version == 8)
        {
            if (filePass.Length < 2)
                return null;
            var type = BinaryPrimitives.ReadUInt16LittleEndian(filePass);
            filePass = filePass[2..];
            if (type == Rc4Type)
                return Rc4Encryption.Open(filePass, DefaultPassword.Value) is { } rc4 ? new Rc4Records(rc4) : null;
        }
        return filePass.Length >= 4
            && XorObfuscation.Open(BinaryPrimitives.ReadUInt16LittleEndian(filePass), BinaryPrimitives.ReadUInt16LittleEndian(filePass[2..]), DefaultPassword.Value) is { } xor
            ? new XorRecords(xor) : null;
    }

    private sealed class XorRecords(XorObfuscation xor) : RecordCipher
    {
        internal override void Decipher(Span<byte> body, long position, int plain) => xor.Restore(body[plain..], position + body.Length + plain);
    }

    /// <summary>The key stream runs over the whole stream, headers included, and begins anew every 1024 bytes.</summary>
    private sealed class Rc4Records(Rc4Encryption encryption) : RecordCipher
    {
        private const int BlockSize = 1024;

        private Rc4? _stream;
        private long _at;

        internal override void Decipher(Span<byte> body, long position, int plain)
        {
            for (var i = plain; i < body.Length; i++)
            {
                MoveTo(position + i);
                body[i] ^= _stream!.Next();
                _at++;
            }
        }

        private void MoveTo(long position)
        {
            if (_stream is null || position < _at || position / BlockSize != _at / BlockSize || _at % BlockSize == 0)
            {
                _stream = encryption.Block((uint)(position / BlockSize));
                _at = position / BlockSize * BlockSize;
            }
            _stream.Skip((int)(position - _at));
            _at = position;
        }
    }
}
