using System.Security.Cryptography;
using System.Text;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <summary>The attributes that filters look at, in memory, by the file's row in SQLite.</summary>
/// <remarks>12 bytes and a hash of the id per file. Not thread-safe; the owner's lock is.</remarks>
internal sealed class FileColumns
{
    private readonly Dictionary<string, int> _shareNumbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _typeNumbers = new(StringComparer.OrdinalIgnoreCase);
    private int[] _share = new int[1024];
    private int[] _type = new int[1024];
    private ulong[] _order = new ulong[1024];

    /// <summary>One past the highest row.</summary>
    internal int Count { get; private set; }

    /// <summary>Rows in use.</summary>
    internal int Live { get; private set; }

    /// <summary>Decides between equal scores, the same on every node: made of the file's id, not of its row.</summary>
    internal ulong OrderOf(int row) => _order[row];

    internal void Set(int row, string fileId, string shareId, string mimeType)
    {
        if (row >= _share.Length)
        {
            var capacity = Math.Max(row + 1, _share.Length * 2);
            Array.Resize(ref _share, capacity);
            Array.Resize(ref _type, capacity);
            Array.Resize(ref _order, capacity);
        }

        Count = Math.Max(Count, row + 1);
        if (_share[row] == 0)
            Live++;
        _share[row] = NumberOf(_shareNumbers, shareId);
        _type[row] = NumberOf(_typeNumbers, mimeType);
        _order[row] = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(fileId)));
    }

    internal void Remove(int row)
    {
        if (row < Count && _share[row] != 0)
        {
            _share[row] = 0;
            Live--;
        }
    }

    /// <summary>By row: whether the file exists and passes the share and type filters.</summary>
    internal bool[] Allowed(SearchRequest request)
    {
        var shares = AllowedNumbers(_shareNumbers, share =>
            (request.ShareId is null || request.ShareId == share) && (request.AllowedShares is null || request.AllowedShares.Contains(share)));
        var types = AllowedNumbers(_typeNumbers, type =>
            request.MimeTypes.Count == 0 || request.MimeTypes.Any(pattern => MimePattern.Matches(pattern, type)));
        var allowed = new bool[Count];
        for (var row = 0; row < allowed.Length; row++)
            allowed[row] = shares[_share[row]] && types[_type[row]];
        return allowed;
    }

    // Number 0 is an unused row.
    private static bool[] AllowedNumbers(Dictionary<string, int> numbers, Func<string, bool> isAllowed)
    {
        var allowed = new bool[numbers.Count + 1];
        foreach (var (name, number) in numbers)
            allowed[number] = isAllowed(name);
        return allowed;
    }

    private static int NumberOf(Dictionary<string, int> numbers, string name)
    {
        if (!numbers.TryGetValue(name, out var number))
            numbers[name] = number = numbers.Count + 1;
        return number;
    }
}
