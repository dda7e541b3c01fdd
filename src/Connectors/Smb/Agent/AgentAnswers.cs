using System.Buffers.Binary;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>Answers one request after the other.</summary>
internal sealed unsafe class AgentAnswers(ShareSession session, AgentInput requests, AgentOutput output)
{
    private const int ListingFrame = 64 << 10;

    private readonly byte[] answer = GC.AllocateUninitializedArray<byte>(AgentFrames.HeaderSize + (2 * RemoteEntry.Size) + AgentFrames.BlockSize, pinned: true);
    private readonly ExactNames names = new(session, TimeProvider.System);
    private OpenFile? opened;
    private AgentFault? writeFault;
    private nint written;

    private sealed class OpenFile(byte[] path)
    {
        internal byte[] Path => path;

        internal nint Handle { get; set; }

        internal RemoteEntry Facts { get; set; }
    }

    private Span<byte> Room => answer.AsSpan(AgentFrames.HeaderSize);

    internal void Give()
    {
        try
        {
            Answer();
        }
        catch (AgentException fault)
        {
            fault.Fault.Write(Room);
            Send(AgentFrame.Fault, AgentFault.Size);
        }
    }

    private void Answer()
    {
        var payload = requests.Payload;
        switch (requests.Kind)
        {
            case AgentFrame.Stat:
                SendEntry(session.Stat(payload));
                break;
            case AgentFrame.StatExactly:
                SendEntry(names.Find(payload));
                break;
            case AgentFrame.List:
                List(payload);
                break;
            case AgentFrame.Read:
                Read(payload[(8 + RemoteEntry.Size)..], Math.Min(BinaryPrimitives.ReadInt64LittleEndian(payload), AgentFrames.BlockSize), RemoteEntry.Read(payload[8..]));
                break;
            case AgentFrame.Revisit:
                SendEntry(session.StatFile(opened!.Handle));
                break;
            case AgentFrame.Close:
                CloseOpened();
                SendDone();
                break;
            case AgentFrame.Create:
                writeFault = Caught(() => written = session.CreateFile(requests.Payload));
                break;
            case AgentFrame.Bytes:
                Write(payload);
                break;
            case AgentFrame.Finish:
                SendEntry(FinishWriting());
                break;
            case AgentFrame.Rename:
                var (path, newPath) = Split(payload);
                session.Rename(path, newPath);
                SendDone();
                break;
            case AgentFrame.Unlink:
                session.Unlink(payload);
                SendDone();
                break;
            case AgentFrame.MakeDirectory:
                session.MakeDirectory(payload);
                SendDone();
                break;
            case AgentFrame.RemoveDirectory:
                session.RemoveDirectory(payload);
                SendDone();
                break;
            case AgentFrame.SetDate:
                session.SetDate(payload[8..], BinaryPrimitives.ReadInt64LittleEndian(payload));
                SendDone();
                break;
            case AgentFrame.GetAttribute:
                var (of, name) = Split(payload);
                var value = session.GetAttribute(of, name);
                output.Send(AgentFrame.Bytes, (byte[])[.. new byte[AgentFrames.HeaderSize], .. value]);
                break;
            case AgentFrame.SetAttribute:
                var (entry, rest) = Split(payload);
                var (attribute, text) = Split(rest);
                session.SetAttribute(entry, attribute, text);
                SendDone();
                break;
            case AgentFrame.Session:
                LookAtSession();
                break;
            case AgentFrame.Watch:
                Watch(payload);
                break;
            default:
                throw new InvalidDataException($"No request of kind {requests.Kind}.");
        }
    }

    /// <summary>The library tells nothing of it, but in its log it tells of each request.</summary>
    private void LookAtSession()
    {
        LibraryLog.IsSigned = false;
        _ = session.Stat([]);
        Room[0] = LibraryLog.SigningAlgorithm ?? byte.MaxValue;
        Room[1] = LibraryLog.IsSigned ? (byte)1 : (byte)0;
        Room[2] = LibraryLog.IsEncrypted ? (byte)1 : (byte)0;
        Send(AgentFrame.Bytes, 3);
    }

    private void Watch(ReadOnlySpan<byte> path)
    {
        WatchedChanges.SentTo = output;
        while (true)
        {
            var status = session.Watch(path, WatchedChanges.Filter, WatchedChanges.ReportMilliseconds, &WatchedChanges.Show);
            if (status != NtStatus.NotifyEnumDir)
                throw new AgentException(status);
            WatchedChanges.ShowLost();
        }
    }

    /// <summary>Each entry: length of the name (uint16), facts, name.</summary>
    private void List(ReadOnlySpan<byte> path)
    {
        var length = 0;
        session.List(path, (name, entry) =>
        {
            if (length + 2 + RemoteEntry.Size + name.Length > ListingFrame)
            {
                Send(AgentFrame.Entries, length);
                length = 0;
            }

            var room = Room[length..];
            BinaryPrimitives.WriteUInt16LittleEndian(room, (ushort)name.Length);
            entry.Write(room[2..]);
            name.CopyTo(room[(2 + RemoteEntry.Size)..]);
            length += 2 + RemoteEntry.Size + name.Length;
        });
        if (length > 0)
            Send(AgentFrame.Entries, length);
        SendDone();
    }

    private void Read(ReadOnlySpan<byte> path, long atOnce, RemoteEntry listed)
    {
        CloseOpened();
        opened = new OpenFile(path.ToArray()) { Handle = session.OpenToReadFile(path) };
        try
        {
            Read(opened, atOnce, listed);
        }
        catch (AgentException)
        {
            // Nobody asks for the rest, and while it is open others cannot rename or delete it.
            CloseOpened();
            throw;
        }
    }

    private void Read(OpenFile file, long atOnce, RemoteEntry listed)
    {
        if (listed != default && listed.SizeBytes <= atOnce && TryReadAsListed(file, listed))
            return;
        file.Facts = session.StatFile(file.Handle);
        if (file.Facts.SizeBytes <= atOnce)
            ReadWhole(file);
        else
            ReadInBlocks(file);
    }

    /// <summary>A file that is after the last byte as it was when it was listed did not change in between: that spares the look before the first.</summary>
    private bool TryReadAsListed(OpenFile file, RemoteEntry listed)
    {
        var got = ReadUpTo(file, (int)listed.SizeBytes);
        var after = session.StatFile(file.Handle);
        // A listing tells attributes that the open file does not.
        if (got == listed.SizeBytes && after with { Attributes = listed.Attributes } == listed)
        {
            SendWhole(after, after, got);
            return true;
        }

        session.Seek(file.Handle, 0);
        return false;
    }

    private void ReadWhole(OpenFile file)
    {
        var got = ReadUpTo(file, (int)file.Facts.SizeBytes);
        SendWhole(file.Facts, session.StatFile(file.Handle), got);
    }

    private int ReadUpTo(OpenFile file, int size)
    {
        var got = 0;
        fixed (byte* pointer = answer)
        {
            var start = pointer + AgentFrames.HeaderSize + (2 * RemoteEntry.Size);
            for (int now; got < size && (now = session.ReadFile(file.Handle, start + got, size - got)) > 0;)
                got += now;
        }

        return got;
    }

    private void SendWhole(RemoteEntry before, RemoteEntry after, int length)
    {
        CloseOpened();
        before.Write(Room);
        after.Write(Room[RemoteEntry.Size..]);
        Send(AgentFrame.Whole, (2 * RemoteEntry.Size) + length);
    }

    private void ReadInBlocks(OpenFile file)
    {
        file.Facts.Write(Room);
        Send(AgentFrame.Opened, RemoteEntry.Size);
        long position = 0;
        var wasLost = false;
        try
        {
            while (true)
            {
                // Never beyond the end as it was: where a block takes several requests (SMB 2.0.2), those beyond it cost the library its connection.
                var wanted = (int)Math.Min(AgentFrames.BlockSize, file.Facts.SizeBytes - position);
                if (wanted == 0)
                    break;
                var block = output.TakeBlock();
                int got;
                try
                {
                    fixed (byte* pointer = block)
                        got = session.ReadFile(file.Handle, pointer + AgentFrames.HeaderSize, wanted);
                }
                catch (AgentException fault) when (!wasLost && NtStatus.IsOfConnection(fault.Fault.Status))
                {
                    output.GiveBack(block);
                    wasLost = true;
                    Reopen(file, position);
                    continue;
                }
                catch (AgentException)
                {
                    output.GiveBack(block);
                    throw;
                }

                if (got == 0)
                {
                    output.GiveBack(block);
                    break;
                }

                position += got;
                output.SendBlock(block, got);
            }
        }
        finally
        {
            output.Drain();
        }

        SendDone();
    }

    /// <summary>Goes on with a file after the connection was lost, unless it is not the same any more.</summary>
    private void Reopen(OpenFile file, long position)
    {
        _ = Caught(() => session.CloseFile(file.Handle));
        file.Handle = 0;
        file.Handle = session.OpenToReadFile(file.Path);
        if (session.StatFile(file.Handle) != file.Facts)
            throw new AgentException(NtStatus.ConnectionDisconnected);
        session.Seek(file.Handle, position);
    }

    private void CloseOpened()
    {
        if (opened is { Handle: not 0 } file)
            _ = Caught(() => session.CloseFile(file.Handle));
        opened = null;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (writeFault is not null)
            return;
        fixed (byte* pointer = bytes)
        {
            var (from, count) = ((nint)pointer, bytes.Length);
            writeFault = Caught(() => session.WriteFile(written, (byte*)from, count));
        }
    }

    private RemoteEntry FinishWriting()
    {
        RemoteEntry facts = default;
        var file = written;
        writeFault ??= Caught(() => facts = session.StatFile(file));
        // A server may keep what it has no room for until the file is closed.
        var closeFault = file == 0 ? null : Caught(() => session.CloseFile(file));
        written = 0;
        if ((writeFault ?? closeFault) is { } fault)
            throw new AgentException(fault);
        return facts;
    }

    private static AgentFault? Caught(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (AgentException fault)
        {
            return fault.Fault;
        }
    }

    private static Parts Split(ReadOnlySpan<byte> payload)
    {
        var end = payload.IndexOf((byte)0);
        return new Parts(payload[..end], payload[(end + 1)..]);
    }

    private readonly ref struct Parts(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        private readonly ReadOnlySpan<byte> first = first, rest = rest;

        public void Deconstruct(out ReadOnlySpan<byte> head, out ReadOnlySpan<byte> tail)
        {
            head = first;
            tail = rest;
        }
    }

    private void SendEntry(RemoteEntry? entry)
    {
        entry?.Write(Room);
        Send(entry is null ? AgentFrame.Missing : AgentFrame.Entry, entry is null ? 0 : RemoteEntry.Size);
    }

    private void SendDone() => Send(AgentFrame.Done, 0);

    private void Send(AgentFrame kind, int length) => output.Send(kind, answer.AsSpan(0, AgentFrames.HeaderSize + length));
}
