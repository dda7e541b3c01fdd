using System.CommandLine;
using ScaiDrive.Workers.Host.Commands;

var root = new RootCommand("ScaiDrive workers: durable queues, text extraction, search and connectors behind a file sync and share product.")
{
    UpCommand.Create(),
    ApiCommand.Create(),
    WorkerCommand.Create(),
    MigrateCommand.Create(),
    ExtractCommand.Create(),
    ExtractionCommand.Create(),
    SearchCommand.Create(),
    DoctorCommand.Create(),
};

// Signals belong to the role that runs: it drains before it ends.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
