using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>A child as the worker sees it: one process group, one private folder, one file at a time.</summary>
internal sealed class ExtractorProcess : IDisposable
{
    private const int ErrorTail = 4096;
    private const int BlockSize = 256 * 1024;

    // Starting takes a fifth of a second; a machine under full load may need many times that, and no file is to blame.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ExtractionOptions _options;
    private readonly TimeProvider _time;
    private readonly string _folder;
    private readonly StringBuilder _errors = new();
    private readonly byte[] _header = new byte[Frames.HeaderSize];
    private int _disposed;

    private ExtractorProcess(Process process, ExtractionOptions options, TimeProvider time, string folder) =>
        (_process, _options, _time, _folder) = (process, options, time, folder);

    /// <summary>Process id of the child and of its group.</summary>
    internal int Id => _process.Id;

    /// <summary>Files it was given.</summary>
    internal int Files { get; private set; }

    /// <summary>What the launcher put in force, such as <c>landlock=7 seccomp=1</c>.</summary>
    internal string Confinement { get; private set; } = "";

    /// <summary>False once it ended, was killed, or must not get another file.</summary>
    internal bool IsUsable { get; private set; } = true;

    /// <summary>Starts a child and waits until it is ready.</summary>
    /// <exception cref="IOException">It could not be started; the message says why.</exception>
    internal static async Task<ExtractorProcess> StartAsync(ExtractionOptions options, TemporaryRoot root, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = root.NewFolder();
        Process process;
        try
        {
            process = Process.Start(ChildCommand.Create(options, folder))!;
        }
        catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            TemporaryRoot.Remove(folder);
            throw new IOException($"The extraction child could not be started: {fault.Message}", fault);
        }

        var child = new ExtractorProcess(process, options, time, folder);
        process.ErrorDataReceived += child.KeepError;
        process.BeginErrorReadLine();
        try
        {
            using var limit = new CancellationTokenSource(StartLimit, time);
            await using var ending = limit.Token.Register(child.Kill);
            await using var cancelling = cancellationToken.Register(child.Kill);
            if (await Frames.ReadAsync(process.StandardOutput.BaseStream, child._header, CancellationToken.None) is not { Kind: FrameKind.Ready } ready)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new IOException($"The extraction child did not start: {await child.DescribeEndAsync()}");
            }
            using (ready)
                child.Confinement = JsonSerializer.Deserialize(ready.Payload, MessageJson.Default.ReadyMessage)!.Confinement;
            return child;
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    /// <summary>Sends one file and collects what comes back. Never throws for what the file does to the child.</summary>
    /// <exception cref="IOException">The source or the machine failed, not the file.</exception>
    internal async Task<ChildAnswer> RunAsync(TaskMessage task, Stream content, CancellationToken cancellationToken)
    {
        Files++;
        var answer = new ChildAnswer();
        var watch = new Watch { UsageBefore = ProcessGroup.Measure(Id), Touched = _time.GetTimestamp() };
        await using var cancelling = cancellationToken.Register(Kill);
        using var over = new CancellationTokenSource();
        var watching = WatchAsync(task, watch, over.Token);
        var receiving = ReceiveAsync(answer, watch);
        Exception? sourceFault = null;
        try
        {
            sourceFault = await SendAsync(task, content, watch, answer, cancellationToken);
            if (sourceFault is not null)
                Kill(); // it would wait for the rest for ever
            await receiving;
        }
        finally
        {
            if (!receiving.IsCompleted)
                Kill();
            await over.CancelAsync();
            await watching;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (sourceFault is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(sourceFault);
        if (answer.Result is null)
        {
            Kill();
            var (code, detail) = watch.Verdict ?? await ClassifyEndAsync();
            answer.Result = new(code, detail, "application/octet-stream", [], false, DocumentMetadata.None, null, null, true);
            answer.Died = true;
        }
        else if (answer.Result.Recycle || Files >= _options.RecycleAfterFiles || ResidentBytes() > _options.RecycleAboveBytes)
        {
            IsUsable = false;
        }

        if (answer.Result.Fault is { } machine)
            throw new IOException(machine);
        return answer;
    }

    // Returns the fault of the source, if it had one. A child that closes its end early has its reasons; they are read elsewhere.
    private async Task<Exception?> SendAsync(TaskMessage task, Stream content, Watch watch, ChildAnswer answer, CancellationToken cancellationToken)
    {
        var pipe = _process.StandardInput.BaseStream;
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize + Frames.HeaderSize);
        try
        {
            var message = JsonSerializer.SerializeToUtf8Bytes(task, MessageJson.Default.TaskMessage);
            Frames.WriteHeader(buffer, FrameKind.Task, message.Length);
            message.CopyTo(buffer.AsSpan(Frames.HeaderSize));
            await WriteAsync(buffer.AsMemory(0, Frames.HeaderSize + message.Length));

            long sent = 0;
            while (answer.Result is null)
            {
                int read;
                try
                {
                    read = await content.ReadAtLeastAsync(buffer.AsMemory(Frames.HeaderSize, BlockSize), BlockSize, throwOnEndOfStream: false, cancellationToken);
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    return fault;
                }
                watch.Touched = _time.GetTimestamp();
                if (read == 0)
                    break;
                if ((sent += read) > task.Limits.MaxContentBytes)
                {
                    watch.Verdict = (ReasonCodes.TooLarge, $"The file is larger than {task.Limits.MaxContentBytes >> 20} MiB.");
                    Kill();
                    return null;
                }
                Frames.WriteHeader(buffer, FrameKind.Content, read);
                await WriteAsync(buffer.AsMemory(0, Frames.HeaderSize + read));
            }
            Frames.WriteHeader(buffer, FrameKind.End, 0);
            watch.Sent = _time.GetTimestamp();
            await WriteAsync(buffer.AsMemory(0, Frames.HeaderSize));
        }
        catch (IOException)
        {
            // The child is gone or answered early; the receiving side knows.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return null;

        async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            watch.Writing = true;
            await pipe.WriteAsync(bytes, CancellationToken.None);
            await pipe.FlushAsync(CancellationToken.None);
            watch.Writing = false;
            watch.Touched = _time.GetTimestamp();
        }
    }

    private async Task ReceiveAsync(ChildAnswer answer, Watch watch)
    {
        var pipe = _process.StandardOutput.BaseStream;
        long text = 0;
        try
        {
            while (answer.Result is null && await Frames.ReadAsync(pipe, _header, CancellationToken.None) is { } frame)
            {
                using (frame)
                {
                    watch.Touched = _time.GetTimestamp();
                    switch (frame.Kind)
                    {
                        case FrameKind.Progress when frame.Length == 4:
                            answer.PageBegun = BitConverter.ToInt32(frame.Payload);
                            break;
                        case FrameKind.Progress:
                            break;
                        case FrameKind.Page:
                            // The child keeps the limits; a child that was taken over may not.
                            text += frame.Length;
                            if (text > _options.Limits.MaxTextBytes * 2 + (1 << 20) || answer.Pages.Count > _options.Limits.MaxPages)
                                throw new InvalidDataException("More output than allowed.");
                            answer.Pages.Add(PageCodec.Decode(frame.Payload));
                            break;
                        case FrameKind.Problem:
                            answer.Problems.Add(JsonSerializer.Deserialize(frame.Payload, MessageJson.Default.PageProblem)!);
                            break;
                        case FrameKind.Result:
                            answer.Result = JsonSerializer.Deserialize(frame.Payload, MessageJson.Default.ResultMessage);
                            break;
                        default:
                            throw new InvalidDataException($"Unknown frame {frame.Kind}.");
                    }
                }
            }
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or JsonException or EndOfStreamException)
        {
            watch.Verdict ??= (ReasonCodes.ExtractorCrashed, "The reader answered with something that is not an answer.");
        }
        if (answer.Result is null)
            Kill();
    }

    private async Task WatchAsync(TaskMessage task, Watch watch, CancellationToken over)
    {
        var limits = task.Limits;
        var forPages = (task.Recognize?.Count ?? 0) * limits.PageTime;
        using var timer = new PeriodicTimer(_options.SampleInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                // While the source is being read the child has nothing to do, and a slow source is not its fault.
                var idle = watch.Sent is null && !watch.Writing ? TimeSpan.Zero : _time.GetElapsedTime(watch.Touched);
                var usage = ProcessGroup.Measure(Id);
                var processor = usage.ProcessorTime - watch.UsageBefore.ProcessorTime;
                (string, string)? verdict =
                    usage.ResidentBytes > limits.MemoryBytes ? (ReasonCodes.OutOfMemory, $"More than {limits.MemoryBytes >> 20} MiB of memory were needed{At()}.")
                    : watch.Sent is { } sent && _time.GetElapsedTime(sent) > limits.WallClock + forPages ? (ReasonCodes.TimedOut, $"Not done after {(limits.WallClock + forPages).TotalSeconds:0} seconds{At()}.")
                    : idle > limits.NoProgress ? (ReasonCodes.TimedOut, $"No progress for {limits.NoProgress.TotalSeconds:0.#} seconds{At()}.")
                    : processor > limits.CpuTime + forPages ? (ReasonCodes.TimedOut, $"More than {(limits.CpuTime + forPages).TotalSeconds:0} seconds of processor time were needed{At()}.")
                    : null;
                if (verdict is null)
                    continue;
                watch.Verdict ??= verdict;
                Kill();
                return;
            }
        }
        catch (OperationCanceledException)
        {
        }

        string At() => task.Recognize is null ? "" : " for recognition";
    }

    /// <summary>Ends the child and everything it started.</summary>
    internal void Kill()
    {
        IsUsable = false;
        // Once the process is reaped its number may be another's; the group is then empty or about to be (see Dispose).
        if (Volatile.Read(ref _disposed) == 0)
            ProcessGroup.Kill(Id);
    }

    private long ResidentBytes() => ProcessGroup.MeasureAlone(Id).ResidentBytes;

    private void KeepError(object sender, DataReceivedEventArgs line)
    {
        lock (_errors)
        {
            if (line.Data is not null && _errors.Length < ErrorTail)
                _errors.AppendLine(line.Data);
        }
    }

    private async Task<(string Code, string Detail)> ClassifyEndAsync()
    {
        var end = await DescribeEndAsync();
        return end.Contains("memory", StringComparison.OrdinalIgnoreCase)
            ? (ReasonCodes.OutOfMemory, $"More than {_options.Limits.MemoryBytes >> 20} MiB of memory were needed.")
            : (ReasonCodes.ExtractorCrashed, $"The reader ended: {end}");
    }

    private async Task<string> DescribeEndAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        lock (_errors)
        {
            var text = _errors.ToString();
            var line = text.Contains("Stack overflow", StringComparison.Ordinal) ? "stack overflow"
                : text.Contains("Out of memory", StringComparison.OrdinalIgnoreCase) || text.Contains("OutOfMemory", StringComparison.Ordinal) ? "out of memory"
                : text.Split('\n')[0].Trim();
            return line.Length > 0 ? line : _process.ExitCode > 128 ? $"signal {_process.ExitCode - 128}" : $"exit code {_process.ExitCode}";
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        IsUsable = false;
        ProcessGroup.Kill(Id);
        _process.WaitForExit(5000);
        _process.Dispose();
        TemporaryRoot.Remove(_folder);
    }

    private sealed class Watch
    {
        internal long Touched;
        internal long? Sent;
        internal bool Writing;
        internal Usage UsageBefore;
        internal (string Code, string Detail)? Verdict;
    }
}

/// <summary>Everything a child said about one file.</summary>
internal sealed class ChildAnswer
{
    internal List<ExtractedPage> Pages { get; } = [];

    internal List<PageProblem> Problems { get; } = [];

    /// <summary>The page the child was working on last.</summary>
    internal int? PageBegun { get; set; }

    internal ResultMessage? Result { get; set; }

    /// <summary>The child did not live to tell; the result is the worker's judgement.</summary>
    internal bool Died { get; set; }
}
