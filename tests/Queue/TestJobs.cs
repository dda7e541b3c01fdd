using Microsoft.Extensions.DependencyInjection;

namespace ScaiDrive.Queue.Tests;

public sealed record TestJob(string Text = "", int PageCount = 0) : IJobArgs
{
    public static string Kind => "test-job";
}

public sealed record OtherJob(string Text = "") : IJobArgs
{
    public static string Kind => "other-job";
}

/// <summary>What the handler of a test does.</summary>
public delegate Task<JobOutcome> Script(TestJob args, JobContext job, CancellationToken cancellationToken);

public sealed class ScriptedHandler(Script script) : IJobHandler<TestJob>
{
    public Task<JobOutcome> RunAsync(TestJob args, JobContext job, CancellationToken cancellationToken) =>
        script(args, job, cancellationToken);
}

/// <summary>An event a test waits for; a hang becomes a failure.</summary>
public sealed class Happening
{
    private readonly TaskCompletionSource happened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set() => happened.TrySetResult();

    public Task Async => happened.Task.WaitAsync(QueueUnderTest.Patience);

    public bool IsSet => happened.Task.IsCompleted;
}
