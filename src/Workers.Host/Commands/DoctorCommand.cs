using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;
using ScaiDrive.Extraction;
using ScaiDrive.Search.Index.Weaviate;
using ScaiDrive.Store;
using ScaiDrive.Store.Embedded;
using ScaiDrive.Workers.Host.Configuration;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary><c>doctor</c>: looks at everything the product needs and says how to mend what is missing.</summary>
internal static class DoctorCommand
{
    internal static Command Create()
    {
        var command = new Command("doctor", "Checks every dependency and says how to fix what is missing.");
        command.SetAction((_, cancellationToken) => Failing.InWordsAsync(() => RunAsync(SettingsReader.ReadEnvironment(), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        List<Finding> findings =
        [
            Postgres(),
            await ProgramAsync("PDF text", "pdftotext", "-v", "sudo apt-get install poppler-utils", cancellationToken),
            await ProgramAsync("OCR", "tesseract", "--version", "sudo apt-get install tesseract-ocr", cancellationToken),
            await LanguagesAsync(settings, cancellationToken),
            await ProgramAsync("Process limits", "prlimit", "--version", "sudo apt-get install util-linux", cancellationToken),
            Library("SMB shares", "libsmbclient.so.0", "sudo apt-get install libsmbclient"),
            await KerberosAsync(cancellationToken),
            Weights(settings),
            DataDirectory(settings),
            Port(settings),
            .. Sandbox(),
        ];
        if (settings.DatabaseUrl is { } url)
            findings.Add(await DatabaseAsync(url, cancellationToken));
        if (settings.Weaviate is { } weaviate)
            findings.Add(await WeaviateAsync(weaviate, cancellationToken));
        findings.AddRange(settings.Warnings.Select(warning => new Finding(Grade.Note, "Setting", warning, null)));

        foreach (var finding in findings)
        {
            var mark = finding.Grade switch { Grade.Good => "ok     ", Grade.Note => "note   ", _ => "MISSING" };
            Console.WriteLine($"{mark} {finding.Subject}: {finding.Fact}{(finding.Fix is null ? "" : $"  ->  {finding.Fix}")}");
        }

        return findings.Any(finding => finding.Grade == Grade.Missing) ? 1 : 0;
    }

    private static Finding Postgres() =>
        PostgresInstallation.FindAll() is [var newest, ..]
            ? new(Grade.Good, "PostgreSQL", $"version {newest.MajorVersion} in {newest.BinDirectory}", null)
            : new(Grade.Missing, "PostgreSQL", "no version 15 or newer", "sudo apt-get install postgresql");

    private static async Task<Finding> ProgramAsync(string subject, string program, string argument, string fix, CancellationToken cancellationToken)
    {
        var output = await OutputAsync(program, argument, cancellationToken);
        return output is null
            ? new(Grade.Missing, subject, $"'{program}' is not on the PATH", fix)
            : new(Grade.Good, subject, output.Split('\n')[0].Trim(), null);
    }

    private static Finding Library(string subject, string name, string fix)
    {
        if (!NativeLibrary.TryLoad(name, out var library))
            return new(Grade.Missing, subject, $"{name} cannot be loaded", fix);
        NativeLibrary.Free(library);
        return new(Grade.Good, subject, name, null);
    }

    /// <summary>Only connectors that log on with Kerberos need it.</summary>
    private static async Task<Finding> KerberosAsync(CancellationToken cancellationToken) =>
        await OutputAsync("kinit", "-V -h", cancellationToken) is null
            ? new(Grade.Note, "Kerberos", "'kinit' is not on the PATH: connectors cannot log on with a keytab (sudo apt-get install krb5-user)", null)
            : new(Grade.Good, "Kerberos", "kinit", null);

    private static async Task<Finding> LanguagesAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        var installed = (await OutputAsync("tesseract", "--list-langs", cancellationToken) ?? "").Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var missing = settings.OcrLanguages.Except(installed).ToList();
        return missing.Count == 0
            ? new(Grade.Good, "OCR languages", string.Join(", ", installed), null)
            : new(Grade.Missing, "OCR languages", $"not installed: {string.Join(", ", missing)}", $"sudo apt-get install {string.Join(' ', missing.Select(language => $"tesseract-ocr-{language.Replace('_', '-')}"))}");
    }

    private static Finding Weights(HostSettings settings)
    {
        var directory = settings.WeightsDirectory;
        return directory is not null && File.Exists(Path.Combine(directory, "model.json"))
            ? new(Grade.Good, "Embedding model", directory, null)
            : new(Grade.Missing, "Embedding model", "SCAIDRIVE_WEIGHTS_DIR names no directory with model.json", "npm ci --prefix eng/npm, or start through ./run");
    }

    private static Finding DataDirectory(HostSettings settings)
    {
        var existing = settings.DataDirectory;
        while (!Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        var free = new DriveInfo(existing).AvailableFreeSpace / (1024 * 1024);
        return free < 1024
            ? new(Grade.Missing, "Data directory", $"{settings.DataDirectory} has {free} MB free", "free at least 1 GB, or set SCAIDRIVE_DATA_DIR")
            : new(Grade.Good, "Data directory", $"{settings.DataDirectory}, {free} MB free", null);
    }

    private static Finding Port(HostSettings settings)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Parse(settings.BindAddress), settings.Port);
            probe.Start();
            return new(Grade.Good, "Port", $"{settings.BindAddress}:{settings.Port} is free", null);
        }
        catch (SocketException)
        {
            return new(Grade.Note, "Port", $"{settings.BindAddress}:{settings.Port} is in use (by a running ScaiDrive?)", null);
        }
    }

    private static Finding[] Sandbox()
    {
        var report = SandboxReport.Describe();
        return
        [
            new(Grade.Good, "Sandbox, processes", "one file at a time per child; memory, time and temporary space are watched from outside; no user or network namespace is needed", null),
            report.LandlockVersion > 0
                ? new(Grade.Good, "Sandbox, files", $"Landlock version {report.LandlockVersion}: children write only into their own folder", null)
                : new(Grade.Note, "Sandbox, files", "the kernel has no Landlock: children can write wherever this user can", null),
            report.SocketsRefused
                ? new(Grade.Good, "Sandbox, network", "seccomp: children cannot open sockets", null)
                : new(Grade.Note, "Sandbox, network", "the kernel takes no seccomp filter: children can open network connections", null),
        ];
    }

    private static async Task<Finding> DatabaseAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            await using var dataSource = PostgresDataSource.Create(url, "scaidrive-doctor");
            var pending = await new Migrator(dataSource).PendingAsync(Rooms.Migrations, cancellationToken);
            return pending.Count == 0
                ? new(Grade.Good, "Database", "reachable, schema is current", null)
                : new(Grade.Missing, "Database", $"{pending.Count} migrations are due", "./run migrate");
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException or SchemaMismatchException)
        {
            return new(Grade.Missing, "Database", fault.Message, "check SCAIDRIVE_DATABASE_URL and the server");
        }
    }

    private static async Task<Finding> WeaviateAsync(WeaviateOptions options, CancellationToken cancellationToken)
    {
        var finding = await WeaviateCheck.RunAsync(options, cancellationToken);
        return finding.Fault is null
            ? new(Grade.Good, "Weaviate", $"version {finding.Version ?? "unknown"} at {options.Url}", null)
            : new(Grade.Missing, "Weaviate", finding.Fault, "check SCAIDRIVE_WEAVIATE_URL, SCAIDRIVE_WEAVIATE_API_KEY and the server, or unset both: the local index then answers");
    }

    private static async Task<string?> OutputAsync(string program, string argument, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return await output is { Length: > 0 } text ? text : await errors;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private enum Grade
    {
        Good,
        Note,
        Missing,
    }

    private sealed record Finding(Grade Grade, string Subject, string Fact, string? Fix);
}
