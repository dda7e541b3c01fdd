using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>The step between the worker and a child: a session of its own, confinement, then the child in the same process.</summary>
internal static class Launcher
{
    /// <summary>Variable in which the child finds what is in force, such as <c>landlock=7 seccomp=1</c>.</summary>
    internal const string ReportVariable = "EXTRACTION_CONFINEMENT";

    // What the runtime, Poppler and Tesseract read: programs, libraries, fonts, locale. Not the rest of /etc, not home, not data.
    private static readonly string[] ReadablePaths =
    [
        "/usr", "/lib", "/lib64", "/bin", "/opt", "/proc", "/sys", "/dev",
        "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/fonts", "/etc/alternatives",
        "/etc/nsswitch.conf", "/etc/passwd", "/etc/locale.alias", "/etc/papersize", "/etc/xpdf", "/var/cache/fontconfig",
        "/nix/store",
    ];

    /// <summary>Never returns when all is well: the process becomes the child.</summary>
    /// <param name="confine">False leaves out Landlock and seccomp.</param>
    /// <param name="folder">The child's private folder, the only one it may write to.</param>
    /// <param name="command">Absolute path of the program, then its arguments.</param>
    internal static int Run(bool confine, string folder, string[] command)
    {
        _ = Native.SetSession(); // fails only when this process leads a group already, which serves as well
        var none = new Native.Limit();
        _ = Native.SetLimit(0, Native.RlimitCore, in none, 0);

        var landlock = 0;
        var seccomp = false;
        if (confine)
        {
            var own = new[] { Path.GetDirectoryName(command[0])!, AppContext.BaseDirectory, Environment.GetEnvironmentVariable("TESSDATA_PREFIX") };
            landlock = Confinement.ConfineFiles(folder, [.. ReadablePaths, .. own.OfType<string>()]);
            seccomp = Confinement.RefuseSockets();
        }

        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(static pair => (string)pair.Key != ReportVariable)
            .Select(static pair => $"{pair.Key}={pair.Value}")
            .Append($"{ReportVariable}=landlock={landlock} seccomp={(seccomp ? 1 : 0)}");
        Replace(command, [.. environment]);
        Console.Error.WriteLine($"The child could not be started: error {Marshal.GetLastPInvokeError()}.");
        return 1;
    }

    private static unsafe void Replace(string[] command, string[] environment)
    {
        // The memory is left to the operating system: after success there is no one to free it.
        var arguments = Block(command);
        _ = Native.Execute(arguments[0], arguments, Block(environment));
    }

    private static unsafe byte** Block(string[] values)
    {
        var block = (byte**)NativeMemory.AllocZeroed((nuint)(values.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < values.Length; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(values[i]);
            block[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(block[i], bytes.Length));
        }
        return block;
    }
}
