using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>Sends one request to a service and reads its answer. What fails leaves as <see cref="EmbeddingUnavailableException"/>, without the key.</summary>
internal sealed class RemoteGenerator(
    ProviderRow row, IEmbeddingWire wire, ProviderLimits limits, string? key, HttpClient http, TimeProvider time) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>Says in <see cref="EmbeddingGenerationOptions.AdditionalProperties"/> that the text is a query.</summary>
    internal const string QueryProperty = "is_query";

    // A request of 2,048 texts takes seconds; a model that is loaded on demand up to a minute.
    private static readonly TimeSpan DocumentTimeout = TimeSpan.FromSeconds(60);

    // An error that a service explains takes a few hundred bytes; a page of a proxy may take any number.
    private const int LongestErrorBody = 64 * 1024;

    // A person waits for a query.
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(5);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var texts = values as IReadOnlyList<string> ?? [.. values];
        var isQuery = options?.AdditionalProperties?.TryGetValue(QueryProperty, out var query) == true && query is true;
        using var timeout = new CancellationTokenSource(isQuery ? QueryTimeout : DocumentTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var answer = await SendAsync(texts, isQuery, either.Token);
            if (answer.Vectors.Count != texts.Count)
                throw Fault(new(EmbeddingFaultKind.Settings, FaultCodes.Failed, $"It answered {answer.Vectors.Count} vectors to {texts.Count} texts."));
            if (answer.Vectors.Any(vector => vector.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue)))
                throw Fault(new(EmbeddingFaultKind.Settings, FaultCodes.Failed, "It answered a vector with a number that is none."));
            return new(answer.Vectors.Select(vector => new Embedding<float>(vector)))
            {
                Usage = answer.Tokens is { } tokens ? new UsageDetails { InputTokenCount = tokens } : null,
            };
        }
        catch (JsonException fault)
        {
            throw Fault(new(EmbeddingFaultKind.Settings, FaultCodes.Failed, $"Its answer has not the shape of type {row.Type}: {fault.Message}"), fault);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw Fault(new(EmbeddingFaultKind.Outage, FaultCodes.Down, $"No answer within {(isQuery ? QueryTimeout : DocumentTimeout).TotalSeconds} seconds."), fault);
        }
        catch (HttpRequestException fault) when (ForbiddenHostException.In(fault) is { } forbidden)
        {
            throw Fault(new(EmbeddingFaultKind.Settings, FaultCodes.Rejected, forbidden.Message));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw Fault(new(EmbeddingFaultKind.Outage, FaultCodes.Down, fault.Message), fault);
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or EmbeddingUnavailableException))
        {
            // Whatever a broken answer sets off, bytes that do not unpack for example: the files wait instead of failing for good.
            throw Fault(new(EmbeddingFaultKind.Outage, FaultCodes.Failed, fault.Message), fault);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ProviderLimits) ? limits : null;

    public void Dispose()
    {
        // The client is shared by all providers.
    }

    private async Task<WireAnswer> SendAsync(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken)
    {
        using var request = wire.Ask(texts, isQuery);
        if (key is not null)
            wire.Authorize(request, key);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await wire.ReadAsync(body, cancellationToken);
        }

        throw Fault(ProviderAnswers.FaultOf(
            response.StatusCode, await ReadErrorAsync(response.Content, cancellationToken), RetryAfter.Of(response.Headers, time.GetUtcNow())));
    }

    // As UTF-8 whatever it says it is: a character set that nobody knows must not hide the status.
    private static async Task<string> ReadErrorAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[LongestErrorBody];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    // Services repeat parts of a wrong key in their messages.
    private EmbeddingUnavailableException Fault(EmbeddingUnavailableFacts facts, Exception? inner = null)
    {
        var message = key is null ? facts.Message : facts.Message.Replace(key, "***", StringComparison.Ordinal);
        return new(row.Id, facts.Code, $"Provider {row.Id} ({row.Type}): {message}", inner) { Kind = facts.Kind, RetryAfter = facts.RetryAfter };
    }
}
