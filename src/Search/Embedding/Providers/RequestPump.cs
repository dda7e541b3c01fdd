using ScaiDrive.Search.Embedding.Providers.Remote;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>Puts texts from whoever asks into requests as full as the provider takes them, several under way at once.</summary>
/// <remarks>Nobody waits for a request to fill: it leaves as soon as one may be under way, with all that has gathered by then. So requests are
/// small while there is little to do and full under load.</remarks>
/// <param name="limits">What a request may hold.</param>
/// <param name="send">Sends one request; a fault is an <see cref="EmbeddingUnavailableException"/>.</param>
internal sealed class RequestPump(ProviderLimits limits, Func<IReadOnlyList<string>, Task<IReadOnlyList<float[]>>> send)
{
    // A text that is refused although it should fit is longer for the model than it looks: half of it, a quarter, an eighth.
    private const int MostHalvings = 3;
    private const int ShortestWorthHalving = 100;
    private const string PlainText = "text";

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private int _maxTexts = limits.MaxTexts;
    private int _inFlight;

    /// <summary>Embeds documents; each text on its own, so that the fault of one request leaves the others' vectors.</summary>
    internal async Task<EmbeddedTexts> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var asked = texts.Select(text => new Waiting(text, limits.MaxTokensPerText)).ToArray();
        lock (_gate)
        {
            foreach (var each in asked)
                _waiting.Enqueue(each);
        }

        Start();
        // A caller that leaves does not take its texts out of requests that are under way; those that wait are passed over.
        await using var leaving = cancellationToken.Register(() => Array.ForEach(asked, each => each.Ending.TrySetCanceled(cancellationToken)));
        var endings = await Task.WhenAll(asked.Select(each => each.Ending.Task));
        return new(
            [.. endings.Select(ending => ending.Vector)],
            asked.Count(each => each.WasCut),
            endings.Count(ending => ending.Vector is { Length: 0 }),
            endings.FirstOrDefault(ending => ending.Vector is { Length: 0 }).Fault?.Message,
            endings.FirstOrDefault(ending => ending.Vector is null).Fault);
    }

    private void Start()
    {
        // A request to the provider carries the texts of several callers, and may end after the first of them has left.
        using var outside = TenantWall.Outside();
        while (TakeRequest() is { } request)
            _ = RunAsync(request);
    }

    private List<Waiting>? TakeRequest()
    {
        lock (_gate)
        {
            while (_waiting.TryPeek(out var left) && left.Ending.Task.IsCompleted)
                _waiting.Dequeue();
            if (_inFlight >= limits.InFlight || _waiting.Count == 0)
                return null;
            _inFlight++;
            var (request, tokens) = (new List<Waiting>(), 0);
            while (request.Count < _maxTexts && _waiting.TryPeek(out var next))
            {
                if (next.Ending.Task.IsCompleted)
                {
                    _waiting.Dequeue();
                    continue;
                }

                tokens += next.Tokens;
                if (request.Count > 0 && tokens > limits.MaxTokens)
                    break;
                request.Add(_waiting.Dequeue());
            }

            return request;
        }
    }

    // What is asked to wait would only be refused again, and the wait begin anew.
    private List<Waiting> TakeAll()
    {
        lock (_gate)
        {
            var all = _waiting.ToList();
            _waiting.Clear();
            return all;
        }
    }

    private async Task RunAsync(List<Waiting> request)
    {
        // A request that fails at once starts the next from its end: on the same stack that would be as deep as the queue is long.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await SendAsync(request, isPart: false);
        }
        catch (EmbeddingUnavailableException fault)
        {
            if (fault.Kind == EmbeddingFaultKind.Throttled)
                TakeAll().ForEach(each => each.Ending.TrySetResult(new(null, fault)));
            request.ForEach(each => each.Ending.TrySetResult(new(null, fault)));
        }
        catch (Exception fault)
        {
            request.ForEach(each => each.Ending.TrySetException(fault));
        }
        finally
        {
            lock (_gate)
                _inFlight--;
            Start();
        }
    }

    private async Task SendAsync(List<Waiting> request, bool isPart)
    {
        EmbeddingUnavailableException refusal;
        try
        {
            var vectors = await send(request.ConvertAll(each => each.Text));
            for (var i = 0; i < request.Count; i++)
                request[i].Ending.TrySetResult(new(vectors[i], null));
            return;
        }
        catch (EmbeddingUnavailableException fault) when (fault.Kind == EmbeddingFaultKind.Text)
        {
            refusal = fault;
        }

        // Before the texts are blamed: is it they, or would any text be refused?
        if (!isPart)
            await SeeThatItEmbedsAsync(refusal);
        if (request.Count == 1)
        {
            await SendShorterAsync(request[0], refusal);
            return;
        }

        var half = request.Count / 2;
        await SendAsync(request[..half], isPart: true);
        await SendAsync(request[half..], isPart: true);
        // Nothing in it was refused by itself, so there was too much of it.
        if (!request.Exists(each => each.WasShortened || each.Ending.Task is { IsCompletedSuccessfully: true, Result.Vector.Length: 0 }))
            Interlocked.Exchange(ref _maxTexts, Math.Min(_maxTexts, Math.Max(1, half)));
    }

    private async Task SendShorterAsync(Waiting text, EmbeddingUnavailableException refusal)
    {
        for (var i = 0; i < MostHalvings && text.Text.Length > ShortestWorthHalving; i++)
        {
            text.Halve();
            try
            {
                text.Ending.TrySetResult(new((await send([text.Text]))[0], null));
                return;
            }
            catch (EmbeddingUnavailableException again) when (again.Kind == EmbeddingFaultKind.Text)
            {
                refusal = again;
            }
        }

        text.Ending.TrySetResult(new([], refusal));
    }

    private async Task SeeThatItEmbedsAsync(EmbeddingUnavailableException refusal)
    {
        try
        {
            await send([PlainText]);
        }
        catch (EmbeddingUnavailableException fault) when (fault.Kind == EmbeddingFaultKind.Text)
        {
            throw new EmbeddingUnavailableException(refusal.ProviderId, FaultCodes.Rejected, fault.Message, fault);
        }
    }

    private sealed class Waiting
    {
        internal Waiting(string text, int maxTokens)
        {
            var tokens = TextFit.Tokens(text);
            WasCut = tokens > maxTokens;
            Text = WasCut ? TextFit.Cut(text, maxTokens) : text;
            Tokens = Math.Min(tokens, maxTokens);
        }

        internal string Text { get; private set; }

        internal int Tokens { get; }

        internal bool WasCut { get; private set; }

        internal bool WasShortened { get; private set; }

        internal TaskCompletionSource<Ending> Ending { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void Halve()
        {
            var half = Text.Length / 2;
            Text = Text[..(char.IsHighSurrogate(Text[half - 1]) ? half - 1 : half)];
            WasCut = WasShortened = true;
        }
    }

    private readonly record struct Ending(float[]? Vector, EmbeddingUnavailableException? Fault);
}
