using System.Runtime.InteropServices;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>Makes pictures larger or smaller with the library Tesseract itself reads them with; where it cannot be loaded they stay as they are.</summary>
/// <remarks>It runs in the child, which is confined and expendable: a picture that kills it is known, and costs that page.</remarks>
internal static class Leptonica
{
    private const int Tiff = 4;           // IFF_TIFF of imageio.h: uncompressed
    private const int GreyBits = 8;
    private const int ColoursWithAlpha = 4;

    private static readonly nint Library = Load();

    /// <summary>Writes a grey copy.</summary>
    /// <param name="source">Any format Tesseract reads; the first picture of several.</param>
    /// <param name="target">Where the copy goes, a TIFF file.</param>
    /// <param name="factor">Of both sides.</param>
    /// <returns>False when there is no such copy.</returns>
    internal static bool TryScale(string source, string target, double factor)
    {
        if (Library == 0 || Function<Read>("pixRead")(source) is not (not 0 and var picture))
            return false;
        // Colour takes four times the room of grey and says no more of letters.
        return Replace(ref picture, Flatten(picture)) && Replace(ref picture, Function<ConvertTo>("pixConvertTo8")(picture, 0))
            && Replace(ref picture, Function<Scale>("pixScale")(picture, (float)factor, (float)factor))
            && Write(picture, target);
    }

    /// <summary>Width and height, from the first bytes of the file; null when they are not known.</summary>
    internal static (int Width, int Height)? Size(string path) =>
        Library != 0 && Function<ReadHeader>("pixReadHeader")(path, out _, out var width, out var height, out _, out _, out _) == 0 && width > 0 && height > 0
            ? (width, height) : null;

    // What is transparent shows the paper.
    private static nint Flatten(nint picture) => Function<GetNumber>("pixGetSpp")(picture) == ColoursWithAlpha
        ? Function<Convert>("pixRemoveAlpha")(picture) : Function<Convert>("pixClone")(picture);

    private static bool Replace(ref nint picture, nint next)
    {
        Function<Destroy>("pixDestroy")(ref picture);
        picture = next;
        return next != 0;
    }

    private static bool Write(nint picture, string target)
    {
        var written = Function<WriteTo>("pixWrite")(target, picture, Tiff) == 0;
        Function<Destroy>("pixDestroy")(ref picture);
        return written;
    }

    // Its name changed with version 1.83.
    private static nint Load()
    {
        foreach (var name in (string[])["libleptonica.so.6", "liblept.so.5", "libleptonica.so", "liblept.so"])
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "pixRemoveAlpha", out _))
            {
                // It would write its complaints where the child's own fatal errors are read from.
                if (NativeLibrary.TryGetExport(library, "setMsgSeverity", out var address))
                    _ = Marshal.GetDelegateForFunctionPointer<SetSeverity>(address)(6); // L_SEVERITY_NONE
                return library;
            }
        }
        return 0;
    }

    private static T Function<T>(string name) => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(Library, name));

    private delegate nint Read([MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    private delegate int ReadHeader([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out int format, out int width, out int height, out int bits, out int samples, out int map);

    private delegate int GetNumber(nint picture);

    private delegate nint Convert(nint picture);

    private delegate nint ConvertTo(nint picture, int map);

    private delegate nint Scale(nint picture, float horizontal, float vertical);

    private delegate int WriteTo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, nint picture, int format);

    private delegate void Destroy(ref nint picture);

    private delegate int SetSeverity(int level);
}
