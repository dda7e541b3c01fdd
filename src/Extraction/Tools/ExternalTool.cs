using System.Diagnostics;
using System.Text;
using ScaiDrive.Extraction.Sandbox;

namespace ScaiDrive.Extraction.Tools;

/// <summary>How a tool ended.</summary>
/// <param name="ExitCode">0 is success; 128 + n is signal n.</param>
/// <param name="Errors">The first kilobytes of what it complained about.</param>
/// <param name="TimedOut">It was killed because its time was over.</param>
internal sealed record ToolEnd(int ExitCode, string Errors, bool TimedOut)
{
    /// <summary>The first complaint, for people.</summary>
    internal string FirstError => Errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? $"exit code {ExitCode}";
}

/// <summary>Runs one native program inside a child, with limits of its own beside those of the group.</summary>
internal static class ExternalTool
{
    private const int MaxErrors = 16 * 1024;

    /// <summary>Full path of a program on PATH, or null.</summary>
    internal static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs to the end, handing standard output to <paramref name="read"/> as it comes.</summary>
    /// <exception cref="UnreadableDocumentException">With <c>tool_missing</c> when it is not installed.</exception>
    internal static ToolEnd Run(string name, IEnumerable<string> arguments, SourceDocument document, TimeSpan? limit, Action<Stream> read)
    {
        var start = new ProcessStartInfo(Find(name) ?? throw Missing(name))
        {
            WorkingDirectory = document.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        var errors = new StringBuilder();
        using var process = Process.Start(start)!;
        Restrain(process.Id, document.Limits, limit);
        process.StandardInput.Close();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                if (line.Data is not null && errors.Length < MaxErrors)
                    errors.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
        var timedOut = false;
        using var timer = limit is { } time ? new Timer(_ => { timedOut = true; Kill(process); }, null, time, Timeout.InfiniteTimeSpan) : null;
        try
        {
            read(process.StandardOutput.BaseStream);
        }
        catch
        {
            Kill(process);
            throw;
        }
        process.StandardOutput.Close(); // a reader that has enough: the tool ends at its next write
        process.WaitForExit();
        lock (errors)
            return new(process.ExitCode, errors.ToString(), timedOut);
    }

    internal static UnreadableDocumentException Missing(string name) =>
        new(ReasonCodes.ToolMissing, $"The program {name} is not installed.");

    /// <summary>Sets limits of a tool's own, beside those of the group; <see cref="Timeout.InfiniteTimeSpan"/> leaves its processor time to the group's.</summary>
    /// <remarks>Right after the start is early enough: nothing a tool does in its first millisecond is what these limits are for.</remarks>
    internal static void Restrain(int pid, ExtractionLimits limits, TimeSpan? time)
    {
        Set(Native.RlimitAddressSpace, (ulong)limits.MemoryBytes * 2);
        if (time != Timeout.InfiniteTimeSpan)
            Set(Native.RlimitCpu, (ulong)Math.Ceiling((time ?? limits.CpuTime).TotalSeconds) + 1);
        Set(Native.RlimitFileSize, 1UL << 30);

        void Set(int resource, ulong value)
        {
            var limit = new Native.Limit { Soft = value, Hard = value };
            _ = Native.SetLimit(pid, resource, in limit, 0);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // Already gone.
        }
    }
}
