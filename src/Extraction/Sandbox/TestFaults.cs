using System.Diagnostics;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>Misbehaviour on demand, so that tests can watch the pool deal with it. Off unless a variable only tests set is there.</summary>
internal static class TestFaults
{
    private static readonly bool Wanted = Environment.GetEnvironmentVariable("EXTRACTION_TEST_FAULTS") is not null;

    internal static void CommitOnPage(string fileName, int page)
    {
        if (Wanted && Path.GetFileNameWithoutExtension(fileName) == $"fault-page-{page}")
            Environment.FailFast("asked to");
    }

    internal static void Commit(string fileName, string folder)
    {
        if (!Wanted)
            return;
        switch (Path.GetFileNameWithoutExtension(fileName))
        {
            case "fault-spin":
                File.WriteAllText(Path.Combine(folder, "left-behind"), "");
                while (true)
                    Thread.SpinWait(1000);
            case "fault-sleep":
                Thread.CurrentThread.Join();
                break;
            case "fault-tool":
                // A tool that never ends, as a child of the child.
                Process.Start(new ProcessStartInfo("sleep", "1000") { WorkingDirectory = folder })!.WaitForExit();
                break;
            case "fault-memory":
                var hoard = new List<byte[]>();
                while (true)
                {
                    var block = GC.AllocateUninitializedArray<byte>(16 << 20);
                    block.AsSpan().Fill(1);
                    hoard.Add(block);
                }
            case "fault-disk":
                using (var file = File.Create(Path.Combine(folder, "growing")))
                    file.SetLength(1L << 30); // a hole: it costs the disk nothing, and counts all the same
                Thread.CurrentThread.Join();
                break;
            case "fault-full":
                throw new IOException("There is no room left.", 28); // ENOSPC
            case "fault-crash":
                Environment.FailFast("asked to");
                break;
            case "fault-stack":
                _ = Deeper(0);
                break;
            case "fault-environment":
                throw new UnreadableDocumentException(ReasonCodes.Corrupt,
                    string.Join(' ', Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal)));
            case "fault-write":
                throw new UnreadableDocumentException(ReasonCodes.Corrupt, Attempt(static () => File.WriteAllText($"/var/tmp/scaidrive-{Environment.ProcessId}", "x")));
            case "fault-socket":
                throw new UnreadableDocumentException(ReasonCodes.Corrupt,
                    Attempt(static () => new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, 0).Dispose()));
        }
    }

    private static string Attempt(Action forbidden)
    {
        try
        {
            forbidden();
            return "done";
        }
        catch (Exception fault)
        {
            return $"refused: {fault.GetType().Name}";
        }
    }

    private static int Deeper(int depth) => Deeper(depth + 1) + 1;
}
