namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>Where the newest version of each object of a presentation stands ([MS-PPT] 2.1.2). Every saving adds an edit; the last one leads back to those before.</summary>
internal sealed class PptDirectory
{
    private const int MaxEdits = 10_000, MaxObjects = 1 << 20, EncryptedEditSize = 32;
    private const uint EncryptedToken = 0xF3D1C4DF;

    private readonly PptRecords _records;
    private readonly Dictionary<uint, uint> _offsets = [];

    private PptDirectory(PptRecords records) => _records = records;

    /// <summary>The object that encrypts the others; 0 when none does.</summary>
    internal uint EncryptionObject { get; private set; }

    /// <summary>The document's records, or null.</summary>
    internal PptRecord? Document { get; private set; }

    internal static PptDirectory Read(PptRecords records, ReadOnlySpan<byte> currentUser)
    {
        var directory = new PptDirectory(records);
        if (LittleEndian.UInt32(currentUser, 12) == EncryptedToken)
            directory.EncryptionObject = uint.MaxValue;
        directory.Follow(LittleEndian.UInt32(currentUser, 16));
        // Damaged: take whatever edits and documents there are, the last ones first.
        if (directory.Document is null)
            directory.Scan();
        return directory;
    }

    /// <summary>The object of a number; null when it is not there or of another type.</summary>
    internal PptRecord? Find(uint number, params ReadOnlySpan<int> types) =>
        _offsets.TryGetValue(number, out var offset) && _records.At(offset) is { } record && types.Contains(record.Type) ? record : null;

    private void Follow(uint offset)
    {
        uint documentNumber = 0;
        var seen = new HashSet<uint>();
        while (seen.Count < MaxEdits && seen.Add(offset) && _records.At(offset) is { Type: PptType.UserEdit } edit)
        {
            if (documentNumber == 0)
                documentNumber = _records.Number(edit, 16);
            if (edit.Length >= EncryptedEditSize && EncryptionObject is 0 or uint.MaxValue)
                EncryptionObject = _records.Number(edit, 28);
            if (_records.At(_records.Number(edit, 12)) is { Type: PptType.Directory } directory)
                Add(directory);
            offset = _records.Number(edit, 8);
        }
        Document = Find(documentNumber, PptType.Document);
    }

    private void Scan()
    {
        foreach (var record in _records.Top().Reverse())
        {
            if (record.Type == PptType.Directory)
                Add(record);
            else if (record.Type == PptType.Document)
                Document ??= record;
        }
    }

    // Runs of numbers: the first and how many, then an offset for each. Newer edits are read first, so the first offset stays.
    private void Add(PptRecord directory)
    {
        for (var at = 0; at + 4 <= directory.Length;)
        {
            var run = _records.Number(directory, at);
            at += 4;
            for (uint i = 0; i < run >> 20 && at + 4 <= directory.Length && _offsets.Count < MaxObjects; i++, at += 4)
                _offsets.TryAdd((run & 0xFFFFF) + i, _records.Number(directory, at));
        }
    }
}
