using System.Runtime.InteropServices;
using ScaiDrive.Bench.Cranfield;
using ScaiDrive.Bench.Embed;
using ScaiDrive.Bench.EndToEnd;
using ScaiDrive.Bench.Extract;
using ScaiDrive.Bench.Hostile;
using ScaiDrive.Bench.Memory;
using ScaiDrive.Bench.Ocr;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Bench.Recovery;
using ScaiDrive.Bench.Vector;
using ScaiDrive.Bench.Revoke;
using ScaiDrive.Bench.Search;
using ScaiDrive.Bench.Smb;
using ScaiDrive.Bench.Walk;

var benches = new SortedDictionary<string, (string What, Func<IReadOnlyList<string>, CancellationToken, Task<int>> Run)>
{
    ["cranfield"] = ("quality of the answers on the Cranfield collection, over HTTP: by words, by meaning, by both", CranfieldBench.RunAsync),
    ["embed"] = ("text chunks embedded per second, against the Node implementation of the same model", EmbedBench.RunAsync),
    ["vector"] = ("semantic search in a million chunks on one core: latency, recall, share of the memory's bandwidth", VectorBench.RunAsync),
    ["queue"] = ("jobs enqueued and worked off per second, against pg-boss, graphile-worker and Quartz.NET", QueueBench.RunAsync),
    ["memory"] = ("most memory of a worker while a file of two gigabytes passes, as text, archive and PDF", MemoryBench.RunAsync),
    ["pickup"] = ("from enqueue to a job's first line, idle and at 300 jobs a second", PickupBench.RunAsync),
    ["held-xmin"] = ("throughput kept while an old transaction is left open", HeldXminBench.RunAsync),
    ["volume"] = ("throughput, pages and totals with millions of finished and waiting jobs", VolumeBench.RunAsync),
    ["fairness"] = ("a small tenant's wait beside another's million jobs, against its wait alone", FairnessBench.RunAsync),
    ["extract"] = ("documents read per second by format, a thousand pages of PDF against pdftotext, what a warm child costs a file", ExtractBench.RunAsync),
    ["end-to-end"] = ("a mixed folder from disk to searchable by word and meaning, one worker process", EndToEndBench.RunAsync),
    ["hostile"] = ("mutated documents of every format and the known bombs: crashes, hangs, leaks, endings without a reason", HostileBench.RunAsync),
    ["ocr"] = ("pages recognised per minute, against plain Tesseract and OCRmyPDF, and how many characters are right", OcrBench.RunAsync),
    ["search"] = ("search by word, by meaning and by both at 100,000 files while indexing runs: saturation, latency at half of it", SearchBench.RunAsync),
    ["walk"] = ("an unchanged source of a million files compared with its snapshot: entries per second, memory", WalkBench.RunAsync),
    ["smb"] = ("a first sync of small and of large files from a share into the durable store, against smbclient and rclone; an unchanged share", SmbBench.RunAsync),
    ["revoke"] = ("from a delete and from an ACL on a share to gone from search, told by the server and by the schedule alone", RevokeBench.RunAsync),
    ["recovery"] = ("workers killed, stopped and cut off, the server restarted: what is lost, what is done twice, how long it takes", RecoveryBench.RunAsync),
};

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var isChild = args.Length > 1 && args[0] == ChildModes.Name;
(string What, Func<IReadOnlyList<string>, CancellationToken, Task<int>> Run) bench = ("", ChildModes.RunAsync);
if (!isChild && (args.Length == 0 || !benches.TryGetValue(args[0], out bench)))
{
    foreach (var (name, (what, _)) in benches)
        Console.WriteLine($"{name,-12} {what}");
    return args.Length == 0 ? 0 : 2;
}

try
{
    return await bench.Run(args[1..], stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    if (!isChild)
        await Console.Error.WriteLineAsync("stopped");
    return 130;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
