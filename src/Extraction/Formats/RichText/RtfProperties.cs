namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>The information group: what the document says about itself.</summary>
internal sealed class RtfProperties : RtfDestination
{
    internal DocumentMetadata Metadata { get; private set; } = DocumentMetadata.None;

    /// <summary>The destination of one property; null when it is of no interest.</summary>
    internal RtfDestination? Open(string word) => word switch
    {
        "title" => new RtfShortText(text => Metadata = Metadata with { Title = Known(text) }),
        "author" => new RtfShortText(text => Metadata = Metadata with { Author = Known(text) }),
        "creatim" => new RtfTime(time => Metadata = Metadata with { CreatedAt = time }),
        "revtim" => new RtfTime(time => Metadata = Metadata with { ModifiedAt = time }),
        _ => null,
    };

    internal override void Append(ReadOnlySpan<char> text)
    {
    }

    internal override bool TakeWord(string word, int? parameter, ref RtfGroup group)
    {
        if (word != "nofpages")
            return false;
        if (parameter > 0)
            Metadata = Metadata with { PageCount = parameter };
        return true;
    }

    private static string? Known(string text) => text.Length > 0 ? text : null;
}

/// <summary>A time of the information group; it names no zone and is taken as UTC.</summary>
internal sealed class RtfTime(Action<DateTimeOffset> use) : RtfDestination
{
    private int _year, _month, _day, _hour, _minute, _second;

    internal override void Append(ReadOnlySpan<char> text)
    {
    }

    internal override bool TakeWord(string word, int? parameter, ref RtfGroup group)
    {
        switch (word)
        {
            case "yr":
                _year = parameter ?? 0;
                return true;
            case "mo":
                _month = parameter ?? 0;
                return true;
            case "dy":
                _day = parameter ?? 0;
                return true;
            case "hr":
                _hour = parameter ?? 0;
                return true;
            case "min":
                _minute = parameter ?? 0;
                return true;
            case "sec":
                _second = parameter ?? 0;
                return true;
            default:
                return false;
        }
    }

    internal override void Close()
    {
        if (_year is > 1970 and < 2200 && _month is >= 1 and <= 12 && _day >= 1 && _day <= DateTime.DaysInMonth(_year, _month)
            && _hour is >= 0 and < 24 && _minute is >= 0 and < 60 && _second is >= 0 and < 60)
            use(new(_year, _month, _day, _hour, _minute, _second, TimeSpan.Zero));
    }
}
