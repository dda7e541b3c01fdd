using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>Takes the NT status of the last failure from what the library logs: its functions return only an error number, which stands for several.</summary>
/// <remarks>At the level that this needs the log also holds what must not be told; nothing else of it is kept.</remarks>
internal static unsafe class LibraryLog
{
    /// <summary>The level at which the library tells the status.</summary>
    internal const int Level = 10;

    /// <summary>The status of the last failure; 0 when there was none since it was set to 0.</summary>
    internal static uint LastStatus { get; set; }

    /// <summary>Whether the last message was encrypted. The library goes on unencrypted with a server that cannot encrypt, also when that is required.</summary>
    internal static bool IsEncrypted { get; private set; }

    /// <summary>Whether a message was signed since it was set to false.</summary>
    internal static bool IsSigned { get; set; }

    /// <summary>How messages are signed, by its number in the protocol; null when none was, or this version of the library does not tell.</summary>
    internal static byte? SigningAlgorithm { get; private set; }

    private static ReadOnlySpan<byte> Algorithm => "signed SMB2 message (sign_algo_id="u8;

    private static ReadOnlySpan<byte> Decrypted => "smb2_signing_decrypt_pdu: Decrypted SMB2 message"u8;

    private static ReadOnlySpan<byte> Signed => "signed SMB2 message"u8;

    private static ReadOnlySpan<byte> Start => "map_errno_from_nt_status: 32 bit codes: code="u8;

    [UnmanagedCallersOnly]
    internal static void Receive(nint state, int level, byte* message)
    {
        if (*message == (byte)'s')
            NoteProtection(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message));
        if (level != Level || *message != (byte)'m')
            return;
        var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message);
        if (text.StartsWith(Start) && text.Length >= Start.Length + 8
            && uint.TryParse(text.Slice(Start.Length, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var status))
            LastStatus = status;
    }

    private static void NoteSigned(ReadOnlySpan<byte> text)
    {
        (IsEncrypted, IsSigned) = (false, true);
        if (text.StartsWith(Algorithm) && Utf8Parser.TryParse(text[Algorithm.Length..], out byte algorithm, out _))
            SigningAlgorithm = algorithm;
    }

    private static void NoteProtection(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith(Decrypted))
            IsEncrypted = true;
        else if (text.StartsWith(Signed))
            NoteSigned(text);
    }
}
