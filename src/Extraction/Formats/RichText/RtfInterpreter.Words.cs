namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>What control words mean, beside those that only their destination knows.</summary>
internal sealed partial class RtfInterpreter
{
    private const int MacRoman = 10000, Western = 1252, DosUnitedStates = 437, DosMultilingual = 850;

    private string _shapeProperty = "";
    private string _commentAuthor = "";
    private RtfDestination? _beforeAlternative;

    private void TakeWord(string word, int? parameter, bool ignorable)
    {
        if (word == "bin")
        {
            var target = _group.Destination is RtfObject { Content: { } file } ? file : Stream.Null;
            _tokens.ReadBinary(parameter ?? 0, target);
            _toSkip = Math.Max(0, _toSkip - 1);
            return;
        }
        if (word == "u")
        {
            TakeCodeUnit(parameter ?? 0);
            return;
        }
        if (RtfWords.Characters.TryGetValue(word, out var character))
        {
            if (_toSkip > 0)
                _toSkip--;
            else
                Emit([character]);
            return;
        }
        if (_group.Destination == RtfNowhere.Everything || TakeState(word, parameter))
            return;
        if (Resumed(word) is { } resumed)
        {
            CloseOpened();
            _group.Destination = resumed;
            return;
        }
        if (_group.Destination.TakeWord(word, parameter, ref _group))
        {
            _toSkip = 0;
            return;
        }
        OpenDestination(word, ignorable);
    }

    // Words that change how what follows is read.
    private bool TakeState(string word, int? parameter)
    {
        switch (word)
        {
            case "f" when _group.Destination is not RtfFonts:
                _group.Font = parameter ?? _fonts.Default;
                return true;
            case "uc":
                _group.Fallback = Math.Clamp(parameter ?? 1, 0, 255);
                return true;
            case "plain":
                (_group.Font, _group.Deleted) = (_fonts.Default, false);
                return true;
            case "pard":
                (_group.Level, _group.InTable) = (null, false);
                return true;
            case "intbl":
                _group.InTable = true;
                return true;
            case "itap":
                _group.InTable = parameter > 0;
                return true;
            case "s" when _group.Destination is RtfStory:
                _group.Level = _styles.HeadingLevel(parameter ?? 0) ?? _group.Level;
                return true;
            case "outlinelevel" when _group.Destination is RtfStory:
                _group.Level = RtfStyles.Level(parameter);
                return true;
            case "deleted":
                _group.Deleted = parameter != 0;
                return true;
            case "htmlrtf":
                _group.OutsideHtml = Html is not null && parameter != 0;
                return true;
            case "deff":
                _group.Font = _fonts.Default = parameter ?? 0;
                return true;
            case "ansi":
                _fonts.UseCodePage(Western);
                return true;
            case "mac":
                _fonts.UseCodePage(MacRoman);
                return true;
            case "pc":
                _fonts.UseCodePage(DosUnitedStates);
                return true;
            case "pca":
                _fonts.UseCodePage(DosMultilingual);
                return true;
            case "ansicpg":
                _fonts.UseCodePage(parameter ?? Western);
                return true;
            case "fromhtml":
                CarryHtml();
                return true;
            default:
                return false;
        }
    }

    private void CarryHtml()
    {
        if (Html is not null)
            return;
        Html = new(pages.Room * 4);
        if (_group.Destination == body)
            _group.Destination = Html;
        for (var i = 0; i < _outer.Count; i++)
        {
            if (_outer[i].Destination == body)
                _outer[i] = _outer[i] with { Destination = Html };
        }
    }

    private void OpenDestination(string word, bool ignorable)
    {
        var opened = Destination(word);
        if (opened is null && ignorable && !RtfWords.Transparent.Contains(word))
            opened = RtfNowhere.Everything;
        if (opened is null)
            return;
        CloseOpened();
        if (opened is RtfStory)
            (_group.Level, _group.InTable) = (null, false);
        (_group.Destination, _group.Opened) = (opened, true);
    }

    // Groups whose text belongs to a destination that is already there: the Unicode form of a text given twice, and what an object looks like.
    private RtfDestination? Resumed(string word) => _group.Destination != RtfNowhere.TextOnly ? null : word switch
    {
        "ud" => _beforeAlternative,
        "result" => Html is null ? body : null,
        _ => null,
    };

    private RtfDestination? Destination(string word)
    {
        var around = _group.Destination as RtfStory ?? body;
        switch (word)
        {
            case "fonttbl":
                return _fonts;
            case "stylesheet":
                return _styles;
            case "info":
                return _properties;
            case "header" or "headerl" or "headerr" or "headerf":
                return Aside(around.AddHeader);
            case "footer" or "footerl" or "footerr" or "footerf":
                return Aside(around.AddFooter);
            case "footnote":
                return Aside(around.AddNote);
            case "shptxt" or "dptxbxtext":
                return Aside(around.AddAside);
            case "annotation":
                var author = _commentAuthor;
                return Aside(text => around.AddAside(author.Length > 0 && text.Length > 0 ? $"{author}: {text}" : text));
            case "atnauthor":
                return new RtfShortText(text => _commentAuthor = text);
            case "fldinst":
                return new RtfShortText(instruction => TakeField(instruction, around));
            case "formfield":
                return new RtfFormField(around);
            case "sp" or "pict" or "object":
                return RtfNowhere.TextOnly;
            case "sn":
                return new RtfShortText(name => _shapeProperty = name);
            case "sv":
                var property = _shapeProperty;
                return new RtfShortText(text =>
                {
                    if (RtfWords.TextProperties.Contains(property))
                        around.AddAside(text);
                });
            case "hlsrc":
                return new RtfShortText(around.AddAside);
            case "objdata":
                return OpenObject();
            case "htmltag":
                return Html;
            case "pntext" when Html is not null:
                return RtfNowhere.Everything;
            case "upr":
                _beforeAlternative = _group.Destination;
                return RtfNowhere.TextOnly;
            case ['m', .., 'P', 'r']:
                return RtfNowhere.Everything; // properties of formulas
            default:
                return RtfWords.Skipped.Contains(word) ? RtfNowhere.Everything
                    : _group.Destination is RtfProperties or RtfTime ? _properties.Open(word)
                    : null;
        }
    }

    private RtfStory Aside(Action<string> add) => new(new(), pages.Room, story => add(story.Text));

    private static void TakeField(string instruction, RtfStory around)
    {
        if (RtfField.Target(instruction) is { } target)
            around.AddAside(target);
        else if (RtfField.Sign(instruction) is { } sign)
            around.Append([sign]);
    }
}
