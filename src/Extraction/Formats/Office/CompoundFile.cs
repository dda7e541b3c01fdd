using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>The directory of an OLE compound file ([MS-CFB]): enough to tell an encrypted document from an old Office one.</summary>
internal static class CompoundFile
{
    /// <summary>A modern Office document behind a password ([MS-OFFCRYPTO]).</summary>
    internal const string EncryptedType = "application/vnd.ms-office.encrypted";

    private const int HeaderSize = 512, EntrySize = 128, MaxDirectorySectors = 4096;

    internal static string FindType(SourceDocument document)
    {
        var names = ReadNames(document);
        return names.Contains("EncryptedPackage") ? EncryptedType
            : names.Contains("WordDocument") ? ContentTypes.Doc
            : names.Contains("Workbook") || names.Contains("Book") ? ContentTypes.Xls
            : names.Contains("PowerPoint Document") ? ContentTypes.Ppt
            : names.Contains("__properties_version1.0") ? ContentTypes.OutlookMessage
            : names.Contains("VisioDocument") ? "application/vnd.visio"
            : ContentTypes.Ole;
    }

    /// <summary>Names of all streams and storages; empty when the directory cannot be followed.</summary>
    internal static HashSet<string> ReadNames(SourceDocument document)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var file = document.Open();
        var header = new byte[HeaderSize];
        if (file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
            return names;
        var shift = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30));
        if (shift is not (9 or 12))
            return names;
        var size = 1 << shift;
        var sector = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(48));
        var buffer = new byte[size];
        for (var count = 0; sector < 0xFFFFFFFA && count < MaxDirectorySectors && ReadSector(sector, buffer); count++)
        {
            for (var at = 0; at + EntrySize <= size; at += EntrySize)
            {
                var length = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 64));
                if (length is > 2 and <= 64)
                    names.Add(Encoding.Unicode.GetString(buffer, at, length - 2));
            }
            sector = Next(sector);
        }
        return names;

        bool ReadSector(uint number, byte[] into)
        {
            var position = ((long)number + 1) << shift;
            if (position + size > file.Length)
                return false;
            file.Position = position;
            file.ReadExactly(into);
            return true;
        }

        // The chain stands in the allocation table, whose first 109 sectors the header names; directories lie early in practice.
        uint Next(uint number)
        {
            var perSector = (uint)size / 4;
            var table = number / perSector;
            if (table >= 109)
                return uint.MaxValue;
            var entries = new byte[size];
            return ReadSector(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(76 + (int)table * 4)), entries)
                ? BinaryPrimitives.ReadUInt32LittleEndian(entries.AsSpan((int)(number % perSector) * 4))
                : uint.MaxValue;
        }
    }
}
