using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>One child process and so one connection; asked by one caller at a time.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    // Frames read ahead while the caller works on the one before.
    private const int FramesAhead = 3;
    private const int InputBuffer = 128 << 10;
    private const int KeptErrorText = 2_000;

    private readonly Process process;
    private readonly Stream input;
    private readonly TimeProvider time;
    private readonly StringBuilder errorText = new();
    private readonly Channel<AgentAnswer> answers = Channel.CreateBounded<AgentAnswer>(new BoundedChannelOptions(FramesAhead) { SingleReader = true, SingleWriter = true });

    private AgentProcess(Process process, TimeProvider time)
    {
        (this.process, this.time) = (process, time);
        input = process.StandardInput.BaseStream;
        process.ErrorDataReceived += KeepErrorText;
        process.BeginErrorReadLine();
        new Thread(ReadAnswers) { IsBackground = true, Name = "smb-agent answers" }.Start();
    }

    internal static AgentProcess Start(ProcessStartInfo command, TimeProvider time) =>
        new(Process.Start(command) ?? throw new InvalidOperationException("No process was started."), time);

    /// <summary>Whether it can be asked: it lives, and the last request was answered to its end.</summary>
    internal bool IsReady => !isAsked && !process.HasExited;

    /// <summary>What it said before it ended; never anything of a request.</summary>
    internal string ErrorText
    {
        get
        {
            lock (errorText)
                return errorText.ToString().Trim();
        }
    }

    private bool isAsked;

    /// <summary>Its process id; for tests and the log.</summary>
    internal int Id => process.Id;

    /// <summary>Sends a request. What follows until the answer ends belongs to it.</summary>
    /// <exception cref="AgentEndedException">The process has ended.</exception>
    internal async Task AskAsync(AgentFrame kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        isAsked = true;
        var frame = ArrayPool<byte>.Shared.Rent(AgentFrames.HeaderSize + payload.Length);
        try
        {
            AgentFrames.WriteHeader(frame, kind, payload.Length);
            payload.CopyTo(frame.AsMemory(AgentFrames.HeaderSize));
            await input.WriteAsync(frame.AsMemory(0, AgentFrames.HeaderSize + payload.Length), cancellationToken);
            await input.FlushAsync(cancellationToken);
        }
        catch (IOException fault)
        {
            throw new AgentEndedException(ErrorText, fault);
        }
        finally
        {
            // Requests may carry a password.
            ArrayPool<byte>.Shared.Return(frame, clearArray: kind == AgentFrame.Connect);
        }
    }

    /// <summary>The next frame of the answer; the caller disposes it.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    /// <exception cref="AgentEndedException">The process has ended.</exception>
    internal async ValueTask<AgentAnswer> ReceiveAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (answers.Reader.TryRead(out var ready))
            return ready;
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await answers.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
        catch (ChannelClosedException fault)
        {
            throw new AgentEndedException(ErrorText, fault);
        }
    }

    /// <summary>The answer was taken to its end.</summary>
    internal void Answered() => isAsked = false;

    public async ValueTask DisposeAsync()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }

        await process.WaitForExitAsync(CancellationToken.None);
        while (await answers.Reader.WaitToReadAsync())
        {
            while (answers.Reader.TryRead(out var late))
                late.Dispose();
        }

        process.Dispose();
    }

    private void ReadAnswers()
    {
        try
        {
            using var output = new BufferedStream(process.StandardOutput.BaseStream, InputBuffer);
            Span<byte> header = stackalloc byte[AgentFrames.HeaderSize];
            while (output.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length)
            {
                var (kind, length) = AgentFrames.ReadHeader(header);
                var buffer = ArrayPool<byte>.Shared.Rent(length);
                output.ReadExactly(buffer, 0, length);
                var answer = new AgentAnswer(kind, buffer, length);
                // A thread of its own reads, so that no worker thread is taken while a server is slow; here it waits for the caller.
                while (!answers.Writer.TryWrite(answer))
                {
                    if (!answers.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
                        return;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or ObjectDisposedException)
        {
            // As good as its end.
        }
        finally
        {
            answers.Writer.TryComplete();
        }
    }

    private void KeepErrorText(object sender, DataReceivedEventArgs line)
    {
        lock (errorText)
        {
            if (line.Data is { } text && errorText.Length < KeptErrorText)
                errorText.AppendLine(text);
        }
    }
}

/// <summary>One frame of an answer, in a rented buffer.</summary>
internal readonly record struct AgentAnswer(AgentFrame Kind, byte[] Buffer, int Length) : IDisposable
{
    internal ReadOnlySpan<byte> Payload => Buffer.AsSpan(0, Length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(Buffer);
}

/// <summary>The child process ended by itself.</summary>
internal sealed class AgentEndedException(string errorText, Exception inner) : IOException("The smb-agent has ended.", inner)
{
    internal string ErrorText => errorText;
}
