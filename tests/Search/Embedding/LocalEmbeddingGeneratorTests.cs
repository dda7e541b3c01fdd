using Microsoft.Extensions.AI;
using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Search.Tests.Embedding;

public sealed class LocalEmbeddingGeneratorTests
{
    [Fact]
    public async Task Texts_about_the_same_thing_are_closer_than_others()
    {
        var vectors = await LocalModel.EmbedAsync(
            ["How do I reset my password?", "I forgot my login credentials", "The wing stalls at a high angle of attack"]);
        Assert.True(LocalModel.Cosine(vectors[0], vectors[1]) > LocalModel.Cosine(vectors[0], vectors[2]) + 0.2);
    }

    [Theory]
    [InlineData(InstructionSet.Widest)]
    [InlineData(InstructionSet.Vector128)]
    public async Task A_text_has_the_same_vector_alone_and_among_others(InstructionSet instructions)
    {
        var together = await LocalModel.EmbedAsync(VariedTexts.All, instructions);
        for (var i = 0; i < together.Length; i += 3)
            Assert.Equal(together[i], (await LocalModel.EmbedAsync([VariedTexts.All[i]], instructions))[0]);
    }

    [Fact]
    public async Task Callers_at_the_same_time_get_what_each_would_get_alone()
    {
        var expected = await LocalModel.EmbedAsync(VariedTexts.All);
        var callers = Enumerable.Range(0, 12).Select(caller => Task.Run(async () =>
        {
            int[] mine = [.. Enumerable.Range(0, VariedTexts.All.Count).Where(i => i % 12 == caller)];
            var vectors = await LocalModel.EmbedAsync([.. mine.Select(i => VariedTexts.All[i])]);
            for (var i = 0; i < mine.Length; i++)
                Assert.Equal(expected[mine[i]], vectors[i]);
        }));
        await Task.WhenAll(callers);
    }

    [Fact]
    public async Task Every_vector_has_length_one_and_512_values()
    {
        foreach (var vector in await LocalModel.EmbedAsync(VariedTexts.All))
        {
            Assert.Equal(LocalEmbeddingGenerator.Dimensions, vector.Length);
            Assert.Equal(1, Math.Sqrt(vector.Sum(value => (double)value * value)), 1e-5);
        }
    }

    [Fact]
    public async Task Only_text_longer_than_the_model_reads_is_marked_as_truncated()
    {
        var counts = LocalModel.Generator();
        string[] texts = [.. Enumerable.Range(100, 60).Select(words => string.Concat(Enumerable.Repeat("word ", words)).TrimEnd())];
        var generated = await counts.GenerateAsync(texts);

        var read = 0L;
        for (var i = 0; i < texts.Length; i++)
        {
            var tokens = counts.Count(texts[i]);
            read += Math.Min(tokens, counts.MaxTokens);
            Assert.Equal(tokens > counts.MaxTokens, generated[i].AdditionalProperties?.ContainsKey(LocalEmbeddingGenerator.TruncatedProperty) ?? false);
        }

        Assert.Equal(128, counts.MaxTokens);
        Assert.Contains(texts, text => counts.Count(text) == counts.MaxTokens);
        Assert.Equal(read, generated.Usage?.InputTokenCount);
    }

    [Fact]
    public async Task What_stands_behind_the_last_token_read_changes_nothing()
    {
        var start = string.Concat(Enumerable.Repeat("word ", 140));
        var vectors = await LocalModel.EmbedAsync([start + "tail", start + "an altogether different ending of this text"]);
        Assert.Equal(vectors[0], vectors[1]);
    }

    [Fact]
    public async Task No_texts_give_no_vectors() =>
        Assert.Empty(await LocalModel.Generator().GenerateAsync([]));

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => LocalModel.Generator().GenerateAsync(["text"], cancellationToken: stop.Token));
    }

    [Fact]
    public async Task Another_model_or_size_is_refused()
    {
        var generator = LocalModel.Generator();
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["text"], new EmbeddingGenerationOptions { Dimensions = 256 }));
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["text"], new EmbeddingGenerationOptions { ModelId = "other" }));
        Assert.Single(await generator.GenerateAsync(
            ["text"], new EmbeddingGenerationOptions { ModelId = LocalEmbeddingGenerator.ModelName, Dimensions = 512 }));
    }

    [Fact]
    public void The_generator_says_which_model_it_is()
    {
        var metadata = LocalModel.Generator().GetService<EmbeddingGeneratorMetadata>();
        Assert.Equal(LocalEmbeddingGenerator.ModelName, metadata?.DefaultModelId);
        Assert.Equal(LocalEmbeddingGenerator.Dimensions, metadata?.DefaultModelDimensions);
    }

    [Fact]
    public void Missing_files_are_named_with_what_to_run()
    {
        var fault = Assert.Throws<ModelFilesException>(() => LocalEmbeddingGenerator.Load("/nonexistent/model"));
        Assert.Equal("/nonexistent/model", fault.Directory);
        Assert.Contains("npm ci --prefix eng/npm", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_differs_in_one_byte_is_refused_by_name()
    {
        var copy = Directory.CreateTempSubdirectory("model");
        try
        {
            foreach (var file in Directory.GetFiles(RepositoryPaths.Weights))
                File.CreateSymbolicLink(Path.Combine(copy.FullName, Path.GetFileName(file)), file);
            LocalEmbeddingGenerator.Load(copy.FullName).Dispose();

            var shard = Path.Combine(copy.FullName, "group1-shard4of7");
            var bytes = File.ReadAllBytes(shard);
            bytes[bytes.Length / 2] ^= 1;
            File.Delete(shard);
            File.WriteAllBytes(shard, bytes);

            Assert.Equal("group1-shard4of7", Assert.Throws<ModelFilesException>(() => LocalEmbeddingGenerator.Load(copy.FullName)).FileName);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }
}
