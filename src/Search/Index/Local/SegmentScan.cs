namespace ScaiDrive.Search.Index.Local;

/// <summary>Compares every record that a query may see with it, block by block.</summary>
/// <remarks>
/// Records of files that are not allowed are not read. Several queries go over the segment together: what the first one
/// brings from memory the others find in the cache (four together: 26 ms a query and million, alone 49, on a busy machine).
/// </remarks>
internal static unsafe class SegmentScan
{
    /// <summary>Bytes of records between two looks at the files: a part of the second-level cache.</summary>
    private const int BlockBytes = 256 * 1024;

    /// <summary>Scans a segment. Under the owner's read lock.</summary>
    internal static void Run(VectorSegment segment, params ReadOnlySpan<ScanQuery> queries)
    {
        var block = Math.Max(1, BlockBytes / segment.Dimensions);
        for (var first = 0; first < segment.Count; first += block)
        {
            var end = Math.Min(first + block, segment.Count);
            foreach (var query in queries)
                query.Scan(segment, first, end);
        }
    }
}

/// <summary>One query on its way over a segment.</summary>
/// <param name="unit">The query, of length one.</param>
/// <param name="allowed">By row: whether the file may be seen. Row 0 is no file.</param>
internal abstract unsafe class ScanQuery(ReadOnlyMemory<float> unit, bool[] allowed)
{
    private readonly QueryCodes _codes = VectorScan.QuantiseQuery(unit.Span);
    private int[] _slots = [];
    private int[] _products = [];
    private int _found;

    /// <summary>The query, of length one.</summary>
    internal ReadOnlyMemory<float> Unit => unit;

    /// <summary>Compares the records of some slots.</summary>
    internal void Scan(VectorSegment segment, int first, int end)
    {
        if (_slots.Length < end - first + VectorScan.Ahead)
            (_slots, _products) = (new int[end - first + VectorScan.Ahead], new int[end - first + VectorScan.Ahead]);
        Find(segment.FileOf.AsSpan(first, end - first), first);
        // The last ones wait for the next block, so that what follows them is asked of memory in time.
        var ready = end == segment.Count ? _found : Math.Max(0, _found - VectorScan.Ahead);
        VectorScan.Products(_codes, segment.Codes, _slots.AsSpan(0, _found), _products.AsSpan(0, ready));
        Take(segment, _slots.AsSpan(0, ready), _products.AsSpan(0, ready), _codes.Scale);
        _slots.AsSpan(ready, _found - ready).CopyTo(_slots);
        _found -= ready;
    }

    /// <summary>Takes what was found.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="slots">In rising order.</param>
    /// <param name="products">By slot: the product of the integers.</param>
    /// <param name="scale">The query's.</param>
    protected abstract void Take(VectorSegment segment, ReadOnlySpan<int> slots, ReadOnlySpan<int> products, float scale);

    // Without a branch: whether a file is allowed cannot be foretold.
    private void Find(ReadOnlySpan<int> files, int first)
    {
        var found = _found;
        for (var i = 0; i < files.Length; i++)
        {
            _slots[found] = first + i;
            found += allowed[files[i]] ? 1 : 0;
        }

        _found = found;
    }
}
