namespace ScaiDrive.Search.Embedding.Local;

/// <summary>The files of the local embedding model are missing, damaged, or of another version.</summary>
/// <remarks>Trying again does not help until the files are installed again.</remarks>
public sealed class ModelFilesException : Exception
{
    /// <summary>Says which file is wrong, how, and what to run.</summary>
    public ModelFilesException(string directory, string fileName, string problem, Exception? inner = null)
        : base(
            $"The local embedding model in '{directory}' cannot be used: {fileName} {problem}. "
            + "Install it with: npm ci --prefix eng/npm",
            inner)
    {
        Directory = directory;
        FileName = fileName;
    }

    /// <summary>Where the model was looked for.</summary>
    public string Directory { get; }

    /// <summary>The file that is wrong, without its folder.</summary>
    public string FileName { get; }
}
