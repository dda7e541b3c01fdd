using System.Diagnostics.CodeAnalysis;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Running;

/// <summary>Writes what running jobs said, many jobs in one round trip.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle is never asked for holds nothing to release.")]
internal sealed class JobJournal(Database dataSource)
{
    // One writer at a time keeps the lines of a job in their order.
    private readonly SemaphoreSlim writing = new(1, 1);

    /// <summary>Writes what the given attempts said since the last call. When it fails, they keep it for the next.</summary>
    internal async Task FlushAsync(IReadOnlyCollection<JobRun> runs, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        var taken = new List<(JobRun Run, IReadOnlyList<LogEntry> Lines, Progress? Progress)>();
        try
        {
            foreach (var run in runs)
            {
                if (run.TakeJournal() is var (lines, progress) && (lines.Count > 0 || progress is not null))
                    taken.Add((run, lines, progress));
            }

            if (taken.Count > 0)
                await WriteAsync(taken, cancellationToken);
        }
        catch
        {
            foreach (var (run, lines, progress) in taken)
                run.ReturnJournal(lines, progress);
            throw;
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task WriteAsync(
        List<(JobRun Run, IReadOnlyList<LogEntry> Lines, Progress? Progress)> taken, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.Timeout = 8;
        var lines = taken.SelectMany(each => each.Lines, (each, line) => (each.Run, Line: line)).ToArray();
        if (lines.Length > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(JournalSql.AddLines)
            {
                Parameters =
                {
                    new() { Value = Array.ConvertAll(lines, each => each.Run.TenantId) },
                    new() { Value = Array.ConvertAll(lines, each => each.Run.JobId) },
                    new() { Value = Array.ConvertAll(lines, each => each.Run.Job.Lease) },
                    new() { Value = Array.ConvertAll(lines, each => each.Run.Attempt) },
                    new() { Value = Array.ConvertAll(lines, each => each.Line.At.UtcDateTime) },
                    new() { Value = Array.ConvertAll(lines, each => each.Line.Level.ToString().ToLowerInvariant()) },
                    new() { Value = Array.ConvertAll(lines, each => each.Line.Message) },
                },
            });
        }

        var progress = taken.Where(each => each.Progress is not null).Select(each => (each.Run, Progress: each.Progress!)).ToArray();
        if (progress.Length > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(JournalSql.SetProgress)
            {
                Parameters =
                {
                    new() { Value = Array.ConvertAll(progress, each => each.Run.TenantId) },
                    new() { Value = Array.ConvertAll(progress, each => each.Run.JobId) },
                    new() { Value = Array.ConvertAll(progress, each => each.Run.Job.Lease) },
                    new() { Value = Array.ConvertAll(progress, each => each.Progress.Done) },
                    new() { Value = Array.ConvertAll(progress, each => each.Progress.Total), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                    new() { Value = Array.ConvertAll(progress, each => each.Progress.Message is { } text ? TextColumn.Fit(text, TextColumn.MessageLength) : null) },
                },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
