using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Queue.Enqueueing;

namespace ScaiDrive.Queue.Running;

/// <summary>Which handler does which kind.</summary>
internal sealed class JobHandlers
{
    private readonly Dictionary<string, JobHandlerRegistration> byKind = [];

    public JobHandlers(IEnumerable<JobHandlerRegistration> registrations)
    {
        foreach (var registration in registrations)
        {
            if (!byKind.TryAdd(registration.Kind, registration))
                throw new InvalidOperationException($"Two handlers are registered for jobs of kind '{registration.Kind}'.");
        }
    }

    /// <summary>What a worker of this process can do; it claims nothing else.</summary>
    internal string[] Kinds => [.. byKind.Keys.Order(StringComparer.Ordinal)];

    internal Task<JobOutcome> RunAsync(IServiceProvider services, JobRun run) =>
        byKind[run.Job.Kind].RunAsync(services, run.Job.Args, run, run.Token);
}

/// <summary>One kind and how to run it.</summary>
internal sealed record JobHandlerRegistration(
    string Kind, Func<IServiceProvider, string, JobContext, CancellationToken, Task<JobOutcome>> RunAsync)
{
    internal static JobHandlerRegistration Create<TArgs, THandler>()
        where TArgs : IJobArgs
        where THandler : class, IJobHandler<TArgs> =>
        new(TArgs.Kind, (services, json, job, cancellationToken) =>
            services.GetRequiredService<THandler>().RunAsync(Read<TArgs>(json), job, cancellationToken));

    private static TArgs Read<TArgs>(string json)
        where TArgs : IJobArgs
    {
        try
        {
            return JsonSerializer.Deserialize<TArgs>(json, JobJson.Options) ?? throw new JsonException("The arguments are null.");
        }
        catch (JsonException fault)
        {
            // Retried all the same: while a fleet is being upgraded, a newer worker may know how to read them.
            throw new JobFailedException(JobErrorCodes.BadArgs, $"The arguments of a {TArgs.Kind} job cannot be read: {fault.Message}", fault);
        }
    }
}
