using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>Comments and text boxes: text belongs to an object, and notes at the end of the sheet say which objects are comments, and whose.</summary>
internal sealed class BiffNotes(BiffText text, SheetPage page)
{
    private const int CommonObject = 0x15, MaxNotes = 1 << 16;
    private const ushort NoteType = 0x19, RunsOn = 0xFFFF;

    private readonly Dictionary<ushort, string> _notes = [];
    private readonly StringBuilder _old = new();
    private ushort _object;
    private bool _isNote;

    /// <summary>What comes next belongs to this object ([MS-XLS] 2.5.143).</summary>
    internal void BeginObject(RecordFields fields)
    {
        _isNote = false;
        if (text.Version != 8 || fields.ReadUInt16() != CommonObject)
            return;
        fields.Skip(2);
        _isNote = fields.ReadUInt16() == NoteType;
        _object = fields.ReadUInt16();
    }

    internal void AddText(string content)
    {
        if (_isNote && _notes.Count < MaxNotes)
            _notes[_object] = content;
        else
            page.AddAside(content);
    }

    internal void AddNote(RecordFields fields)
    {
        var row = fields.ReadUInt16();
        fields.Skip(2);
        if (text.Version != 8)
        {
            AddOldNote(row, fields);
            return;
        }
        fields.Skip(2);
        var id = fields.ReadUInt16();
        var author = text.ReadLong(ref fields);
        if (_notes.Remove(id, out var content))
            page.AddComment(author, content);
    }

    internal void Finish()
    {
        EndOldNote();
        foreach (var content in _notes.Values)
            page.AddAside(content);
    }

    // Before version 8 the text stands in the record itself, and long ones run on in further notes.
    private void AddOldNote(ushort row, RecordFields fields)
    {
        if (row != RunsOn)
            EndOldNote();
        fields.Skip(2);
        _old.Append(text.Encoding.GetString(fields.ReadBytes(fields.Length)));
    }

    private void EndOldNote()
    {
        page.AddComment(null, _old.ToString());
        _old.Clear();
    }
}
