using System.Collections.Concurrent;
using System.Text.Json;
using ScaiDrive.Connectors.Limits;
using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>The agents of one source: started when there is work for them, used again, replaced when they ended or did not answer.</summary>
internal sealed class AgentPool : IAsyncDisposable
{
    private readonly SmbSettings settings;
    private readonly SmbSecret secret;
    private readonly TimeProvider time;
    private readonly Lazy<AgentFolder> folder;
    private readonly KerberosTickets tickets;
    private readonly SemaphoreSlim places;
    private readonly SemaphoreSlim first = new(1);
    private readonly ConcurrentStack<AgentProcess> idle = new();
    private volatile bool hasConnected;
    private volatile bool isDisposed;
    private ConnectorException? refusal;

    internal AgentPool(SmbSettings settings, SmbSecret secret, SyncRules rules, TimeProvider time)
    {
        (this.settings, this.secret, this.time, Rules) = (settings, secret, time, rules);
        // An agent has one request at the server at a time.
        places = new SemaphoreSlim(Math.Max(1, Math.Min(rules.ParallelFiles, rules.MaxRequestsInFlight)));
        folder = new Lazy<AgentFolder>(() => AgentFolder.Create(settings, secret, time));
        tickets = new KerberosTickets(settings, secret, time);
        Rate = new ByteRate(rules.MaxBytesPerSecond, time);
    }

    internal SmbSettings Settings => settings;

    /// <summary>Where its agents work; for tests.</summary>
    internal string FolderPath => folder.Value.FullPath;

    internal TimeProvider Time => time;

    internal SyncRules Rules { get; }

    internal ByteRate Rate { get; }

    internal TimeSpan RequestTimeout => TimeSpan.FromSeconds(Rules.RequestTimeoutSeconds);

    internal TimeSpan DirectoryTimeout => TimeSpan.FromSeconds(Rules.DirectoryTimeoutSeconds);

    /// <summary>An agent for the caller alone, until the lease is disposed.</summary>
    /// <exception cref="ConnectorException">No session with the share comes about.</exception>
    internal async Task<AgentLease> LeaseAsync(CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        try
        {
            // Not only when an agent starts: the library logs on again by itself when its connection was lost.
            _ = await tickets.EnsureAsync(folder.Value, cancellationToken);
            while (idle.TryPop(out var agent))
            {
                if (agent.IsReady)
                    return new AgentLease(this, agent, isApart: false);
                await agent.DisposeAsync();
            }

            return new AgentLease(this, await ConnectAsync(cancellationToken), isApart: false);
        }
        catch
        {
            places.Release();
            throw;
        }
    }

    /// <summary>The server has ended a session for its age: the ticket is of no more use.</summary>
    internal void ExpireTicket() => tickets.Expire();

    /// <summary>Another agent in place of one whose session has expired.</summary>
    internal async Task<AgentProcess> ReplaceAsync(AgentProcess expired, CancellationToken cancellationToken)
    {
        var agent = await ConnectAsync(cancellationToken);
        await expired.DisposeAsync();
        return agent;
    }

    /// <summary>An agent beside the pool, for a request that never ends.</summary>
    internal async Task<AgentLease> LeaseApartAsync(CancellationToken cancellationToken) =>
        new(this, await ConnectAsync(cancellationToken), isApart: true);

    /// <summary>Asks what agents cannot.</summary>
    internal async Task<RpcClient> OpenRpcAsync(CancellationToken cancellationToken) =>
        new(folder.Value, settings, secret, await tickets.EnsureAsync(folder.Value, cancellationToken), time);

    internal async ValueTask ReturnAsync(AgentProcess agent)
    {
        if (agent.IsReady && !isDisposed)
            idle.Push(agent);
        else
            await agent.DisposeAsync();
        if (!isDisposed)
            places.Release();
    }

    public async ValueTask DisposeAsync()
    {
        isDisposed = true;
        while (idle.TryPop(out var agent))
            await agent.DisposeAsync();
        if (folder.IsValueCreated)
            folder.Value.Dispose();
        places.Dispose();
        first.Dispose();
        tickets.Dispose();
    }

    /// <summary>Until one session came about the others wait: a wrong password tried by all at once can lock the account.</summary>
    private async Task<AgentProcess> ConnectAsync(CancellationToken cancellationToken)
    {
        if (hasConnected)
            return await StartAsync(cancellationToken);
        await first.WaitAsync(cancellationToken);
        try
        {
            if (refusal is not null)
                throw new ConnectorException(refusal.Code, refusal.Message, refusal);
            var agent = await StartAsync(cancellationToken);
            hasConnected = true;
            return agent;
        }
        catch (ConnectorException fault) when (NtStatus.IsRefusalOfLogon(fault.Code))
        {
            refusal = fault;
            throw;
        }
        finally
        {
            first.Release();
        }
    }

    private async Task<AgentProcess> StartAsync(CancellationToken cancellationToken)
    {
        var cache = await tickets.EnsureAsync(folder.Value, cancellationToken);
        var agent = AgentProcess.Start(AgentCommand.Create(folder.Value, cache), time);
        try
        {
            await agent.AskAsync(AgentFrame.Connect, JsonSerializer.SerializeToUtf8Bytes(Connection(), AgentJson.Default.AgentConnection), cancellationToken);
            using var answer = await agent.ReceiveAsync(RequestTimeout, cancellationToken);
            if (answer.Kind == AgentFrame.Fault)
                throw NtStatus.ConnectorFaultOf(AgentFault.Read(answer.Payload).Status, settings.ServerHost, RootName);
            agent.Answered();
            return agent;
        }
        catch (Exception fault)
        {
            await agent.DisposeAsync();
            throw fault switch
            {
                TimeoutException => new ConnectorException(
                    ConnectorCodes.SourceOffline,
                    $"//{settings.ServerHost}/{RootName}: NT_STATUS_IO_TIMEOUT: no session within {Rules.RequestTimeoutSeconds} seconds.",
                    fault),
                AgentEndedException ended => new ConnectorException(ConnectorCodes.SourceOffline, SayWhyEnded(ended), fault),
                _ => fault,
            };
        }
    }

    private string RootName => settings.BasePath.Length == 0 ? settings.ShareName : $"{settings.ShareName}/{settings.BasePath}";

    private static string SayWhyEnded(AgentEndedException ended) => ended.ErrorText.Contains("libsmbclient", StringComparison.Ordinal)
        ? "The library libsmbclient.so.0 is missing on this machine. Install the package libsmbclient."
        : $"The program that talks to the server ended at once: {ended.ErrorText}";

    private AgentConnection Connection() => new()
    {
        ConfigurationFile = folder.Value.ConfigurationFile,
        Server = settings.ServerHost,
        Port = settings.ServerPort,
        Share = settings.ShareName,
        BasePath = settings.BasePath,
        Domain = settings.Domain,
        // The library finds no ticket for a bare name.
        Username = settings.UsesKerberos ? settings.Principal : settings.Username,
        Password = settings.UsesKerberos ? "" : secret.Password,
        UseKerberos = settings.UsesKerberos,
        RequireEncryption = settings.EncryptionRequired,
        // The worker is to lose its patience first: it knows what was asked.
        TimeoutMilliseconds = (Math.Max(Rules.RequestTimeoutSeconds, Rules.DirectoryTimeoutSeconds) + 10) * 1_000,
    };
}
