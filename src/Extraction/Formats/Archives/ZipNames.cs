using System.Text;

namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>Reads names without a stated encoding: UTF-8 where they are valid as such, else whatever code page makes words of all of them together.</summary>
internal sealed class ZipNames
{
    private const int MaxSample = 64 * 1024;

    // In order of how often they meet; the first of equals wins. Archivers write the code page of the console, not of the desktop.
    private static readonly Candidate[] Candidates =
    [
        new(437, static letter => letter is >= 'À' and <= 'ɏ'),
        new(850, static letter => letter is >= 'À' and <= 'ɏ'),
        new(1252, static letter => letter is >= 'À' and <= 'ɏ'),
        new(866, static letter => letter is >= 'Ѐ' and <= 'ӿ'),
        new(1251, static letter => letter is >= 'Ѐ' and <= 'ӿ'),
        new(932, static letter => letter is >= '぀' and <= 'ヿ' or >= '一' and <= '鿿'),
        new(936, static letter => letter is >= '一' and <= '鿿'),
        new(949, static letter => letter is >= '가' and <= '힣'),
    ];

    private readonly Encoding _encoding;

    private ZipNames(Encoding encoding) => _encoding = encoding;

    private sealed record Candidate(int CodePage, Func<char, bool> IsExpected)
    {
        /// <summary>Share of the characters beyond ASCII that the script would use; negative when the bytes are impossible.</summary>
        internal double Judge(ReadOnlySpan<byte> names)
        {
            try
            {
                var text = Open().GetString(names);
                var (beyond, expected) = (0, 0);
                foreach (var character in text)
                {
                    beyond += character > '~' ? 1 : 0;
                    expected += character > '~' && IsExpected(character) ? 1 : 0;
                }
                return beyond == 0 ? 0 : (double)expected / beyond;
            }
            catch (DecoderFallbackException)
            {
                return -1;
            }
        }

        internal Encoding Open() => Encoding.GetEncoding(CodePage, EncoderFallback.ReplacementFallback, DecoderFallback.ExceptionFallback);
    }

    /// <summary>Looks at the names of an archive.</summary>
    internal static ZipNames For(IEnumerable<ZipMember> members)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var sample = new List<byte>();
        foreach (var member in members)
        {
            if (sample.Count > MaxSample)
                break;
            if (!member.IsNameUtf8 && !System.Text.Unicode.Utf8.IsValid(member.Name))
                sample.AddRange([.. member.Name, (byte)'\n']);
        }
        var best = sample.Count == 0 ? Candidates[0] : Candidates.MaxBy(candidate => candidate.Judge(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sample)))!;
        return new(Encoding.GetEncoding(best.CodePage));
    }

    internal string Read(ZipMember member) => member.UnicodeName
        ?? (member.IsNameUtf8 || System.Text.Unicode.Utf8.IsValid(member.Name) ? Encoding.UTF8 : _encoding).GetString(member.Name);
}
