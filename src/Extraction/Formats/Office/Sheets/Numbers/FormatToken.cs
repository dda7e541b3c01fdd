namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>What a piece of a format code stands for.</summary>
internal enum TokenKind
{
    /// <summary>Shown as it is.</summary>
    Literal,

    /// <summary>One of <c>0 # ?</c>.</summary>
    Digit,
    Point,
    Comma,
    Percent,
    Slash,
    Exponent,

    /// <summary>The word General.</summary>
    General,

    /// <summary><c>@</c>, the cell's text.</summary>
    Text,
    Year,
    BuddhistYear,
    Month,
    Minute,
    Day,
    Weekday,
    Hour,
    Second,

    /// <summary>Digits after the point of seconds.</summary>
    SecondFraction,
    HalfDay,
    ElapsedHours,
    ElapsedMinutes,
    ElapsedSeconds,
}

/// <summary>A piece of a format code.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Text">A literal's text, else the characters of the code.</param>
internal readonly record struct FormatToken(TokenKind Kind, string Text)
{
    internal bool IsTime => Kind >= TokenKind.Year;
}
