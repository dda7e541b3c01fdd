using System.Data.Common;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Drive;
using ScaiDrive.Search;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Health;

/// <summary>Asks every dependency of this process whether it answers, each within <see cref="ApiOptions.ProbeTimeout"/>.</summary>
internal sealed class ReadinessProbe(
    Database database, ContentStore content, ISearchEngine engine, ApiOptions options, TimeProvider time, SearchOptions? search = null, SigningKeys? keys = null)
{
    /// <summary>True by name for what answered.</summary>
    /// <remarks>One PostgreSQL server does what the contract expects of Redis (wake-ups, shared state), so <c>redis</c> answers with
    /// the database. <c>scaikey</c> is true while tokens can be checked, so also on the last known keys while ScaiKey is away for a short time: taking
    /// every node out of service then would make an outage of it. <c>weaviate</c> is left out when none is configured.</remarks>
    internal async Task<IReadOnlyDictionary<string, bool>> RunAsync(CancellationToken cancellationToken)
    {
        var answers = await AnswersAsync(cancellationToken);
        var checks = new Dictionary<string, bool>
        {
            ["database"] = answers,
            ["redis"] = answers,
            ["storage"] = CanStore(),
            ["scaikey"] = keys is null || await keys.CanCheckAsync(cancellationToken),
        };
        if (search?.Weaviate is not null)
            checks["weaviate"] = await engine.IsHealthyAsync(cancellationToken);
        return checks;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.ProbeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(either.Token);
            return true;
        }
        catch (Exception fault) when (fault is DbException or OperationCanceledException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Whether the content directory can be written to: a file is made there and removed.</summary>
    private bool CanStore()
    {
        var path = Path.Combine(content.Root, $".ready-{Guid.NewGuid():n}");
        try
        {
            using var probe = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            probe.WriteByte(0);
            probe.Flush();
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
