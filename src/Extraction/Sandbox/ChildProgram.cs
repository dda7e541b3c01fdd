using System.Collections.Concurrent;
using System.Text.Json;
using ScaiDrive.Extraction.Formats;
using ScaiDrive.Extraction.Ocr;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>The child: takes one file after the other from standard input, answers on standard output.</summary>
/// <remarks>
/// One thread always reads standard input, also while a file is being worked on: its end means the worker is dead,
/// and then the child removes its folder and kills its own group. Another thread, with a deep stack, does the reading of documents.
/// </remarks>
internal static class ChildProgram
{
    private const int WorkStack = 64 << 20;

    private sealed record Received(TaskMessage Task, string ContentPath, string? Fault);

    internal static int Run(string folder)
    {
        // Packed bytes that break off are then told from those that end: the part is named as incomplete.
        AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        using var work = new BlockingCollection<Received>(boundedCapacity: 1);
        var worker = new Thread(() => Work(work, folder, output), WorkStack) { IsBackground = true };
        worker.Start();

        Frames.Write(output, FrameKind.Ready, JsonSerializer.SerializeToUtf8Bytes(
            new ReadyMessage(Environment.GetEnvironmentVariable(Launcher.ReportVariable) ?? ""), MessageJson.Default.ReadyMessage));
        try
        {
            Receive(input, folder, work);
        }
        finally
        {
            End(folder);
        }
        return 0;
    }

    // Frames are read with plain blocking calls: this thread has nothing else to do.
    private static void Receive(Stream input, string folder, BlockingCollection<Received> work)
    {
        var header = new byte[Frames.HeaderSize];
        var block = new byte[1 << 20];
        var path = Path.Combine(folder, "content");
        TaskMessage? task = null;
        TemporaryFile? file = null;
        string? fault = null;
        while (input.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length)
        {
            var length = BitConverter.ToInt32(header, 1);
            switch ((FrameKind)header[0])
            {
                case FrameKind.Task:
                    var message = new byte[length];
                    input.ReadExactly(message);
                    task = JsonSerializer.Deserialize(message, MessageJson.Default.TaskMessage);
                    file = new TemporaryFile(path);
                    fault = null;
                    break;
                case FrameKind.Content:
                    input.ReadExactly(block, 0, length);
                    try
                    {
                        if (fault is null)
                            file!.Write(block.AsSpan(0, length));
                    }
                    catch (IOException full)
                    {
                        fault = $"The temporary folder cannot take the file: {full.Message}";
                    }
                    break;
                default:
                    file!.Dispose();
                    work.Add(new(task!, path, fault));
                    break;
            }
        }
    }

    private static void Work(BlockingCollection<Received> work, string folder, Stream output)
    {
        foreach (var received in work.GetConsumingEnumerable())
        {
            var channel = new AnswerChannel(output);
            var result = Read(received, folder, channel);
            Clear(folder);
            channel.Send(FrameKind.Result, JsonSerializer.SerializeToUtf8Bytes(result, MessageJson.Default.ResultMessage));
        }
    }

    private static ResultMessage Read(Received received, string folder, AnswerChannel channel)
    {
        var (task, path, fault) = received;
        if (fault is not null)
            return Ending(ReasonCodes.ExtractorCrashed, null) with { Fault = fault };
        try
        {
            TestFaults.Commit(task.FileName, folder);
            var document = new SourceDocument(path, folder, task.FileName, task.Limits);
            var pages = new PageSink(channel, task.Limits);
            return task.Recognize is { } wanted
                ? PageRecognizer.Recognize(document, wanted, task.Languages, channel)
                : DocumentReaders.Read(document, pages);
        }
        catch (UnreadableDocumentException unreadable)
        {
            return Ending(unreadable.Code, unreadable.Detail) with { MimeType = unreadable.MimeType ?? ContentTypes.Unknown };
        }
        catch (OutOfMemoryException)
        {
            return Ending(ReasonCodes.OutOfMemory, $"More than {task.Limits.MemoryBytes >> 20} MiB of memory were needed.") with { Recycle = true };
        }
        catch (Exception any)
        {
            return ContentFault.IsOfMachine(any)
                ? Ending(ReasonCodes.ExtractorCrashed, null) with { Fault = any.Message }
                : Ending(ReasonCodes.Corrupt, $"The content could not be understood ({any.GetType().Name}).");
        }
    }

    private static ResultMessage Ending(string code, string? detail) =>
        new(code, detail, ContentTypes.Unknown, [], false, DocumentMetadata.None, null, null, false);

    private static void Clear(string folder)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
        {
            if (File.GetAttributes(entry).HasFlag(FileAttributes.Directory))
                Directory.Delete(entry, recursive: true);
            else
                File.Delete(entry);
        }
    }

    private static void End(string folder)
    {
        _ = Native.Alarm(5); // should removing hang, the kernel ends this process
        try
        {
            Clear(folder); // confined, it may empty its folder but not remove it; the next sweep takes the empty one
            TemporaryRoot.Remove(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
        }
        _ = Native.Kill(0, Native.SigKill);
    }
}

/// <summary>The way back to the worker; frames are whole even when several threads report.</summary>
internal sealed class AnswerChannel(Stream output)
{
    private readonly Lock _one = new();
    private long _lastProgress;

    internal void Send(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        lock (_one)
            Frames.Write(output, kind, payload);
    }

    /// <summary>Tells that work goes on; cheap to call often.</summary>
    internal void Progress()
    {
        var now = Environment.TickCount64;
        if (now - _lastProgress < 100)
            return;
        _lastProgress = now;
        Send(FrameKind.Progress, []);
    }

    /// <summary>Tells which page is worked on from now.</summary>
    internal void Begin(int page)
    {
        Span<byte> number = stackalloc byte[4];
        BitConverter.TryWriteBytes(number, page);
        Send(FrameKind.Progress, number);
    }
}
