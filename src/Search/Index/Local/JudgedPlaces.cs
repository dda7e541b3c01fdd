using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <summary>What one caller's rights come to in the numbers of one index. Kept as long as the rights are; searches share it.</summary>
internal sealed class JudgedPlaces(IReadablePlaces rights)
{
    private readonly Lock _gate = new();
    private readonly List<int> _unknown = [];
    private bool?[] _readable = [];
    private IReadOnlyList<(int Row, bool Readable)> _files = [];
    private long _generation = -1;

    /// <summary>By number of the place: whether it may be read. Null: in a share in which that does not depend on the place.</summary>
    /// <param name="places">By number. They only become more.</param>
    internal bool?[] Of(IReadOnlyList<Place> places)
    {
        lock (_gate)
        {
            // The first is nowhere.
            for (var number = Math.Max(1, _readable.Length); number < places.Count; number++)
            {
                if (rights.Shares.Contains(places[number].ShareId))
                    _unknown.Add(number);
            }

            if (_readable.Length < places.Count)
                Array.Resize(ref _readable, places.Count);
            if (_unknown.Count > 0)
                Ask(places);
            return _readable;
        }
    }

    /// <summary>The rows of files that are judged by themselves.</summary>
    /// <param name="generation">Moves when files come or go.</param>
    /// <param name="rowsOf">The rows of some files, by their ids.</param>
    internal IReadOnlyList<(int Row, bool Readable)> Files(long generation, Func<IEnumerable<string>, IEnumerable<(int Row, string FileId)>> rowsOf)
    {
        if (rights.Files.Count == 0)
            return [];
        lock (_gate)
        {
            if (_generation != generation)
                (_files, _generation) = ([.. rowsOf(rights.Files.Keys).Select(file => (file.Row, rights.Files[file.FileId]))], generation);
            return _files;
        }
    }

    // Those that are not known now are asked for again the next time. Searches under way keep the array they have.
    private void Ask(IReadOnlyList<Place> places)
    {
        var answers = new bool?[_unknown.Count];
        rights.Judge([.. _unknown.Select(number => places[number])], answers);
        var renewed = (bool?[])_readable.Clone();
        for (var i = 0; i < answers.Length; i++)
            renewed[_unknown[i]] = answers[i];
        _readable = renewed;
        _unknown.RemoveAll(number => renewed[number] is not null);
    }
}
