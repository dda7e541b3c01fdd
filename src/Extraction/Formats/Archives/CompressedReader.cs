using System.IO.Compression;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.LZMA;
using SharpCompress.Compressors.Lzw;
using SharpCompress.Compressors.ZStandard;
using Mode = SharpCompress.Compressors.CompressionMode;

namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>One file in a compressed stream, which may itself be an archive. It is read under its own name, the packed one without the extension.</summary>
internal static class CompressedReader
{
    internal static ReadResult Gzip(SourceDocument document, PageSink pages) =>
        Read(document, pages, static packed => new GZipStream(packed, CompressionMode.Decompress)); // goes on with further members (RFC 1952, 2.2)

    internal static ReadResult Bzip2(SourceDocument document, PageSink pages) =>
        Read(document, pages, static packed => BZip2Stream.Create(packed, Mode.Decompress, decompressConcatenated: true, leaveOpen: false));

    internal static ReadResult Xz(SourceDocument document, PageSink pages) => Read(document, pages, static packed => new XzStreams(packed));

    // Goes on with further frames and passes over skippable ones (RFC 8878, 3.1).
    internal static ReadResult Zstandard(SourceDocument document, PageSink pages) =>
        Read(document, pages, static packed => new DecompressionStream(packed, bufferSize: 0, checkEndOfStream: true, leaveOpen: false));

    internal static ReadResult Lzip(SourceDocument document, PageSink pages) =>
        Read(document, pages, static packed => LZipStream.Create(packed, Mode.Decompress, leaveOpen: false));

    internal static ReadResult Compress(SourceDocument document, PageSink pages) =>
        Read(document, pages, static packed => new LzwStream(packed));

    private static ReadResult Read(SourceDocument document, PageSink pages, Func<Stream, Stream> unpack)
    {
        using var file = document.Open();
        PartReader.Read(document, pages, MemberNames.Shown(MemberNames.Unpacked(document.FileName)), () => unpack(file));
        return ReadResult.TextOnly;
    }
}
