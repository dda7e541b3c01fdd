using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using static ScaiDrive.Connectors.Smb.Agent.Libsmbclient;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>One connection to one share, through the one context of this process. What fails because the connection was lost is tried once more.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The context lives as long as the process: freeing it waits for a server that may be gone.")]
internal sealed unsafe class ShareSession
{
    private const int EncryptionRequired = 2; // SMBC_ENCRYPTLEVEL_REQUIRE; the configuration file alone does not make it so
    private const int BufferTooSmall = 34; // ERANGE, which the library finds by itself
    private const int OpenToRead = 0, OpenToMakeAndWrite = 0x2 | 0x40 | 0x80; // O_RDWR, without which its facts cannot be asked for, O_CREAT, O_EXCL

    private static AgentConnection asWhom = null!;

    private readonly nint context;
    private readonly ShareUrl urls;
    private readonly byte* stat = (byte*)NativeMemory.AllocZeroed(StatBuffer.Size);
    private readonly delegate* unmanaged<nint, byte*, byte*, int> statByPath;
    private readonly delegate* unmanaged<nint, nint, byte*, int> statOfFile;
    private readonly delegate* unmanaged<nint, byte*, int, uint, nint> open;
    private readonly delegate* unmanaged<nint, nint, byte*, nint, nint> read;
    private readonly delegate* unmanaged<nint, nint, int> close;

    private ShareSession(nint context, ShareUrl urls)
    {
        (this.context, this.urls) = (context, urls);
        statByPath = smbc_getFunctionStat(context);
        statOfFile = smbc_getFunctionFstat(context);
        open = smbc_getFunctionOpen(context);
        read = smbc_getFunctionRead(context);
        close = smbc_getFunctionClose(context);
    }

    /// <summary>Connects, and looks at the root.</summary>
    /// <exception cref="AgentException">The server cannot be reached, or refuses session, share or root.</exception>
    internal static ShareSession Connect(AgentConnection connection)
    {
        asWhom = connection;
        var context = smbc_new_context();
        smbc_setLogCallback(context, 0, &LibraryLog.Receive);
        _ = smbc_setConfiguration(context, connection.ConfigurationFile);
        smbc_setDebug(context, LibraryLog.Level);
        smbc_setTimeout(context, connection.TimeoutMilliseconds);
        smbc_setPort(context, (ushort)connection.Port);
        smbc_setFunctionAuthDataWithContext(context, &Introduce);
        smbc_setOptionNoAutoAnonymousLogin(context, 1);
        smbc_setOptionUseCCache(context, 0);
        smbc_setOptionUseKerberos(context, connection.UseKerberos ? 1 : 0);
        smbc_setOptionFallbackAfterKerberos(context, 0);
        if (connection.RequireEncryption)
            smbc_setOptionSmbEncryptionLevel(context, EncryptionRequired);
        if (smbc_init_context(context) == 0)
            throw new AgentException(new AgentFault(NtStatus.OfErrorNumber(Marshal.GetLastSystemError()), IsOfConnection: true));
        var session = new ShareSession(context, new ShareUrl(connection.Server, connection.Share, connection.BasePath));
        session.FailUnlessRootAnswers();
        return session;
    }

    /// <summary>The entry at a path, whatever the case of its name; null when there is none.</summary>
    internal RemoteEntry? Stat(ReadOnlySpan<byte> path)
    {
        var url = urls.Of(path);
        fixed (byte* pointer = url)
        {
            var where = pointer;
            var status = Try(() => statByPath(context, where, stat));
            if (status == 0)
                return StatBuffer.Read(stat);
            return NtStatus.FaultOf(status).Code == ProblemCodes.Vanished ? null : throw new AgentException(status);
        }
    }

    /// <summary>Shows every entry of a directory with its name, in no order, without <c>.</c> and <c>..</c>.</summary>
    internal void List(ReadOnlySpan<byte> path, EntryTaker take)
    {
        var url = urls.Of(path);
        nint directory = 0;
        fixed (byte* pointer = url)
        {
            var (where, openDirectory) = ((nint)pointer, (nint)smbc_getFunctionOpendir(context));
            Must(() => (directory = ((delegate* unmanaged<nint, byte*, nint>)openDirectory)(context, (byte*)where)) == 0 ? -1 : 0);
        }

        // The whole listing was fetched when the directory was opened; what follows asks nothing of the server.
        var next = smbc_getFunctionReaddirPlus2(context);
        FileFacts* facts;
        while ((facts = next(context, directory, stat)) != null)
        {
            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(facts->Name);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                take(name, new RemoteEntry(facts->Attributes, StatBuffer.FileId(stat), (long)facts->Size, facts->Modified.Nanoseconds, facts->Changed.Nanoseconds));
        }

        _ = smbc_getFunctionClosedir(context)(context, directory);
    }

    internal nint OpenToReadFile(ReadOnlySpan<byte> path) => Open(path, OpenToRead);

    /// <summary>Makes a file that must not be there.</summary>
    internal nint CreateFile(ReadOnlySpan<byte> path) => Open(path, OpenToMakeAndWrite);

    internal RemoteEntry StatFile(nint file)
    {
        var status = TryOnce(() => statOfFile(context, file, stat));
        return status == 0 ? StatBuffer.Read(stat) : throw new AgentException(status);
    }

    /// <summary>Reads on; 0 at the end.</summary>
    internal int ReadFile(nint file, byte* buffer, int count)
    {
        nint got = 0;
        var status = TryOnce(() => (got = read(context, file, buffer, count)) < 0 ? -1 : 0);
        return status == 0 ? (int)got : throw new AgentException(status);
    }

    internal void Seek(nint file, long position)
    {
        var seek = (nint)smbc_getFunctionLseek(context);
        var status = TryOnce(() => ((delegate* unmanaged<nint, nint, long, int, long>)seek)(context, file, position, 0) < 0 ? -1 : 0);
        if (status != 0)
            throw new AgentException(status);
    }

    internal void WriteFile(nint file, byte* bytes, int count)
    {
        var write = (nint)smbc_getFunctionWrite(context);
        for (var done = 0; done < count;)
        {
            nint got = 0;
            var (from, rest) = ((nint)(bytes + done), count - done);
            var status = TryOnce(() => (got = ((delegate* unmanaged<nint, nint, byte*, nint, nint>)write)(context, file, (byte*)from, rest)) < 0 ? -1 : 0);
            if (status != 0)
                throw new AgentException(status);
            done += (int)got;
        }
    }

    internal void CloseFile(nint file)
    {
        var status = TryOnce(() => close(context, file));
        if (status != 0)
            throw new AgentException(status);
    }

    internal void MakeDirectory(ReadOnlySpan<byte> path) => OnPath(path, where => smbc_getFunctionMkdir(context)(context, (byte*)where, 0x1ED));

    internal void RemoveDirectory(ReadOnlySpan<byte> path) => OnPath(path, where => smbc_getFunctionRmdir(context)(context, (byte*)where));

    internal void Unlink(ReadOnlySpan<byte> path) => OnPath(path, where => smbc_getFunctionUnlink(context)(context, (byte*)where));

    /// <summary>Renames. The library removes a file that has the new name, so the caller looks before.</summary>
    internal void Rename(ReadOnlySpan<byte> path, ReadOnlySpan<byte> newPath)
    {
        var target = urls.Of(newPath);
        fixed (byte* pointer = target)
        {
            var to = (nint)pointer;
            OnPath(path, where => smbc_getFunctionRename(context)(context, (byte*)where, context, (byte*)to));
        }
    }

    internal void SetDate(ReadOnlySpan<byte> path, long microseconds)
    {
        var times = stackalloc TimeValue[2];
        times[0] = times[1] = new TimeValue { Seconds = Math.DivRem(microseconds, 1_000_000, out var rest), Microseconds = rest };
        var pointer = (nint)times;
        OnPath(path, where => smbc_getFunctionUtimes(context)(context, (byte*)where, (TimeValue*)pointer));
    }

    /// <summary>An extended attribute as text.</summary>
    internal byte[] GetAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        // Most descriptors are short; a long list asks once more with the largest buffer that one can need (64 KiB of binary form).
        foreach (var size in (int[])[4 << 10, 1 << 20])
        {
            var value = new byte[size];
            byte[] ended = [.. name, 0];
            fixed (byte* pointer = value, attribute = ended)
            {
                var (to, what, got) = ((nint)pointer, (nint)attribute, 0);
                var status = TryOnPath(path, where => got = smbc_getFunctionGetxattr(context)(context, (byte*)where, (byte*)what, (byte*)to, size));
                if (status == 0)
                    return value[..Math.Max(0, Array.IndexOf(value, (byte)0))];
                if (size == 1 << 20 || !IsTooSmall(status))
                    throw new AgentException(status);
            }
        }

        throw new AgentException(NtStatus.Unsuccessful);

        static bool IsTooSmall(uint status) => status is NtStatus.Unsuccessful or NtStatus.BufferTooSmall;
    }

    internal void SetAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        byte[] endedName = [.. name, 0], endedValue = [.. value, 0];
        fixed (byte* namePointer = endedName, valuePointer = endedValue)
        {
            var (what, to, size) = ((nint)namePointer, (nint)valuePointer, value.Length);
            OnPath(path, where => smbc_getFunctionSetxattr(context)(context, (byte*)where, (byte*)what, (byte*)to, size, 0));
        }
    }

    /// <summary>Waits for changes below a directory and shows them.</summary>
    /// <returns>Why it came to an end.</returns>
    internal uint Watch(ReadOnlySpan<byte> path, uint filter, uint everyMilliseconds, delegate* unmanaged<NotifyAction*, nuint, nint, int> show)
    {
        var url = urls.Of(path);
        nint directory = 0;
        fixed (byte* pointer = url)
        {
            var (where, openDirectory) = ((nint)pointer, (nint)smbc_getFunctionOpendir(context));
            Must(() => (directory = ((delegate* unmanaged<nint, byte*, nint>)openDirectory)(context, (byte*)where)) == 0 ? -1 : 0);
        }

        var (notify, callback) = ((nint)smbc_getFunctionNotify(context), (nint)show);
        var status = TryOnce(() => ((delegate* unmanaged<nint, nint, int, uint, uint, delegate* unmanaged<NotifyAction*, nuint, nint, int>, nint, int>)notify)(
            context, directory, 1, filter, everyMilliseconds, (delegate* unmanaged<NotifyAction*, nuint, nint, int>)callback, 0));
        _ = smbc_getFunctionClosedir(context)(context, directory);
        return status == 0 ? NtStatus.ConnectionDisconnected : status;
    }

    private nint Open(ReadOnlySpan<byte> path, int flags)
    {
        nint file = 0;
        OnPath(path, where => (file = open(context, (byte*)where, flags, 0x1A4)) == 0 ? -1 : 0);
        return file;
    }

    private void OnPath(ReadOnlySpan<byte> path, Func<nint, int> call)
    {
        var status = TryOnPath(path, call);
        if (status != 0)
            throw new AgentException(status);
    }

    private uint TryOnPath(ReadOnlySpan<byte> path, Func<nint, int> call)
    {
        fixed (byte* pointer = urls.Of(path))
        {
            var where = (nint)pointer;
            return Try(() => call(where));
        }
    }

    private void Must(Func<int> call)
    {
        var status = Try(call);
        if (status != 0)
            throw new AgentException(status);
    }

    /// <summary>Calls, and once more when the connection was lost: the library makes a new one then.</summary>
    /// <returns>0, or why it failed.</returns>
    /// <exception cref="AgentException">There is no connection to be had.</exception>
    private uint Try(Func<int> call)
    {
        var status = TryOnce(call);
        if (status == 0 || !NtStatus.IsOfConnection(status))
            return NtStatus.IsOfSession(status) ? throw new AgentException(new AgentFault(status, IsOfConnection: true)) : status;
        status = TryOnce(call);
        if (status != 0)
            FailUnlessRootAnswers();
        return status;
    }

    private void FailUnlessRootAnswers()
    {
        fixed (byte* pointer = urls.Of([]))
        {
            var where = (nint)pointer;
            var status = TryOnce(() => statByPath(context, (byte*)where, stat));
            if (status != 0)
                throw new AgentException(new AgentFault(status, IsOfConnection: true));
        }
    }

    private static uint TryOnce(Func<int> call)
    {
        LibraryLog.LastStatus = 0;
        Marshal.SetLastSystemError(0);
        var hasDone = call() >= 0;
        // Read at once: nothing may run between the call and this line that could change it.
        var number = Marshal.GetLastSystemError();
        if (hasDone && asWhom.RequireEncryption && !LibraryLog.IsEncrypted)
            throw new AgentException(new AgentFault(NtStatus.NotSupported, IsOfConnection: true));
        if (hasDone)
            return 0;
        return LibraryLog.LastStatus != 0 && number != BufferTooSmall ? LibraryLog.LastStatus : NtStatus.OfErrorNumber(number);
    }

    [UnmanagedCallersOnly]
    private static void Introduce(
        nint context, byte* server, byte* share, byte* domain, int domainLength, byte* user, int userLength, byte* password, int passwordLength)
    {
        Put(asWhom.Domain, domain, domainLength);
        Put(asWhom.Username, user, userLength);
        Put(asWhom.Password, password, passwordLength);

        static void Put(string text, byte* target, int length)
        {
            var written = Encoding.UTF8.GetBytes(text, new Span<byte>(target, length - 1));
            target[written] = 0;
        }
    }
}

/// <summary>Takes one entry of a listing.</summary>
internal delegate void EntryTaker(ReadOnlySpan<byte> name, RemoteEntry entry);

/// <summary>The server refused or failed.</summary>
internal sealed class AgentException(AgentFault fault) : Exception(NtStatus.NameOf(fault.Status))
{
    internal AgentException(uint status)
        : this(new AgentFault(status, IsOfConnection: false))
    {
    }

    internal AgentFault Fault => fault;
}
