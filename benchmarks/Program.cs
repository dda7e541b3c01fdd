using ScaiDrive.Bench.Embed;
using ScaiDrive.Bench.EndToEnd;

var benches = new SortedDictionary<string, (string What, Func<IReadOnlyList<string>, CancellationToken, Task<int>> Run)>
{
    ["embed"] = ("text chunks embedded per second, against the Node implementation of the same model", EmbedBench.RunAsync),
    ["end-to-end"] = ("a mixed folder from disk to searchable by word and meaning, one worker process", EndToEndBench.RunAsync),
};

if (args.Length == 0 || !benches.TryGetValue(args[0], out var bench))
{
    foreach (var (name, (what, _)) in benches)
        Console.WriteLine($"{name,-12} {what}");
    return args.Length == 0 ? 0 : 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};
return await bench.Run(args[1..], stop.Token);
