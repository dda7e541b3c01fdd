using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Recovery;

/// <summary>One worker process: this program again, in a mode of its own.</summary>
internal sealed class WorkerProcess
{
    internal const string Mode = "worker";

    /// <summary>Marks every process of a lab, children of handlers included: they inherit it.</summary>
    internal const string MarkVariable = "SCAIDRIVE_LAB";

    private const string ConnectionVariable = "SCAIDRIVE_LAB_DATABASE";
    private const string NameVariable = "SCAIDRIVE_LAB_WORKER";
    private const string SlotsVariable = "SCAIDRIVE_LAB_SLOTS";
    private const string LeaseVariable = "SCAIDRIVE_LAB_LEASE_MS";

    private readonly Process process;

    private WorkerProcess(Process process, string name, string connectionString) =>
        (this.process, Name, ConnectionString) = (process, name, connectionString);

    internal string Name { get; }

    internal string ConnectionString { get; }

    internal int Id => process.Id;

    internal bool HasExited => process.HasExited;

    internal int ExitCode => process.ExitCode;

    /// <summary>When it was killed or found dead.</summary>
    internal DateTime? DiedAt { get; set; }

    /// <summary>The lab has asked it to end, so nothing replaces it.</summary>
    internal bool IsDismissed { get; set; }

    internal Task Exited => process.WaitForExitAsync(CancellationToken.None);

    internal static async Task<WorkerProcess> StartAsync(string name, string connectionString, LabOptions options, string mark, string log)
    {
        // Its own settings are the defaults; the runtime's are those that start fastest.
        var process = await BoundProcess.StartAsync(
            ["sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, "dotnet", typeof(WorkerProcess).Assembly.Location, "recovery", Mode],
            (MarkVariable, mark), (ConnectionVariable, connectionString), (NameVariable, name), (SlotsVariable, options.Slots.ToString(CultureInfo.InvariantCulture)),
            (LeaseVariable, options.Lease.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)),
            ("DOTNET_TieredPGO", "0"), ("DOTNET_gcConcurrent", "0"));
        return new WorkerProcess(process, name, connectionString);
    }

    internal bool Send(ProcessSignal signal) => !process.HasExited && signal.SendTo(process.Id);

    /// <summary>What runs inside the worker process.</summary>
    internal static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var name = Read(NameVariable);
        var lease = TimeSpan.FromMilliseconds(double.Parse(Read(LeaseVariable), CultureInfo.InvariantCulture));
        var options = new QueueOptions { Slots = int.Parse(Read(SlotsVariable), CultureInfo.InvariantCulture), WorkerName = name, Lease = lease, Heartbeat = lease / 4 };
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "HH:mm:ss.fff ", true));
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Services
            .Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout + TimeSpan.FromSeconds(5))
            .AddSingleton(PostgresDataSource.Create(Read(ConnectionVariable), name))
            .AddSingleton(new LabIdentity(name))
            .AddJobHandler<LabJob, LabHandler>()
            .AddJobWorker(options);
        using var host = builder.Build();
        await host.RunAsync(cancellationToken);
        return 0;
    }

    private static string Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"{variable} is not set: this mode is started by ./bench recovery alone.");
}
