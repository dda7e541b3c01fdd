using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ScaiDrive.Connectors.Smb;

/// <summary>How an agent is started: the command line and its whole environment. Who it logs on as comes through its standard input.</summary>
internal static class AgentCommand
{
    internal static ProcessStartInfo Create(AgentFolder folder, string? ticketCache)
    {
        var start = new ProcessStartInfo
        {
            FileName = DotnetPath(),
            WorkingDirectory = folder.FullPath,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[.. Assembly(), "--smb-agent"])
            start.ArgumentList.Add(argument);
        SetEnvironment(start, folder, ticketCache);
        return start;
    }

    /// <summary>Nothing is inherited but what says where programs are: database addresses, keys and tokens stay with the worker.</summary>
    internal static void SetEnvironment(ProcessStartInfo start, AgentFolder folder, string? ticketCache)
    {
        start.Environment.Clear();
        foreach (var (name, value) in Environment(folder, ticketCache))
            start.Environment[name] = value;
    }

    private static IEnumerable<(string Name, string Value)> Environment(AgentFolder folder, string? ticketCache)
    {
        yield return ("PATH", System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin");
        yield return ("HOME", folder.FullPath);
        yield return ("TMPDIR", folder.FullPath);
        yield return ("LANG", "C.UTF-8");
        yield return ("LC_ALL", "C.UTF-8");
        foreach (var name in (string[])["DOTNET_ROOT", "LD_LIBRARY_PATH", "KRB5_CONFIG"])
        {
            if (System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                yield return (name, value);
        }

        if (ticketCache is not null)
            yield return ("KRB5CCNAME", $"FILE:{ticketCache}");
        yield return ("DOTNET_gcServer", "0");
        yield return ("DOTNET_GCConserveMemory", "5");
        yield return ("DOTNET_EnableDiagnostics", "0");      // no debugger socket in the temporary folder
        yield return ("DOTNET_EnableWriteXorExecute", "0");  // a third of the start-up time
        yield return ("DOTNET_TieredPGO", "0");
        yield return ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"); // no ICU: 30 MB and 20 ms less, and text is not sorted here
        yield return ("DOTNET_NOLOGO", "1");
    }

    /// <summary>The <c>dotnet</c> that runs this process, else the one its runtime belongs to.</summary>
    private static string DotnetPath()
    {
        if (Path.GetFileNameWithoutExtension(System.Environment.ProcessPath) == "dotnet")
            return System.Environment.ProcessPath!;
        // .../shared/Microsoft.NETCore.App/10.0.0/ belongs to .../dotnet.
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return File.Exists(beside) ? beside : "dotnet";
    }

    private static string[] Assembly()
    {
        var path = typeof(AgentCommand).Assembly.Location;
        if (File.Exists(Path.ChangeExtension(path, ".runtimeconfig.json")))
            return [path];
        // A host that did not copy this assembly's own runtime configuration: its own serves as well.
        var borrowed = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*.runtimeconfig.json").Order().FirstOrDefault();
        return borrowed is null ? [path] : ["exec", "--runtimeconfig", borrowed, path];
    }
}
