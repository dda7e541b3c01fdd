using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Writes the numbers of list items the way Word shows them. The codes are those of MSONFC ([MS-OSHARED] 2.2.1.3).</summary>
internal static class NumberWords
{
    internal const int Decimal = 0, Bullet = 23, None = 255;

    // ST_NumberFormat (ECMA-376 part 1, 17.18.59) by its code; the formats of the two standards are the same.
    private static readonly string[] Names =
    [
        "decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter", "ordinal", "cardinalText", "ordinalText", "hex", "chicago",
        "ideographDigital", "japaneseCounting", "aiueo", "iroha", "decimalFullWidth", "decimalHalfWidth", "japaneseLegal", "japaneseDigitalTenThousand",
        "decimalEnclosedCircle", "decimalFullWidth2", "aiueoFullWidth", "irohaFullWidth", "decimalZero", "bullet", "ganada", "chosung",
        "decimalEnclosedFullstop", "decimalEnclosedParen", "decimalEnclosedCircleChinese", "ideographEnclosedCircle", "ideographTraditional",
        "ideographZodiac", "ideographZodiacTraditional", "taiwaneseCounting", "ideographLegalTraditional", "taiwaneseCountingThousand", "taiwaneseDigital",
        "chineseCounting", "chineseLegalSimplified", "chineseCountingThousand", "", "koreanDigital", "koreanCounting", "koreanLegal", "koreanDigital2",
        "hebrew1", "arabicAlpha", "hebrew2", "arabicAbjad", "hindiVowels", "hindiConsonants", "hindiNumbers", "hindiCounting",
        "thaiLetters", "thaiNumbers", "thaiCounting", "vietnameseCounting", "numberInDash", "russianLower", "russianUpper",
    ];

    private static readonly string[] Units =
    [
        "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private static readonly (int Value, string Letters)[] Romans =
    [
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ];

    /// <summary>The code of a format's name; decimal for unknown ones, as Word falls back.</summary>
    internal static int Code(string? name) => name switch
    {
        null or "" => Decimal,
        "none" => None,
        _ => Math.Max(Decimal, Array.IndexOf(Names, name)),
    };

    /// <summary>A number as its format shows it; empty for bullets and for no number.</summary>
    internal static string Format(int number, int code) => code switch
    {
        1 => Roman(number),
        2 => Roman(number).ToLowerInvariant(),
        3 => Letters(number, 'A', 26),
        4 => Letters(number, 'a', 26),
        5 => Invariant(number) + OrdinalEnding(number),
        6 => Capital(Cardinal(number)),
        7 => Capital(Ordinal(number)),
        8 => number.ToString("X", CultureInfo.InvariantCulture),
        9 => number < 1 ? Invariant(number) : new string("*†‡§"[(number - 1) % 4], (number - 1) % 100 / 4 + 1),
        10 or 17 or 36 or 41 or 44 => Digits(number, code is 41 or 44 ? "영일이삼사오육칠팔구" : "〇一二三四五六七八九"),
        11 or 33 or 35 or 37 or 39 => Counting(number, "〇一二三四五六七八九", "十百千万"),
        16 or 34 or 38 => Counting(number, "零壹貳參肆伍陸柒捌玖", "拾佰仟萬"),
        42 or 43 => Counting(number, "영일이삼사오육칠팔구", "십백천만"),
        12 or 20 => From(number, "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"),
        13 or 21 => From(number, "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"),
        14 or 19 => Digits(number, "０１２３４５６７８９"),
        18 or 28 => Enclosed(number, '①', 20),
        22 => number.ToString("00", CultureInfo.InvariantCulture),
        24 => From(number, "가나다라마바사아자차카타파하"),
        25 => From(number, "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"),
        26 => Enclosed(number, '⒈', 20),
        27 => Enclosed(number, '⑴', 20),
        29 => Enclosed(number, '㊀', 10),
        30 => From(number, "甲乙丙丁戊己庚辛壬癸"),
        31 or 32 => From(number, "子丑寅卯辰巳午未申酉戌亥"),
        45 or 47 => From(number, "אבגדהוזחטיכלמנסעפצקרשת"),
        46 => From(number, "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"),
        48 => From(number, "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"),
        51 => Digits(number, "०१२३४५६७८९"),
        53 => From(number, "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"),
        54 => Digits(number, "๐๑๒๓๔๕๖๗๘๙"),
        57 => $"- {Invariant(number)} -",
        58 => From(number, "абвгдежзиклмнопрстуфхцчшщыэюя"),
        59 => From(number, "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ"),
        Bullet or None => "",
        _ => Invariant(number),
    };

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Roman(int number)
    {
        // Beyond this a numeral is a row of M.
        if (number is < 1 or > 32767)
            return Invariant(number);
        var text = new StringBuilder();
        foreach (var (value, letters) in Romans)
        {
            for (; number >= value; number -= value)
                text.Append(letters);
        }
        return text.ToString();
    }

    // After Z comes AA, then BB: letters are repeated, not counted.
    private static string Letters(int number, char first, int count) =>
        number < 1 ? Invariant(number) : new((char)(first + (number - 1) % count), Math.Min((number - 1) / count + 1, 30));

    private static string From(int number, string letters) =>
        number < 1 ? Invariant(number) : letters[(number - 1) % letters.Length].ToString();

    private static string Enclosed(int number, char first, int count) =>
        number < 1 || number > count ? Invariant(number) : ((char)(first + number - 1)).ToString();

    private static string Digits(int number, string digits) =>
        string.Concat(Invariant(number).Select(digit => char.IsAsciiDigit(digit) ? digits[digit - '0'] : digit));

    private static string Counting(int number, string digits, string powers)
    {
        if (number is < 1 or > 99_999)
            return Digits(number, digits);
        var text = new StringBuilder();
        for (int power = 4, unit = 10_000; power >= 0; power--, unit /= 10)
        {
            var digit = number / unit % 10;
            if (digit == 0)
                continue;
            if (digit > 1 || power is 0 or 4)
                text.Append(digits[digit]);
            if (power > 0)
                text.Append(powers[power - 1]);
        }
        return text.ToString();
    }

    private static string OrdinalEnding(int number) => (number % 100, number % 10) switch
    {
        ( >= 11 and <= 13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };

    private static string Cardinal(int number) => number switch
    {
        < 1 or > 999_999 => Invariant(number),
        < 20 => Units[number],
        < 100 => Tens[number / 10] + (number % 10 > 0 ? "-" + Units[number % 10] : ""),
        < 1000 => Units[number / 100] + " hundred" + (number % 100 > 0 ? " " + Cardinal(number % 100) : ""),
        _ => Cardinal(number / 1000) + " thousand" + (number % 1000 > 0 ? " " + Cardinal(number % 1000) : ""),
    };

    private static string Ordinal(int number)
    {
        var text = Cardinal(number);
        if (char.IsAsciiDigit(text[^1]))
            return text + OrdinalEnding(number);
        var last = text.LastIndexOfAny([' ', '-']) + 1;
        return text[..last] + text[last..] switch
        {
            "one" => "first",
            "two" => "second",
            "three" => "third",
            "five" => "fifth",
            "eight" => "eighth",
            "nine" => "ninth",
            "twelve" => "twelfth",
            var word when word.EndsWith('y') => word[..^1] + "ieth",
            var word => word + "th",
        };
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
