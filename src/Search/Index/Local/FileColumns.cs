using System.Security.Cryptography;
using System.Text;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <summary>The attributes that filters look at, in memory, by the file's row in SQLite.</summary>
/// <remarks>40 bytes per file, of which 8 are a hash of its id, and about 200 per folder. Not thread-safe; the owner's lock is.</remarks>
internal sealed class FileColumns
{
    private readonly Dictionary<string, int> _shareNumbers = new(StringComparer.Ordinal);
    private readonly Dictionary<Place, int> _placeNumbers = [];
    // By number of the place; the first stands for an unused row.
    private readonly List<Place> _places = [default];
    private readonly List<int> _shareOfPlace = [0];
    private readonly Dictionary<string, int> _typeNumbers = new(StringComparer.OrdinalIgnoreCase);
    private int[] _place = new int[1024];
    private int[] _type = new int[1024];
    private int[] _acl = new int[1024];
    private readonly Dictionary<long, int> _aclNumbers = [];
    private readonly Dictionary<string, int> _languageNumbers = new(StringComparer.Ordinal);
    private readonly List<int> _filesOfLanguage = [0];
    private ulong[] _order = new ulong[1024];
    private long[] _modified = new long[1024];
    private int[] _length = new int[1024];
    private int[] _language = new int[1024];
    private int[] _textChange = new int[1024];

    /// <summary>One past the highest row. Row 0 is no file and always there: unused slots of vectors name it.</summary>
    internal int Count { get; private set; } = 1;

    /// <summary>Moves when files come or go, so that rows may belong to others.</summary>
    internal long Generation { get; private set; }

    /// <summary>Where files are, by number; the first is nowhere.</summary>
    internal IReadOnlyList<Place> Places => _places;

    /// <summary>Rows in use.</summary>
    internal int Live { get; private set; }

    /// <summary>Decides between equal scores, the same on every node: made of the file's id, not of its row.</summary>
    internal ulong OrderOf(int row) => _order[row];

    /// <summary>Index terms of all files.</summary>
    internal long Length { get; private set; }

    /// <summary>Moves with every change of a file's words.</summary>
    internal int TextVersion { get; private set; }

    /// <summary>By row: index terms of the file.</summary>
    internal ReadOnlySpan<int> Lengths => _length;

    /// <summary>By row: the <see cref="TextVersion"/> that its words last changed with.</summary>
    internal ReadOnlySpan<int> TextChanges => _textChange;

    /// <summary>The languages of the files; null stands for those whose language is not known.</summary>
    internal IReadOnlyList<string?> Languages =>
        [.. _languageNumbers.Where(language => _filesOfLanguage[language.Value] > 0).Select(language => language.Key.Length == 0 ? null : language.Key)];

    /// <summary>Says that the words of a file are others from now on.</summary>
    internal void SetWords(int row, string? language, int length)
    {
        Grow(row);
        ForgetWords(row);
        var number = NumberOf(_languageNumbers, language ?? "");
        while (_filesOfLanguage.Count <= number)
            _filesOfLanguage.Add(0);
        _filesOfLanguage[number]++;
        _language[row] = number;
        _length[row] = length;
        Length += length;
    }

    internal void Set(int row, string fileId, Place place, string mimeType, DateTimeOffset modifiedAt, long? aclId = null)
    {
        Grow(row);
        Count = Math.Max(Count, row + 1);
        if (_place[row] == 0)
            Live++;
        Generation++;
        _place[row] = NumberOf(place);
        _type[row] = NumberOf(_typeNumbers, mimeType);
        _acl[row] = aclId is { } acl ? NumberOf(_aclNumbers, acl) : 0;
        _modified[row] = modifiedAt.UtcTicks;
        _order[row] = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(fileId)));
    }

    internal void Remove(int row)
    {
        if (row < Count && _place[row] != 0)
        {
            ForgetWords(row);
            Generation++;
            _place[row] = 0;
            Live--;
        }
    }

    private void ForgetWords(int row)
    {
        _textChange[row] = ++TextVersion;
        if (_language[row] == 0)
            return;
        _filesOfLanguage[_language[row]]--;
        Length -= _length[row];
        (_language[row], _length[row]) = (0, 0);
    }

    private void Grow(int row)
    {
        if (row < _place.Length)
            return;
        var capacity = Math.Max(row + 1, _place.Length * 2);
        Array.Resize(ref _place, capacity);
        Array.Resize(ref _type, capacity);
        Array.Resize(ref _acl, capacity);
        Array.Resize(ref _order, capacity);
        Array.Resize(ref _modified, capacity);
        Array.Resize(ref _length, capacity);
        Array.Resize(ref _language, capacity);
        Array.Resize(ref _textChange, capacity);
    }

    /// <summary>By row: whether the file exists and passes the filters on place, permissions, type and time.</summary>
    /// <param name="request">The filters.</param>
    /// <param name="readable">By number of the place: whether it may be read, where that depends on it.</param>
    /// <param name="judged">Files for which something else holds than for their place.</param>
    internal bool[] Allowed(SearchRequest request, bool?[]? readable = null, IReadOnlyList<(int Row, bool Readable)>? judged = null)
    {
        var places = AllowedPlaces(request, readable);
        var types = AllowedNumbers(_typeNumbers, type =>
            request.MimeTypes.Count == 0 || request.MimeTypes.Any(pattern => MimePattern.Matches(pattern, type)));
        var acls = AllowedNumbers(_aclNumbers, acl => request.AllowedAcls is null || request.AllowedAcls.Contains(acl));
        // A file without a list.
        acls[0] = true;
        var (from, to) = (request.ModifiedFrom?.UtcTicks ?? long.MinValue, request.ModifiedTo?.UtcTicks ?? long.MaxValue);
        var allowed = new bool[Count];
        for (var row = 0; row < allowed.Length; row++)
            allowed[row] = places[_place[row]] && acls[_acl[row]] && types[_type[row]] && _modified[row] >= from && _modified[row] < to;
        foreach (var (row, isReadable) in judged ?? [])
        {
            allowed[row] = isReadable && (request.ShareId is null || request.ShareId == _places[_place[row]].ShareId)
                && acls[_acl[row]] && types[_type[row]] && _modified[row] >= from && _modified[row] < to;
        }

        return allowed;
    }

    private bool[] AllowedPlaces(SearchRequest request, bool?[]? readable)
    {
        var shares = AllowedNumbers(_shareNumbers, share =>
            (request.ShareId is null || request.ShareId == share) && (request.AllowedShares is null || request.AllowedShares.Contains(share)));
        var mixed = AllowedNumbers(_shareNumbers, share => request.Places?.Shares.Contains(share) == true);
        var allowed = new bool[_places.Count];
        for (var number = 1; number < allowed.Length; number++)
        {
            var share = _shareOfPlace[number];
            allowed[number] = shares[share] && (!mixed[share] || readable?[number] == true);
        }

        return allowed;
    }

    private int NumberOf(Place place)
    {
        if (_placeNumbers.TryGetValue(place, out var number))
            return number;
        _placeNumbers[place] = number = _places.Count;
        _places.Add(place);
        _shareOfPlace.Add(NumberOf(_shareNumbers, place.ShareId));
        return number;
    }

    // Number 0 is an unused row.
    private static bool[] AllowedNumbers<T>(Dictionary<T, int> numbers, Func<T, bool> isAllowed)
        where T : notnull
    {
        var allowed = new bool[numbers.Count + 1];
        foreach (var (name, number) in numbers)
            allowed[number] = isAllowed(name);
        return allowed;
    }

    private static int NumberOf<T>(Dictionary<T, int> numbers, T name)
        where T : notnull
    {
        if (!numbers.TryGetValue(name, out var number))
            numbers[name] = number = numbers.Count + 1;
        return number;
    }
}
