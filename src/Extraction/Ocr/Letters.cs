namespace ScaiDrive.Extraction.Ocr;

/// <summary>Letters without case and marks.</summary>
internal static class Letters
{
    // U+00C0 to U+017F in order; a dot where a letter has no plain form.
    private const string Plains =
        "aaaaaaaceeeeiiiidnooooo.ouuuuyts" + "aaaaaaaceeeeiiiidnooooo.ouuuuyty" +
        "aaaaaaccccccccdddd" + "eeeeeeeeee" + "gggggggg" + "hhhh" + "iiiiiiiiii" + "iijj" + "kkk" + "llllllllll" + "nnnnnnnnn" + "oooooooo" + "rrrrrr" + "ssssssss" + "tttttt" + "uuuuuuuuuuuu" + "ww" + "yyy" + "zzzzzz" + "s";

    /// <summary>The letter in lower case, without the marks of Latin scripts.</summary>
    internal static char Plain(char letter) => letter switch
    {
        < '\u00C0' => char.ToLowerInvariant(letter),
        <= '\u017F' => Plains[letter - '\u00C0'],
        'Ș' or 'ș' => 's',
        'Ț' or 'ț' => 't',
        'Ơ' or 'ơ' => 'o',
        'Ư' or 'ư' => 'u',
        >= '\u1EA0' and <= '\u1EF9' => Vietnamese(letter),
        _ => char.ToLowerInvariant(letter),
    };

    private static char Vietnamese(char letter) => letter switch
    {
        < '\u1EB8' => 'a',
        < '\u1EC8' => 'e',
        < '\u1ECC' => 'i',
        < '\u1EE4' => 'o',
        < '\u1EF2' => 'u',
        _ => 'y',
    };
}
