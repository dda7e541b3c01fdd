using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Protection;

/// <summary>The oldest protection of workbooks: bytes are turned and mixed with 16 bytes made from the password ([MS-OFFCRYPTO] 2.3.7).</summary>
internal sealed class XorObfuscation
{
    private const int MaxPassword = 15;
    private const ushort VerifierSeed = 0xCE4B;

    // The tables of [MS-OFFCRYPTO] 2.3.7.2.
    private static ReadOnlySpan<ushort> InitialCode =>
        [0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C, 0x0E10, 0xF1CE, 0x313E, 0x1872, 0xE139, 0xD40F, 0x84F9, 0x280C, 0xA96A, 0x4EC3];

    private static ReadOnlySpan<ushort> Matrix =>
    [
        0xAEFC, 0x4DD9, 0x9BB2, 0x2745, 0x4E8A, 0x9D14, 0x2A09, 0x7B61, 0xF6C2, 0xFDA5, 0xEB6B, 0xC6F7, 0x9DCF, 0x2BBF,
        0x4563, 0x8AC6, 0x05AD, 0x0B5A, 0x16B4, 0x2D68, 0x5AD0, 0x0375, 0x06EA, 0x0DD4, 0x1BA8, 0x3750, 0x6EA0, 0xDD40,
        0xD849, 0xA0B3, 0x5147, 0xA28E, 0x553D, 0xAA7A, 0x44D5, 0x6F45, 0xDE8A, 0xAD35, 0x4A4B, 0x9496, 0x390D, 0x721A,
        0xEB23, 0xC667, 0x9CEF, 0x29FF, 0x53FE, 0xA7FC, 0x5FD9, 0x47D3, 0x8FA6, 0x0F6D, 0x1EDA, 0x3DB4, 0x7B68, 0xF6D0,
        0xB861, 0x60E3, 0xC1C6, 0x93AD, 0x377B, 0x6EF6, 0xDDEC, 0x45A0, 0x8B40, 0x06A1, 0x0D42, 0x1A84, 0x3508, 0x6A10,
        0xAA51, 0x4483, 0x8906, 0x022D, 0x045A, 0x08B4, 0x1168, 0x76B4, 0xED68, 0xCAF1, 0x85C3, 0x1BA7, 0x374E, 0x6E9C,
        0x3730, 0x6E60, 0xDCC0, 0xA9A1, 0x4363, 0x86C6, 0x1DAD, 0x3331, 0x6662, 0xCCC4, 0x89A9, 0x0373, 0x06E6, 0x0DCC,
        0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48C4,
    ];

    private static ReadOnlySpan<byte> Padding => [0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80, 0x00, 0xBE, 0x0F, 0x00, 0xBF, 0x0F, 0x00];

    private readonly byte[] _mask;

    private XorObfuscation(byte[] mask) => _mask = mask;

    /// <summary>Tries a password.</summary>
    /// <param name="key">As the document stores it.</param>
    /// <param name="verifier">As the document stores it.</param>
    /// <param name="password">Characters of one byte, at most 15 of them count.</param>
    /// <returns>Null when the password is another one.</returns>
    internal static XorObfuscation? Open(ushort key, ushort verifier, string password)
    {
        var bytes = Encoding.Latin1.GetBytes(password.Length <= MaxPassword ? password : password[..MaxPassword]);
        return bytes.Length > 0 && Verifier(bytes) == verifier && Key(bytes) == key ? new(Mask(bytes, key)) : null;
    }

    /// <summary>Restores bytes in place.</summary>
    /// <param name="bytes">Any length.</param>
    /// <param name="start">Which of the 16 mask bytes is the first; in a workbook the place of the record's body plus the body's length.</param>
    internal void Restore(Span<byte> bytes, long start)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = (byte)(bytes[i] ^ _mask[(start + i) & 15]);
            bytes[i] = byte.RotateRight(value, 5);
        }
    }

    private static ushort Verifier(ReadOnlySpan<byte> password)
    {
        var verifier = 0;
        for (var i = password.Length; i >= 0; i--)
        {
            verifier = ((verifier >> 14) & 1) | ((verifier << 1) & 0x7FFF);
            verifier ^= i == 0 ? password.Length : password[i - 1];
        }
        return (ushort)(verifier ^ VerifierSeed);
    }

    private static ushort Key(ReadOnlySpan<byte> password)
    {
        var key = InitialCode[password.Length - 1];
        var element = Matrix.Length - 1;
        for (var i = password.Length - 1; i >= 0; i--)
        {
            var character = password[i];
            for (var bit = 0; bit < 7; bit++, element--, character <<= 1)
            {
                if ((character & 0x40) != 0)
                    key ^= Matrix[element];
            }
        }
        return key;
    }

    // The password, then padding; even places are mixed with the key's low byte, odd ones with its high byte.
    private static byte[] Mask(ReadOnlySpan<byte> password, ushort key)
    {
        var mask = new byte[16];
        for (var i = 0; i < mask.Length; i++)
        {
            var source = i < password.Length ? password[i] : Padding[i - password.Length];
            mask[i] = byte.RotateRight((byte)(source ^ (i % 2 == 0 ? key & 0xFF : key >> 8)), 1);
        }
        return mask;
    }
}
