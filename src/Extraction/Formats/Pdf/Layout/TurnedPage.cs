namespace ScaiDrive.Extraction.Formats.Pdf.Layout;

/// <summary>Pages whose lines run up or down, as wide tables on tall paper: turned, they are read like others.</summary>
internal static class TurnedPage
{
    // Shorter words are nearly square.
    private const int TellingLength = 3;

    /// <summary>Turns the boxes when most of the words stand upright.</summary>
    internal static void SetLevel(List<Word> words)
    {
        var (upright, level, up, down) = (0, 0, 0, 0);
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i].Text.Length < TellingLength)
                continue;
            if (words[i].Height <= words[i].Width)
            {
                level++;
                continue;
            }
            upright++;
            if (i == 0 || Math.Abs(words[i - 1].Left - words[i].Left) > 0.3f * words[i].Width)
                continue;
            if (words[i].Top > words[i - 1].Top)
                down++;
            else
                up++;
        }
        if (upright <= level)
            return;
        for (var i = 0; i < words.Count; i++)
            words[i] = down >= up ? Down(words[i]) : Up(words[i]);
    }

    // Lines run downwards, and each next one stands to the left.
    private static Word Down(in Word word) => new(word.Text, word.Top, -word.Right, word.Bottom, -word.Left);

    private static Word Up(in Word word) => new(word.Text, -word.Bottom, word.Left, -word.Top, word.Right);
}
