using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>The lists of a Word document: definitions ([MS-DOC] 2.9.190) and what paragraphs refer to, the overrides (2.9.189).</summary>
internal sealed class DocLists
{
    private const int MaxLists = 4096, DefinitionSize = 28, OverrideSize = 16, LevelSize = 28, MaxLabel = 256;

    private readonly Dictionary<int, ListLevel[]> _definitions = [];
    private readonly List<ListStyle?> _overrides = [];

    internal static DocLists Read(ReadOnlySpan<byte> definitions, ReadOnlySpan<byte> overrides)
    {
        var lists = new DocLists();
        lists.ReadDefinitions(definitions);
        lists.ReadOverrides(overrides);
        return lists;
    }

    /// <summary>The list a paragraph refers to, counted from 1; null for none.</summary>
    internal ListStyle? Find(int? number) => number is > 0 and var found && found <= _overrides.Count ? _overrides[found - 1] : null;

    // All definitions first, then the levels of each: one, or nine.
    private void ReadDefinitions(ReadOnlySpan<byte> table)
    {
        var count = Math.Min(LittleEndian.UInt16(table, 0), MaxLists);
        var at = 2L + count * DefinitionSize;
        for (var i = 0; i < count && at < table.Length; i++)
        {
            var definition = 2L + i * DefinitionSize;
            var levels = new ListLevel[(LittleEndian.Byte(table, definition + 26) & 1) != 0 ? 1 : ListLevel.Count];
            for (var level = 0; level < levels.Length; level++)
                levels[level] = ReadLevel(table, ref at);
            _definitions.TryAdd(LittleEndian.Int32(table, definition), levels);
        }
    }

    private static ListLevel ReadLevel(ReadOnlySpan<byte> table, ref long at)
    {
        var (start, format, flags) = (LittleEndian.Int32(table, at), LittleEndian.Byte(table, at + 4), LittleEndian.Byte(table, at + 5));
        var restart = LittleEndian.Byte(table, at + 26);
        var text = at + LevelSize + LittleEndian.Byte(table, at + 24) + LittleEndian.Byte(table, at + 25);
        var length = LittleEndian.UInt16(table, text);
        at = text + 2 + length * 2L;
        // In the label, the characters below 9 already stand for the numbers of levels.
        var label = Encoding.Unicode.GetString(LittleEndian.Slice(table, text + 2, Math.Min(length, MaxLabel) * 2));
        return new(start, format, label) { IsLegal = (flags & 4) != 0, RestartsBelow = (flags & 8) != 0 ? restart : null };
    }

    // All overrides first, then what each changes.
    private void ReadOverrides(ReadOnlySpan<byte> table)
    {
        var count = (int)Math.Min(LittleEndian.UInt32(table, 0), MaxLists);
        var at = 4L + count * OverrideSize;
        for (var i = 0; i < count; i++)
        {
            var family = LittleEndian.Int32(table, 4 + i * OverrideSize);
            ListLevel[] levels = [.. _definitions.GetValueOrDefault(family) ?? []];
            var restarts = new Dictionary<int, int>();
            at += 4;
            for (var changes = LittleEndian.Byte(table, 4 + i * OverrideSize + 12); changes > 0 && at < table.Length; changes--)
                ReadChange(table, ref at, levels, restarts);
            _overrides.Add(levels.Length > 0 ? new(family, levels) { Restarts = restarts } : null);
        }
    }

    private static void ReadChange(ReadOnlySpan<byte> table, ref long at, ListLevel[] levels, Dictionary<int, int> restarts)
    {
        var (start, flags) = (LittleEndian.Int32(table, at), LittleEndian.Byte(table, at + 4));
        var (level, starts, changes) = (flags & 15, (flags & 16) != 0, (flags & 32) != 0);
        at += 8;
        if (changes)
        {
            var changed = ReadLevel(table, ref at);
            start = changed.Start;
            if (level < levels.Length)
                levels[level] = changed;
        }
        if (starts)
            restarts[level] = start;
    }
}
