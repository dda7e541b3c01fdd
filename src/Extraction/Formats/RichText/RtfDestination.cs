using System.Text;

namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>What a group inherits from the one around it and may change for itself.</summary>
internal struct RtfGroup
{
    /// <summary>Where its text goes.</summary>
    internal RtfDestination Destination;

    /// <summary>This group, not one around it, opened the destination.</summary>
    internal bool Opened;

    internal int Font;

    /// <summary>How many characters after <c>\u</c> stand for those that do not know it (<c>\uc</c>).</summary>
    internal int Fallback;

    /// <summary>Heading level of the paragraph, from 1.</summary>
    internal int? Level;

    /// <summary>The paragraph stands in a table.</summary>
    internal bool InTable;

    /// <summary>The text was deleted while changes were tracked.</summary>
    internal bool Deleted;

    /// <summary>The text is there for the sake of RTF alone and no part of the HTML it carries ([MS-OXRTFEX] 2.1.3.1.5).</summary>
    internal bool OutsideHtml;
}

/// <summary>Takes the text of a group and of those inside it that name no other destination.</summary>
internal abstract class RtfDestination
{
    internal abstract void Append(ReadOnlySpan<char> text);

    /// <summary>Takes a control word; false when it means nothing here.</summary>
    internal virtual bool TakeWord(string word, int? parameter, ref RtfGroup group) => false;

    /// <summary>The group that opened it has ended.</summary>
    internal virtual void Close()
    {
    }
}

/// <summary>Drops text; groups inside may still name destinations of their own, unless it is <see cref="Everything"/> that is dropped.</summary>
internal sealed class RtfNowhere : RtfDestination
{
    /// <summary>Drops the text of the group alone.</summary>
    internal static RtfNowhere TextOnly { get; } = new();

    /// <summary>Drops whatever stands in the group.</summary>
    internal static RtfNowhere Everything { get; } = new();

    internal override void Append(ReadOnlySpan<char> text)
    {
    }
}

/// <summary>Keeps a short text, such as a title or a field's instruction, for somebody who wants it whole.</summary>
internal class RtfShortText(Action<string> use) : RtfDestination
{
    private const int MaxLength = 16 * 1024;

    private readonly StringBuilder _text = new();

    internal override void Append(ReadOnlySpan<char> text)
    {
        if (_text.Length + text.Length <= MaxLength)
            _text.Append(text);
    }

    internal override bool TakeWord(string word, int? parameter, ref RtfGroup group)
    {
        if (word is not ("par" or "line" or "tab"))
            return false;
        _text.Append(' ');
        return true;
    }

    internal override void Close() => use(_text.ToString().Trim());
}

/// <summary>HTML that travels inside the RTF of a mail ([MS-OXRTFEX]).</summary>
internal sealed class RtfHtml(long room) : RtfDestination
{
    private readonly StringBuilder _html = new();

    internal string Html => _html.ToString();

    internal override void Append(ReadOnlySpan<char> text)
    {
        if (_html.Length <= room)
            _html.Append(text);
    }

    internal override bool TakeWord(string word, int? parameter, ref RtfGroup group)
    {
        if (word is not ("par" or "line" or "tab"))
            return false;
        if (!group.OutsideHtml)
            _html.Append(word == "tab" ? '\t' : '\n');
        return true;
    }
}
