using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Store;
using ScaiDrive.Store.Embedded;
using ScaiDrive.Workers.Host.Configuration;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary>Runs a command so that a mistake of the operator ends in its message and exit code 2, not in a stack trace.</summary>
internal static class Failing
{
    /// <summary>The command line, a setting or the machine is not as it must be.</summary>
    internal const int BadUse = 2;

    internal static async Task<int> InWordsAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (BadSettingsException fault)
        {
            await Console.Error.WriteLineAsync("ScaiDrive cannot start, the configuration is wrong:");
            foreach (var problem in fault.Problems)
                await Console.Error.WriteLineAsync($"  {problem}");
            return BadUse;
        }
        catch (Exception fault) when (fault is EmbeddedPostgresException or DataDirectoryInUseException or SchemaMismatchException
            or InvalidDataException or UsageException or ModelFilesException or UnauthorizedAccessException or IOException)
        {
            await Console.Error.WriteLineAsync($"ScaiDrive: {fault.Message}");
            return BadUse;
        }
        catch (Npgsql.NpgsqlException fault)
        {
            await Console.Error.WriteLineAsync($"ScaiDrive: the database cannot be used: {fault.Message} (SCAIDRIVE_DATABASE_URL)");
            return BadUse;
        }
    }
}

/// <summary>The command was called with something it cannot use.</summary>
internal sealed class UsageException(string message) : Exception(message);
