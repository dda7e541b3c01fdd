using System.Runtime.InteropServices;
using System.Text;

namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>Follows the groups and control words of a document (Rich Text Format specification 1.9.1) and hands its text to the destinations it names.</summary>
internal sealed partial class RtfInterpreter(Stream content, RtfStory body, PageSink pages)
{
    // Groups inside each other beyond this share one state; their text is kept.
    private const int MaxGroups = 10_000;
    private const int ProgressEvery = 1 << 16;

    private readonly RtfTokenizer _tokens = new(content);
    private readonly RtfFonts _fonts = new();
    private readonly RtfStyles _styles = new();
    private readonly RtfProperties _properties = new();
    private readonly List<RtfGroup> _outer = [];
    private readonly List<byte> _bytes = [];
    private RtfGroup _group = new() { Destination = body, Font = -1, Fallback = 1 };
    private Encoding? _bytesEncoding;
    private int _tooDeep;
    private int _toSkip;
    private bool _ignorable;

    /// <summary>The HTML the document carries, when it was made from HTML.</summary>
    internal RtfHtml? Html { get; private set; }

    internal DocumentMetadata Metadata => _properties.Metadata;

    /// <summary>Called with each embedded object.</summary>
    internal required Func<RtfDestination> OpenObject { private get; init; }

    internal void Run()
    {
        for (var count = 1; !pages.IsFull; count++)
        {
            if (count % ProgressEvery == 0)
                pages.Progress();
            var token = _tokens.Read();
            if (token == RtfToken.Text)
            {
                TakeByte();
                continue;
            }
            FlushBytes();
            if (token == RtfToken.End)
                break;
            Take(token);
        }
        while (_outer.Count > 0)
            EndGroup();
        body.Close();
    }

    private void Take(RtfToken token)
    {
        switch (token)
        {
            case RtfToken.GroupStart:
                (_toSkip, _ignorable) = (0, false);
                StartGroup();
                break;
            case RtfToken.GroupEnd:
                (_toSkip, _ignorable) = (0, false);
                EndGroup();
                break;
            case RtfToken.Symbol:
                TakeSymbol((char)_tokens.Value);
                break;
            case RtfToken.Word:
                var ignorable = _ignorable;
                _ignorable = false;
                TakeWord(_tokens.Word, _tokens.Parameter, ignorable);
                break;
        }
    }

    private void StartGroup()
    {
        if (_outer.Count >= MaxGroups)
            _tooDeep++;
        else
            _outer.Add(_group);
        _group.Opened = false;
    }

    private void EndGroup()
    {
        if (_tooDeep > 0)
        {
            _tooDeep--;
            return;
        }
        // More groups may end than began; the text around them is still text.
        if (_outer.Count == 0)
            return;
        CloseOpened();
        _group = _outer[^1];
        _outer.RemoveAt(_outer.Count - 1);
    }

    private void CloseOpened()
    {
        if (_group.Opened)
            _group.Destination.Close();
        _group.Opened = false;
    }

    private void TakeByte()
    {
        if (_toSkip > 0)
        {
            _toSkip--;
            return;
        }
        if (_group.Destination is RtfNowhere)
            return;
        if (_group.Destination is RtfObject data)
        {
            data.TakeHex((char)_tokens.Value);
            return;
        }
        if (_tokens is { Value: (byte)'\t', IsEscaped: false })
        {
            FlushBytes();
            TakeWord("tab", null, false);
            return;
        }
        // Titles and names of fonts are in the document's code page whatever font was set before.
        if (_bytes.Count == 0)
            _bytesEncoding = _group.Destination is RtfStory or RtfHtml ? _fonts.EncodingOf(_group.Font) : _fonts.Document;
        _bytes.Add(_tokens.Value);
        if (_bytes.Count >= ProgressEvery)
            FlushBytes();
    }

    private void FlushBytes()
    {
        if (_bytes.Count == 0)
            return;
        var text = _bytesEncoding!.GetString(CollectionsMarshal.AsSpan(_bytes));
        if (_group.Destination is RtfStory && _fonts.SignsOf(_group.Font) is not SignFont.None and var signs)
            text = string.Concat(_bytes.Select(code => SignFonts.Show(signs, code)));
        _bytes.Clear();
        Emit(text);
    }

    private void Emit(ReadOnlySpan<char> text)
    {
        if (!_group.Deleted && !_group.OutsideHtml)
            _group.Destination.Append(text);
    }

    private void TakeSymbol(char symbol)
    {
        if (symbol == '*')
        {
            _ignorable = true;
            return;
        }
        if (_toSkip > 0)
        {
            _toSkip--;
            return;
        }
        switch (symbol)
        {
            case '~':
                Emit("\u00A0");
                break;
            case '-':
                Emit("\u00AD");
                break;
            case '_':
                Emit("\u2011");
                break;
            case '\\' or '{' or '}':
                Emit([symbol]);
                break;
            case '\r' or '\n':
                TakeWord("par", null, false);
                break;
            case '\t':
                TakeWord("tab", null, false);
                break;
        }
    }

    private void TakeCodeUnit(int parameter)
    {
        if (_toSkip > 0)
        {
            _toSkip--;
            return;
        }
        // Written as a signed 16-bit number; some writers put whole code points.
        var text = parameter is > 0xFFFF and <= 0x10FFFF ? char.ConvertFromUtf32(parameter) : ((char)(ushort)parameter).ToString();
        if (text[0] is >= '\uF020' and <= '\uF0FF' && _fonts.SignsOf(_group.Font) is not SignFont.None and var signs)
            text = SignFonts.Show(signs, text[0] - 0xF000).ToString();
        Emit(text);
        _toSkip = _group.Fallback;
    }
}
