using ScaiDrive.Extraction.Sandbox;

namespace ScaiDrive.Extraction;

/// <summary>One file's recognition: its pages go in small shares to the children of a pool.</summary>
/// <remarks>
/// The first share waits for a child as every file does. More children are used while they would otherwise be idle; each gives its slot
/// back after one share, so another file never waits for more than that. Nothing here depends on which child reads which page.
/// </remarks>
internal sealed class RecognitionRun
{
    // More deaths than this in one recognition mean the machine or the file is beyond help; each costs a fresh child.
    private const int MaxDeaths = 5;

    private const int SharePages = 8;

    // Every share brings the whole file to its child, and a part of an archive is unpacked to be reached: 16 MiB take some 20 ms to send and
    // at most 150 to unpack, a page takes one or two seconds to read.
    private const long ContentPerPage = 16 << 20;

    // How soon a child that another file has left is noticed.
    private static readonly TimeSpan LookAround = TimeSpan.FromMilliseconds(250);

    private readonly SortedDictionary<int, ExtractedPage> _recognized = [];
    private readonly SortedDictionary<int, PageProblem> _problems = [];
    private readonly SortedSet<int> _waiting;
    private readonly TimeProvider _time;
    private readonly TaskMessage _task;
    private readonly SemaphoreSlim _slots;
    private readonly Func<TaskMessage, Stream, CancellationToken, Task<ChildAnswer>> _read;
    private readonly Stream _content;
    private readonly SharedContent? _shared;
    private readonly int _mostChildren;
    private readonly int _leastShare;
    private ResultMessage? _last;
    private string _engine = "tesseract";
    private int _deaths;

    /// <param name="mostChildren">That the pool has.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="task">What every share has in common.</param>
    /// <param name="content">The file.</param>
    /// <param name="shared">The same for several readers; null when it cannot seek, and one child reads it once.</param>
    /// <param name="pages">Page numbers from 1.</param>
    /// <param name="slots">One for each child that may be at work.</param>
    /// <param name="read">Lets a child do a task, in a slot already taken, and gives the slot back.</param>
    internal RecognitionRun(int mostChildren, TimeProvider time, TaskMessage task, Stream content, SharedContent? shared, IEnumerable<int> pages,
        SemaphoreSlim slots, Func<TaskMessage, Stream, CancellationToken, Task<ChildAnswer>> read)
    {
        (_time, _task, _content, _shared, _slots, _read) = (time, task, content, shared, slots, read);
        _waiting = [.. pages];
        _mostChildren = shared is null ? 1 : mostChildren;
        _leastShare = shared is null ? _waiting.Count : (int)Math.Min(_waiting.Count, 1 + shared.Length / ContentPerPage);
    }

    internal async Task<RecognizedPages> ReadAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var atWork = new List<Task<Share>>();
        try
        {
            do
            {
                while (HasWork(atWork.Count) && await TakeSlotAsync(mayWait: atWork.Count == 0, stop.Token))
                    atWork.Add(ReadShareAsync(TakeShare(), stop.Token));
                await EndOneAsync(atWork, stop.Token);
                foreach (var done in atWork.Where(static share => share.IsCompleted).ToList())
                {
                    atWork.Remove(done);
                    Take(await done);
                }
            }
            while (atWork.Count > 0 || _waiting.Count > 0);
        }
        finally
        {
            // After a fault of one the others end too: the caller closes the content when this is over.
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(atWork)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return Judge();
    }

    // Asked for no pages, a child still says what the file is.
    private bool HasWork(int atWork) => (_waiting.Count > 0 && atWork < _mostChildren) || (_last is null && atWork == 0);

    private async ValueTask<bool> TakeSlotAsync(bool mayWait, CancellationToken cancellationToken)
    {
        // Who waits for a slot is served before this finds one.
        if (!mayWait)
            return await _slots.WaitAsync(0, cancellationToken);
        await _slots.WaitAsync(cancellationToken);
        return true;
    }

    private async Task EndOneAsync(List<Task<Share>> atWork, CancellationToken cancellationToken)
    {
        var one = Task.WhenAny(atWork);
        if (HasWork(atWork.Count))
            await Task.WhenAny(one, Task.Delay(LookAround, _time, cancellationToken));
        else
            await one;
    }

    // Smaller towards the end, so that all children end at about the same time.
    private List<int> TakeShare()
    {
        var even = (_waiting.Count + 2 * _mostChildren - 1) / (2 * _mostChildren);
        List<int> share = [.. _waiting.Take(Math.Max(Math.Min(even, SharePages), _leastShare))];
        _waiting.ExceptWith(share);
        return share;
    }

    private async Task<Share> ReadShareAsync(List<int> pages, CancellationToken cancellationToken)
    {
        await using var view = _shared?.Open();
        return new(pages, await _read(_task with { Recognize = pages }, view ?? _content, cancellationToken));
    }

    private void Take(Share share)
    {
        var (pages, answer) = share;
        _last = answer.Result!;
        _engine = _last.Engine ?? _engine;
        foreach (var page in answer.Pages.Where(page => pages.Contains(page.Number)))
            _recognized[page.Number] = page;
        foreach (var problem in answer.Problems.Where(problem => pages.Contains(problem.Number)))
            _problems[problem.Number] = problem;
        var rest = pages.Where(number => !_recognized.ContainsKey(number) && !_problems.ContainsKey(number)).ToList();
        if (!answer.Died)
            GiveUp(rest);
        else if (rest.Count > 0)
            TakeDeath(rest, answer.PageBegun);
    }

    // The page in hand is the guilty one; the others deserve a child of their own.
    private void TakeDeath(List<int> rest, int? begun)
    {
        var guilty = begun is { } page && rest.Contains(page) ? page : rest[0];
        GiveUp([guilty]);
        rest.Remove(guilty);
        _waiting.UnionWith(rest);
        if (_shared is not null && ++_deaths < MaxDeaths && begun is not null)
            return;
        GiveUp(_waiting);
        _waiting.Clear();
    }

    private void GiveUp(IEnumerable<int> pages)
    {
        foreach (var number in pages)
            _problems[number] = new(number, _last!.Status == ReasonCodes.Ok ? ReasonCodes.OcrFailed : _last.Status, _last.Detail);
    }

    private RecognizedPages Judge()
    {
        var codes = _problems.Values.Select(static problem => problem.Code).Distinct().ToList();
        var status = _recognized.Values.Any(static page => page.OcrConfidence is not null) ? ReasonCodes.Ok
            : codes.Count == 1 ? codes[0]
            : codes.Count > 1 || _recognized.Count == 0 ? _last!.Status == ReasonCodes.Ok ? ReasonCodes.OcrFailed : _last.Status
            : ReasonCodes.NoText;
        return new(status, status == ReasonCodes.Ok ? null : _problems.Values.FirstOrDefault()?.Detail ?? _last!.Detail,
            [.. _recognized.Values], [.. _problems.Values], _engine);
    }

    private sealed record Share(List<int> Pages, ChildAnswer Answer);
}
