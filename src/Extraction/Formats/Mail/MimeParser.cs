namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Finds the parts of one message in a single walk over its lines (RFC 2046 section 5.1). Missing ends, missing headers and parts that overlap are taken as mail programs take them.</summary>
internal sealed class MimeParser(LineScanner lines, ExtractionLimits limits, Func<bool> endsHere)
{
    // Deeper than any mail a program writes; each level costs a comparison at every line that starts like a boundary.
    internal const int MaxNesting = 32;

    private const int MaxBoundary = 256;

    private readonly List<(MimeEntity Entity, byte[] Boundary)> _open = [];
    private int _count;

    // The entity whose header or body the lines belong to; null between the parts of a multipart.
    private MimeEntity? _current;
    private bool _inHeader;

    /// <summary>Reads from the current line of the scanner to the end of the message, and leaves the scanner on the line behind it.</summary>
    internal MimeEntity Read(Action progress)
    {
        var message = new MimeEntity { BodyStart = lines.Start };
        (_current, _inHeader) = (message, true);
        var more = true;
        for (var count = 1L; more && !endsHere(); count++)
        {
            if (count % 65536 == 0)
                progress();
            TakeLine();
            more = lines.Read();
        }
        EndCurrent(more ? lines.Start : lines.End);
        return message;
    }

    private void TakeLine()
    {
        if (lines.Line.StartsWith("--"u8) && (TakeBoundary(lines.Line[2..]) || AdoptBoundary(lines.Line[2..])))
            return;
        if (!_inHeader || _current is null)
            return;
        if (lines.IsBlank)
            StartBody(lines.End);
        else if (!_current.Fields.Add(lines.Line) && !lines.Line.StartsWith(">From "u8))
            StartBody(lines.Start);
    }

    private void StartBody(long at)
    {
        var entity = _current!;
        (entity.BodyStart, _inHeader) = (at, false);
        if (!entity.IsMultipart)
            return;
        if (_open.Count < MaxNesting)
            _open.Add((entity, entity.Boundary));
        else
            entity.TooDeep = true;
    }

    // A multipart whose header names no boundary, or another one than it has: the first line that looks like one is taken.
    private bool AdoptBoundary(ReadOnlySpan<byte> line)
    {
        if (_current is null || _inHeader || _open.Count == 0 || _open[^1].Entity != _current || line.Length is < 2 or > MaxBoundary
            || !(StartsLikePart(lines.Next) || (_open[^1].Boundary.Length == 0 && lines.Next.Trim(" \t\r"u8).IsEmpty && IsOneLongWord(line))))
            return false;
        _open[^1] = (_current, line.TrimEnd(" \t\r"u8).ToArray());
        StartPart(_open.Count - 1);
        return true;
    }

    // Not the line above a signature, and not a rule across the page.
    private static bool IsOneLongWord(ReadOnlySpan<byte> line) => line.Length >= 8 && line.IndexOf((byte)' ') < 0 && line.IndexOfAnyExcept((byte)'-', (byte)'\r') >= 0;

    private static bool StartsLikePart(ReadOnlySpan<byte> line) =>
        System.Text.Ascii.EqualsIgnoreCase(line[..Math.Min(line.Length, 8)], "Content-"u8);

    private bool TakeBoundary(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd(" \t\r"u8);
        for (var level = _open.Count - 1; level >= 0; level--)
        {
            var boundary = _open[level].Boundary;
            if (boundary.Length == 0 || !line.StartsWith(boundary))
                continue;
            var rest = line[boundary.Length..];
            if (rest.IsEmpty)
                StartPart(level);
            else if (rest.SequenceEqual("--"u8))
                EndMultipart(level);
            else
                continue;
            return true;
        }
        return false;
    }

    private void StartPart(int level)
    {
        EndCurrent(lines.Start - lines.EndingBefore);
        _open.RemoveRange(level + 1, _open.Count - level - 1);
        var parent = _open[level].Entity;
        parent.BodyEnd = lines.Start;
        if (_count++ >= limits.MaxParts)
            return;
        _current = new() { BodyStart = lines.End, DefaultType = parent.Type == "multipart/digest" ? "message/rfc822" : "text/plain" };
        _inHeader = true;
        parent.Children.Add(_current);
    }

    private void EndMultipart(int level)
    {
        EndCurrent(lines.Start - lines.EndingBefore);
        _open[level].Entity.BodyEnd = lines.End;
        _open.RemoveRange(level, _open.Count - level);
    }

    private void EndCurrent(long at)
    {
        if (_current is null)
            return;
        if (_inHeader)
            _current.BodyStart = at; // a header without a body
        _current.BodyEnd = Math.Max(at, _current.BodyStart);
        (_current, _inHeader) = (null, false);
    }
}
