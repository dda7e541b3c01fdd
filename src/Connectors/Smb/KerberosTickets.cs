using System.Diagnostics;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Tickets for the agents of one source, got with <c>kinit</c> from a keytab or password, and renewed before they are old.</summary>
internal sealed class KerberosTickets(SmbSettings settings, SmbSecret secret, TimeProvider time) : IDisposable
{
    // A domain gives tickets for ten hours by default.
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NextTry = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim one = new(1);
    private DateTimeOffset? gotAt, renewAt;

    /// <summary>The server says that the ticket has run out, whatever its age.</summary>
    internal void Expire() => (gotAt, renewAt) = (null, null);

    /// <summary>The file with a fresh ticket; null when none is needed.</summary>
    /// <exception cref="ConnectorException">None is given.</exception>
    internal async Task<string?> EnsureAsync(AgentFolder folder, CancellationToken cancellationToken)
    {
        if (!settings.UsesKerberos)
            return null;
        if (settings.TicketCache is { } cache)
            return File.Exists(cache) ? cache : throw Refused($"the ticket cache '{cache}' is not there or not readable");
        await one.WaitAsync(cancellationToken);
        try
        {
            if (gotAt is null || time.GetUtcNow() > renewAt)
                await RenewAsync(folder, cancellationToken);
            return folder.TicketFile;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private async Task RenewAsync(AgentFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(folder, cancellationToken);
            gotAt = time.GetUtcNow();
            renewAt = gotAt + Fresh;
        }
        catch (ConnectorException fault) when (gotAt is not null && fault.Code == ConnectorCodes.SourceOffline)
        {
            // The ticket at hand goes on to be good for a while.
            renewAt = time.GetUtcNow() + NextTry;
        }
    }

    private async Task AskAsync(AgentFolder folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("kinit") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        AgentCommand.SetEnvironment(start, folder, folder.TicketFile);
        foreach (var argument in secret.Keytab is null ? (string[])[settings.Principal] : ["-k", "-t", folder.KeytabFile, settings.Principal])
            start.ArgumentList.Add(argument);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                await process.StandardInput.WriteLineAsync(secret.Password.AsMemory(), either.Token);
                process.StandardInput.Close();
                var said = await process.StandardError.ReadToEndAsync(either.Token);
                await process.WaitForExitAsync(either.Token);
                if (process.ExitCode != 0)
                    throw OfAnswer(said);
            }
            catch (IOException)
            {
                throw Refused("kinit ended at once");
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill();
            }
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new ConnectorException(ConnectorCodes.AuthenticationFailed, "The program kinit is missing on this machine. Install the package krb5-user.", fault);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorException(ConnectorCodes.SourceOffline, $"The Kerberos server of {settings.Principal} does not answer.", fault);
        }
    }

    private ConnectorException OfAnswer(string said) =>
        said.Contains("expired", StringComparison.OrdinalIgnoreCase) && said.Contains("password", StringComparison.OrdinalIgnoreCase)
            ? new ConnectorException(ConnectorCodes.PasswordExpired, $"NT_STATUS_PASSWORD_EXPIRED: the password of {settings.Principal} has expired.")
        : said.Contains("Cannot contact any KDC", StringComparison.Ordinal)
            ? new ConnectorException(ConnectorCodes.SourceOffline, $"The Kerberos server of {settings.Principal} does not answer.")
        : Refused(said.Trim());

    private ConnectorException Refused(string why) =>
        new(ConnectorCodes.AuthenticationFailed, $"NT_STATUS_LOGON_FAILURE: no Kerberos ticket for {settings.Principal}: {why}.");
}
