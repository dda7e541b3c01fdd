using Xunit;

namespace ScaiDrive.Tests.Support;

/// <summary>A fact about the documents kept beside the repository; skipped, and counted as skipped, where they are absent.</summary>
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (RepositoryPaths.Corpus is null)
            Skip = "The corpus is not beside the repository.";
    }
}
