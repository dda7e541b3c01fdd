using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Recovery;

/// <summary>The name of this process in the lab's records.</summary>
internal sealed record LabIdentity(string Process);

/// <summary>Real fenced work of the kinds handlers do, each step of it recorded.</summary>
internal sealed class LabHandler(Database dataSource, LabIdentity identity) : IJobHandler<LabJob>
{
    // A record of the lab must not hold a handler up longer than the queue's own statements may.
    private const int RecordTimeoutSeconds = 8;

    private static readonly TimeSpan Stubbornness = TimeSpan.FromSeconds(4);

    public async Task<JobOutcome> RunAsync(LabJob args, JobContext job, CancellationToken cancellationToken)
    {
        await RecordAsync(LabSql.AddStart, [job.TenantId, job.JobId, job.Attempt, identity.Process], cancellationToken);
        var how = "failed";
        try
        {
            var outcome = await WorkAsync(args, job, cancellationToken);
            how = outcome.GetType().Name.ToLowerInvariant();
            return outcome;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            how = "cancelled";
            throw;
        }
        catch (LeaseLostException)
        {
            how = "refused";
            throw;
        }
        finally
        {
            await RecordEndAsync(job, how);
        }
    }

    private async Task<JobOutcome> WorkAsync(LabJob args, JobContext job, CancellationToken cancellationToken)
    {
        if (args.IsStubborn)
            cancellationToken = CancellationToken.None;
        await job.LogAsync(LogLevel.Information, $"attempt {job.Attempt} by {identity.Process}", cancellationToken);
        if (args.Way == LabWay.Poison)
            ProcessSignal.Kill.SendTo(Environment.ProcessId);
        if (args.SnoozesOnce && await MarkAsync(job, "snoozed", cancellationToken))
            return new JobOutcome.Snoozed(TimeSpan.FromMilliseconds(300), "put off once");
        if (args.FailsOnce && await MarkAsync(job, "failed", cancellationToken))
            throw new JobFailedException("lab_fault", "It fails once.");
        if (args.IsStubborn && job.Attempt == 1)
            await Task.Delay(Stubbornness, TimeProvider.System, cancellationToken);
        if (args.ChildMs > 0)
            await RunChildAsync(job.Attempt == 1 ? args.ChildMs : 20, cancellationToken);

        var pause = TimeSpan.FromMilliseconds((double)args.WorkMs / (args.Parts + 1));
        for (var part = 1; part <= args.Parts; part++)
        {
            await Task.Delay(pause, TimeProvider.System, cancellationToken);
            await using var step = await job.BeginAsync(cancellationToken);
            await AddEffectAsync(LabSql.AddEffectOnce, step, job, part, cancellationToken);
            await step.CommitAsync(cancellationToken);
            await job.ProgressAsync(part, args.Parts + 1, "part", cancellationToken);
        }

        await using var last = await job.BeginAsync(cancellationToken);
        await Task.Delay(pause / 2, TimeProvider.System, cancellationToken);
        await job.LogAsync(LogLevel.Information, "done", cancellationToken);
        if (args.Way == LabWay.Apart)
        {
            await AddEffectAsync(LabSql.AddEffectOnce, last, job, 0, cancellationToken);
            await Task.Delay(pause / 2, TimeProvider.System, cancellationToken);
            await last.CommitAsync(cancellationToken);
        }
        else
        {
            await AddEffectAsync(LabSql.AddEffect, last, job, 0, cancellationToken);
            await Task.Delay(pause / 2, TimeProvider.System, cancellationToken);
            await last.CommitAndCompleteAsync(cancellationToken);
        }

        return new JobOutcome.Completed();
    }

    /// <summary>True the first time: the mark was committed while the lease held.</summary>
    private static async Task<bool> MarkAsync(JobContext job, string what, CancellationToken cancellationToken)
    {
        await using var fenced = await job.BeginAsync(cancellationToken);
        await using var command = new NpgsqlCommand(LabSql.AddMark, fenced.Transaction.Connection, fenced.Transaction);
        command.Parameters.Add(new() { Value = job.JobId });
        command.Parameters.Add(new() { Value = what });
        var isFirst = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        await fenced.CommitAsync(cancellationToken);
        return isFirst;
    }

    private async Task AddEffectAsync(string sql, FencedTransaction fenced, JobContext job, int part, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, fenced.Transaction.Connection, fenced.Transaction);
        foreach (var value in (object[])[job.TenantId, job.JobId, job.Attempt, identity.Process, part])
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task RunChildAsync(int milliseconds, CancellationToken cancellationToken)
    {
        using var child = await BoundProcess.StartAsync(["sleep", FormattableString.Invariant($"{milliseconds / 1000.0:0.000}")]);
        try
        {
            await child.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            await child.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    private async Task RecordEndAsync(JobContext job, string how)
    {
        try
        {
            await RecordAsync(LabSql.AddEnded, [job.JobId, job.Attempt, identity.Process, how], CancellationToken.None);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            // The database is away; the record only explains what others prove.
        }
    }

    private async Task RecordAsync(string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = RecordTimeoutSeconds;
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
