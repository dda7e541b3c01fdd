namespace ScaiDrive.Tests.Support;

/// <summary>Where the repository and the material beside it lie, found from the test's own place.</summary>
public static class RepositoryPaths
{
    /// <summary>The folder of <c>ScaiDrive.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Real documents and a judged search collection kept beside the repository, or null where they are absent.</summary>
    public static string? Corpus { get; } =
        Path.Combine(Path.GetDirectoryName(Root)!, "shared", "corpus") is var path && Directory.Exists(path) ? path : null;

    /// <summary>The files of the local embedding model, installed by <c>./run</c> and <c>./test</c>.</summary>
    public static string Weights { get; } = Path.Combine(Root, "eng", "npm", "node_modules", "@energetic-ai", "model-embeddings-en", "dist");

    private static string FindRoot()
    {
        // Build output may lie elsewhere than the sources, so the working directory is asked too.
        foreach (var start in new[] { Environment.GetEnvironmentVariable("SCAIDRIVE_REPOSITORY"), AppContext.BaseDirectory, Environment.CurrentDirectory, SourceDirectory() })
        {
            for (var directory = start; directory is not null; directory = Path.GetDirectoryName(directory))
            {
                if (File.Exists(Path.Combine(directory, "ScaiDrive.sln")))
                    return directory;
            }
        }

        throw new InvalidOperationException("ScaiDrive.sln is in no folder above the tests.");
    }

    private static string? SourceDirectory([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path);
}
