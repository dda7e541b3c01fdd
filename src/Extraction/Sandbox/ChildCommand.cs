using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>How a child is started: the command line and its whole environment.</summary>
internal static class ChildCommand
{
    internal static ProcessStartInfo Create(ExtractionOptions options, string folder)
    {
        var start = new ProcessStartInfo
        {
            FileName = DotnetPath(),
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] child = [DotnetPath(), .. Assembly()];
        foreach (var argument in (string[])[.. Assembly(), "--launch", options.Confine ? "confined" : "open", folder, .. child, "--child", folder])
            start.ArgumentList.Add(argument);

        // Nothing is inherited: database addresses, keys and tokens stay with the worker.
        start.Environment.Clear();
        foreach (var (name, value) in Environment(options, folder))
            start.Environment[name] = value;
        return start;
    }

    private static IEnumerable<(string Name, string Value)> Environment(ExtractionOptions options, string folder)
    {
        yield return ("PATH", System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin");
        yield return ("HOME", folder);
        yield return ("TMPDIR", folder);
        yield return ("LANG", "C.UTF-8");
        yield return ("LC_ALL", "C.UTF-8");
        yield return ("OMP_THREAD_LIMIT", "1"); // Tesseract's threads cost more than they bring once several pages run at a time
        foreach (var name in (string[])["TESSDATA_PREFIX", "DOTNET_ROOT"])
        {
            if (System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                yield return (name, value);
        }

        // The heap may take three quarters; the rest is for the runtime and for tools such as pdftotext.
        yield return ("DOTNET_GCHeapHardLimit", (options.Limits.MemoryBytes / 4 * 3).ToString("x", CultureInfo.InvariantCulture));
        yield return ("DOTNET_gcServer", "0");
        yield return ("DOTNET_GCConserveMemory", "5");
        yield return ("DOTNET_EnableDiagnostics", "0");      // no debugger socket in the temporary folder
        yield return ("DOTNET_EnableWriteXorExecute", "0");  // a third of the start-up time
        yield return ("DOTNET_TieredPGO", "0");
        yield return ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"); // no ICU: 30 MB and 20 ms less, and text is not sorted here
        yield return ("DOTNET_NOLOGO", "1");
        foreach (var (name, value) in options.ChildEnvironment)
            yield return (name, value);
    }

    /// <summary>The <c>dotnet</c> that runs this process, else the one on PATH.</summary>
    internal static string DotnetPath()
    {
        if (Path.GetFileNameWithoutExtension(System.Environment.ProcessPath) == "dotnet")
            return System.Environment.ProcessPath!;
        // .../shared/Microsoft.NETCore.App/10.0.0/ belongs to .../dotnet.
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return File.Exists(beside) ? beside : Tools.ExternalTool.Find("dotnet") ?? "dotnet";
    }

    private static string[] Assembly()
    {
        var path = typeof(ChildCommand).Assembly.Location;
        if (File.Exists(Path.ChangeExtension(path, ".runtimeconfig.json")))
            return [path];
        // A host that did not copy this assembly's own runtime configuration: its own serves as well.
        var borrowed = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*.runtimeconfig.json").Order().FirstOrDefault();
        return borrowed is null ? [path] : ["exec", "--runtimeconfig", borrowed, path];
    }
}
